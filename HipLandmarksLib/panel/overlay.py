"""The overlay of a model's doubt: what can be shown, and what is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..detection.doubts import DoubtMeasure, MapWhat
from ..errors import ConfigurationError
from ..i18n import tr as _
from .bricks import Badge, Choice, Option
from .controls import Control
from .review_words import landmark_name
from .settings_choices import OFF, ON
from .severity import Severity

if TYPE_CHECKING:
    from ..anatomy import LandmarkId
    from ..scene import HipStudy
    from ..scene.doubt import DoubtOverlay

ALL = "all"
"""The choice of all landmarks."""
_PARTS: Mapping[Control, str] = {
    Control.PART_MAP: "map",
    Control.PART_ELLIPSES: "ellipses",
    Control.PART_SIGNS: "signs",
    Control.PART_LIMBS: "limbs",
}


@dataclass(frozen=True, slots=True)
class Switch:
    """A check box."""

    control: Control
    on: bool
    enabled: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OverlayView:
    """What stands in the section of the overlay.

    Attributes:
        available: whether a model has read this image.
        reason: why there is nothing to show; empty when there is.
        badge: whether the doubt was calibrated, and what the ellipses are.
        switches: the whole overlay, then its parts.
        opacity: of the map, in per cent.
        choices: what the map is of, its measure, one landmark or all.
    """

    available: bool
    reason: str = ""
    badge: Badge | None = None
    switches: tuple[Switch, ...] = ()
    opacity: int = 60
    choices: tuple[Choice, ...] = ()


def overlay_view(study: HipStudy | None) -> OverlayView:
    """The section as it stands for a study."""
    doubt = None if study is None else study.doubt
    if doubt is None:
        return OverlayView(False, _("No model has read this image yet: detect the landmarks."))
    state, fields = doubt.state, has_fields(doubt)
    needs_map = "" if doubt.reading.maps else _("The model's maps were not kept: detect again.")
    switches = [Switch(Control.SHOW_DOUBT, state.visible)]
    shown = {part.value for part in state.parts}
    for control, part in _PARTS.items():
        why = _missing(control, needs_map, fields)
        switches.append(Switch(control, part in shown, not why, why))
    return OverlayView(
        True,
        "",
        _badge(doubt),
        tuple(switches),
        round(100 * state.opacity),
        _choices(doubt, fields),
    )


def set_overlay(study: HipStudy, control: Control, chosen: str) -> None:
    """Do what was chosen in the section.

    Args:
        study: with a doubt.
        control: a switch (``on``, ``off``), a choice (id of an option), or the opacity (per cent).
        chosen: as above.

    Raises:
        ConfigurationError: when nothing of that kind can be chosen now.
    """
    doubt = study.doubt
    if doubt is None:
        raise ConfigurationError("No model has read this image yet: detect the landmarks first.")
    if control is Control.SHOW_DOUBT:
        doubt.switch(chosen == ON)
    elif control is Control.OPACITY:
        doubt.set_opacity(_per_cent(chosen) / 100)
    elif control in _PARTS:
        _set_part(doubt, _PARTS[control], chosen == ON)
    else:
        _set_map(doubt, control, chosen)


def has_fields(doubt: DoubtOverlay) -> bool:
    """Whether the model says how far the image bears out the lines between landmarks."""
    return any(each.fields is not None for each in doubt.reading.maps)


def _missing(control: Control, needs_map: str, fields: bool) -> str:
    if control is Control.PART_MAP:
        return needs_map
    if control is Control.PART_LIMBS and not fields:
        return _("This model has no fields between landmarks.")
    return ""


def _badge(doubt: DoubtOverlay) -> Badge:
    words = doubt.reading.words
    if doubt.reading.remark:
        return Badge(words, doubt.reading.remark, Severity.CAUTION)
    told = _("Calibrated: the regions hold the landmarks as often as they say.")
    return Badge(words, told, Severity.GOOD)


def _choices(doubt: DoubtOverlay, fields: bool) -> tuple[Choice, ...]:
    choice = doubt.state.choice
    why = "" if fields else _("This model has no fields between landmarks.")
    usual = fields and doubt.reading.usual is not None
    what = (
        Option("combined", _("Landmarks and limbs"), _("Both together.")),
        Option("landmarks", _("Landmarks"), _("The doubt at each landmark.")),
        Option("limbs", _("Limbs"), _("The doubt along each line."), fields, why),
    )
    measures = (
        Option("", _("Automatic"), _("The unusual, where that is known of the model.")),
        Option(
            "unusual",
            _("Beyond the usual"),
            _("Clear where lines are borne out as well as they usually are."),
            usual,
            "" if usual else why or _("The usual agreement of this model is not calibrated."),
        ),
        Option(
            "surprisal", _("Surprisal"), _("How little the image bears a line out."), fields, why
        ),
        Option("paper", _("As in paper 2"), _("The published formula."), fields, why),
        Option("absence", _("Absence"), _("Probability that the landmark is not there.")),
    )
    ids = list(doubt.reading.landmarks)
    one = tuple(
        Option(_name(id_), landmark_name(*id_), _("The doubt about this landmark only."))
        for id_ in ids
    )
    every = Option(ALL, _("All"), _("The doubt about all landmarks."))
    parts = choice.parts or frozenset()
    chosen = next((_name(id_) for id_ in ids if id_ in parts), ALL)
    measure = "" if choice.measure is None else choice.measure.value
    return (
        Choice(Control.MAP_OF, what, choice.what.value),
        Choice(Control.MAP_MEASURE, measures, measure),
        Choice(Control.MAP_LANDMARK, (every, *one), chosen),
    )


def _set_part(doubt: DoubtOverlay, part: str, on: bool) -> None:
    from ..scene.doubt import DoubtPart

    parts = doubt.state.parts - {DoubtPart(part)}
    doubt.show_parts(parts | {DoubtPart(part)} if on else parts)


def _set_map(doubt: DoubtOverlay, control: Control, chosen: str) -> None:
    known = {each.control: each for each in _choices(doubt, has_fields(doubt))}
    options = known[control].options if control in known else ()
    option = next((each for each in options if each.id == chosen), None)
    if option is None or not option.enabled:
        reason = "" if option is None else option.reason
        raise ConfigurationError(reason or f"{control.value} cannot be set to {chosen!r}.")
    choice = doubt.state.choice
    if control is Control.MAP_OF:
        doubt.choose(replace(choice, what=MapWhat(chosen)))
    elif control is Control.MAP_MEASURE:
        doubt.choose(replace(choice, measure=DoubtMeasure(chosen) if chosen else None))
    else:
        ids = {_name(id_): id_ for id_ in doubt.reading.landmarks}
        doubt.choose(replace(choice, parts=None if chosen == ALL else frozenset({ids[chosen]})))


def _per_cent(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ConfigurationError(f"The opacity is a number from 0 to 100, not {text!r}.") from None


def _name(id_: LandmarkId) -> str:
    return f"{id_[0].value}:{id_[1]}"


__all__ = ["ALL", "OFF", "ON", "OverlayView", "Switch", "overlay_view", "set_overlay"]
