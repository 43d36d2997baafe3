"""Slice, head, neck and coverage of a hip in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..anatomy import Side
from ..exploration import ExploredPart, HipExploration, SideExploration
from ..i18n import tr as _
from ..measurement.result import display_value
from ..measurement.volume import SliceProfile
from .severity import Severity
from .table_words import table_word

if TYPE_CHECKING:
    from ..detection.slice_choice import SliceChoice

_SIDES = (Side.RIGHT, Side.LEFT)


def side_title(side: Side) -> str:
    """Heading of a hip."""
    return {Side.RIGHT: _("Right hip"), Side.LEFT: _("Left hip")}[side]


def space_lines(own: SideExploration) -> tuple[str, ...]:
    """Head, neck and coverage of a hip, a line each; why there is none."""
    return (_head(own), _neck(own), _coverage(own))


def choice_lines(
    exploration: HipExploration, choices: Mapping[Side, SliceChoice]
) -> tuple[str, ...]:
    """On which slice each hip is measured and why, and how much that choice matters."""
    lines = []
    for side in _SIDES:
        index = exploration.stack.chosen.get(side)
        if index is None:
            told = _("{side}: it is measured on no slice.")
            lines.append(told.format(side=side_title(side)))
            continue
        told = _("{side}: measured on slice {index}.")
        parts = [told.format(side=side_title(side), index=index), _why(choices.get(side))]
        profiles = exploration.sides[side].profiles.values()
        depth = exploration.stack.at(index).depth_mm
        parts += [_sensitivity(profile, depth) for profile in profiles]
        lines.append(" ".join(part for part in parts if part))
    return tuple(lines)


def _why(choice: SliceChoice | None) -> str:
    if choice is None:
        return ""
    if not choice.by_reader:
        return choice.reason
    told = _("You took it; slice {index} was suggested.").format(index=choice.suggested)
    return f"{told} {choice.reason}"


def _sensitivity(profile: SliceProfile, depth: float) -> str:
    entry = next((each for each in profile.values if each.place.position_mm == depth), None)
    if entry is None or entry.value is None or entry.spread is None:
        return ""
    told = _("{name} {value} changes by {spread} over ±1 slice.")
    unit = entry.measurement.unit
    return told.format(
        name=table_word(entry.measurement.name),
        value=display_value(entry.value, unit),
        spread=display_value(entry.spread, unit),
    )


def _head(own: SideExploration) -> str:
    fit = own.sphere
    if fit.sphere is None or fit.sphere.radius is None:
        return _missing(own, ExploredPart.SPHERE)
    told = _("Head: radius {radius:.1f} mm to the edge of the marrow, by {n} slices")
    parts = [told.format(radius=fit.sphere.radius, n=len(fit.used_slices))]
    if fit.sigma_mm is not None:
        parts.append(_("± {mm:.1f} mm with 95 %").format(mm=1.96 * fit.sigma_mm[3]))
    if fit.residual_mm is not None:
        parts.append(_("residual {mm:.1f} mm").format(mm=fit.residual_mm))
    return _with_remark(", ".join(parts), fit.reason)


def _neck(own: SideExploration) -> str:
    neck = own.neck
    if neck.neck_centre is None:
        return _missing(own, ExploredPart.NECK)
    parts = [_("Neck: axis found")]
    if neck.width_mm is not None:
        parts.append(_("narrowest {mm:.1f} mm").format(mm=neck.width_mm))
    if neck.off_axis_mm is not None:
        parts.append(_("head centre {mm:.1f} mm beside it").format(mm=neck.off_axis_mm))
    return _with_remark(", ".join(parts), neck.reason)


def _coverage(own: SideExploration) -> str:
    cover = own.coverage
    if cover.total is None:
        return _missing(own, ExploredPart.COVERAGE)
    parts = [_("Coverage from above: {share} %").format(share=round(100 * cover.total))]
    if cover.anterior is not None:
        parts.append(_("front half {share} %").format(share=round(100 * cover.anterior)))
    if cover.posterior is not None:
        parts.append(_("back half {share} %").format(share=round(100 * cover.posterior)))
    return _with_remark(", ".join(parts), cover.reason)


def _missing(own: SideExploration, part: ExploredPart) -> str:
    names = {
        ExploredPart.SPHERE: _("No sphere of the head."),
        ExploredPart.NECK: _("No axis of the neck."),
        ExploredPart.COVERAGE: _("No coverage."),
        ExploredPart.RADIAL: _("No clock face."),
    }
    return f"{Severity.NOTE.sign} {names[part]} {own.missing.get(part, '')}".rstrip()


def _with_remark(text: str, reason: str) -> str:
    return f"{text}. {reason}".rstrip()


def clock_missing(exploration: HipExploration) -> tuple[str, ...]:
    """Why a hip has no clock face, by hip."""
    return tuple(
        f"{side_title(side)}: {_missing(exploration.sides[side], ExploredPart.RADIAL)}"
        for side in _SIDES
        if exploration.sides[side].radial is None
    )
