"""What of the doubt is shown, and how: kept with the scene."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from ...anatomy import parse_side
from ...detection import DoubtMeasure, MapChoice, MapWhat, PartId, is_limb
from ...errors import ConfigurationError, HipLandmarksError

STATE = "HipLandmarks.DoubtState"


class DoubtPart(str, Enum):
    """A part of the overlay that can be left out."""

    MAP = "map"
    """The coloured map before the image."""
    ELLIPSES = "ellipses"
    """Where the model expects each landmark."""
    SIGNS = "signs"
    """Grades of the expected error, and the places of suppressed landmarks."""
    LIMBS = "limbs"
    """Lines between landmarks, as wide as the model's fields bear them out."""


@dataclass(frozen=True)
class DoubtState:
    """How the overlay is shown.

    Attributes:
        visible: the switch.
        opacity: of the map, 0 to 1.
        parts: what is shown while the switch is on.
        choice: what the map is of.

    Raises:
        ConfigurationError: when the opacity is not between 0 and 1.
    """

    visible: bool = False
    opacity: float = 0.6
    parts: frozenset[DoubtPart] = frozenset({DoubtPart.MAP, DoubtPart.ELLIPSES, DoubtPart.SIGNS})
    choice: MapChoice = field(default_factory=MapChoice)

    def __post_init__(self) -> None:
        if not 0.0 <= self.opacity <= 1.0:
            raise ConfigurationError(f"An opacity lies between 0 and 1, not {self.opacity}.")

    def shows(self, part: DoubtPart) -> bool:
        """Whether a part is to be seen now."""
        return self.visible and part in self.parts


def write_state(node: Any, state: DoubtState) -> None:
    """Keep the state in an attribute of ``node``."""
    choice = state.choice
    text = json.dumps(
        {
            "visible": state.visible,
            "opacity": state.opacity,
            "parts": sorted(part.value for part in state.parts),
            "what": choice.what.value,
            "measure": None if choice.measure is None else choice.measure.value,
            "of": None if choice.parts is None else sorted(_name(part) for part in choice.parts),
        }
    )
    node.SetAttribute(STATE, text)


def read_state(node: Any) -> DoubtState:
    """What :func:`write_state` wrote; the usual state when there is nothing.

    Raises:
        HipLandmarksError: when it is damaged.
    """
    text = node.GetAttribute(STATE)
    if text is None:
        return DoubtState()
    try:
        data = json.loads(text)
        measure, of = data["measure"], data["of"]
        choice = MapChoice(
            MapWhat(data["what"]),
            None if measure is None else DoubtMeasure(measure),
            None if of is None else frozenset(_part(name) for name in of),
        )
        parts = frozenset(DoubtPart(word) for word in data["parts"])
        return DoubtState(bool(data["visible"]), float(data["opacity"]), parts, choice)
    except (
        AttributeError,
        ConfigurationError,
        KeyError,
        TypeError,
        ValueError,
    ) as error:
        raise HipLandmarksError(
            f"How doubt was shown in this scene is damaged ({error}): detect the landmarks again."
        ) from error


def _name(part: PartId) -> str:
    """``R:FHC`` of a landmark, ``R:FHC-R:NA`` of a limb."""
    ends: Any = part if is_limb(part) else (part,)
    return "-".join(f"{side.value}:{key}" for side, key in ends)


def _part(name: str) -> PartId:
    ends: list[Any] = []
    for each in name.split("-"):
        letter, key = each.split(":")
        ends.append((parse_side(letter), key))
    return ends[0] if len(ends) == 1 else (ends[0], ends[1])
