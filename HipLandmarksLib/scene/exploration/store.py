"""Exploration of a stack as text, so that a saved scene knows it without the model.

What was found in space is written field by field, whatever dataclasses it consists of; the angles
are not written: they are measured again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ...anatomy import LandmarkStack, Side, StackSlice
from ...detection import SliceChoice
from ...errors import HipLandmarksError
from ...exploration import HipExploration, SideExploration
from ...exploration.plain import from_plain, to_plain
from ...measurement import MeasurementSettings, ViewPlane

FORMAT = "hiplandmarks-exploration-1"
Matrix = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Found:
    """What of an exploration does not change while points are edited.

    Attributes:
        sides: both hips, without profiles.
        choices: why a slice was chosen.
        home: the slices that were chosen when it began.
        ijk_to_lps: where the image lay.
    """

    sides: Mapping[Side, SideExploration]
    choices: Mapping[Side, SliceChoice]
    home: Mapping[Side, int]
    ijk_to_lps: Matrix

    def exploration(
        self, stack: LandmarkStack, plane: ViewPlane, settings: MeasurementSettings
    ) -> HipExploration:
        """With the angles of a stack, measured now."""
        return HipExploration(stack, self.sides, plane, settings).measured_again(stack)


def found_to_text(found: Found) -> str:
    """JSON text; inverse of :func:`found_from_text`."""
    return json.dumps({"format": FORMAT, "found": to_plain(found)}, separators=(",", ":"))


def found_from_text(text: str) -> Found:
    """Read what :func:`found_to_text` wrote.

    Raises:
        HipLandmarksError: when the text is damaged or of another version.
    """
    try:
        data = json.loads(text)
        if data["format"] != FORMAT:
            raise ValueError(f"its format is {data['format']!r}")
        found: Found = from_plain(data["found"], Found)
    except (HipLandmarksError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise damaged(error) from error
    return found


class StackText:
    """Writes a stack as JSON text, again and again: only slices that changed are written anew."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[StackSlice, str]] = {}

    def write(self, stack: LandmarkStack) -> str:
        """The text; :func:`stack_from_text` is its inverse."""
        before, self._known = self._known, {}
        for own in stack:  # a slice is kept with its text, so that its identity stays its own
            known = before.get(id(own))
            self._known[id(own)] = known or (own, _slice_text(stack, own))
        head = json.dumps({**replace(stack, slices_=()).to_dict(), "slices": None})
        slices = ",".join(text for _own, text in self._known.values())
        return head.replace('"slices": null', f'"slices":[{slices}]')


def stack_from_text(text: str) -> LandmarkStack:
    """Read what :class:`StackText` wrote.

    Raises:
        HipLandmarksError: when the text is damaged.
    """
    try:
        return LandmarkStack.from_dict(json.loads(text))
    except (HipLandmarksError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise damaged(error) from error


def _slice_text(stack: LandmarkStack, own: StackSlice) -> str:
    (entry,) = replace(stack, slices_=(own,)).to_dict()["slices"]
    return json.dumps(entry, separators=(",", ":"))


def damaged(error: Exception) -> HipLandmarksError:
    """The refusal of a text that cannot be read."""
    return HipLandmarksError(
        f"The explored stack that is kept in this scene cannot be read ({error}): detect the "
        "landmarks on all slices again."
    )
