"""The section of the whole MRI: slices with their angles, head and neck in space, clock face."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from ..anatomy import Side
from ..errors import ConfigurationError
from ..exploration.radial_result import RadialMap
from ..i18n import tr as _
from ..imaging import Modality
from .bricks import Badge
from .comparison_cells import calibration_of
from .controls import Control
from .explorer_clock import ClockLine, Maps, clock_heads, clock_limits, clock_lines
from .explorer_slices import SliceLine, SliceTable
from .explorer_words import choice_lines, clock_missing, side_title, space_lines
from .overlay import Switch
from .severity import Severity

if TYPE_CHECKING:
    from ..scene import HipStudy
    from ..scene.exploration import StackExplorer

_PARTS: Mapping[Control, str] = MappingProxyType(
    {
        Control.SPACE_SPHERE: "sphere",
        Control.SPACE_NECK: "neck",
        Control.SPACE_RIM: "rim",
        Control.SPACE_CONTOUR: "contour",
    }
)
TAKES: Mapping[Control, Side] = MappingProxyType(
    {Control.TAKE_RIGHT: Side.RIGHT, Control.TAKE_LEFT: Side.LEFT}
)
"""Which hip a button takes the shown slice for."""


@dataclass(frozen=True, slots=True)
class ExplorerView:
    """What stands in the section.

    Attributes:
        applies: whether the image can be explored at all: a film cannot.
        reason: why there is nothing to explore yet; empty when there is.
        space: (heading, lines) of each hip: head, neck, coverage.
        slices: all slices that show anything.
        current: number of the line that is shown, -1 for none.
        choices: on which slice each hip is measured, and why.
        ready: which buttons can be pressed now.
        switches: what is drawn in 3D, and whether points follow the views.
        clock: places on the clock face; none without a map.
        clock_heads: largest alpha, omega, bump of each hip; why there is no map.
        limits: what this image cannot show.
    """

    applies: bool
    reason: str = ""
    space: tuple[tuple[str, tuple[str, ...]], ...] = ()
    slices: tuple[SliceLine, ...] = ()
    current: int = -1
    choices: tuple[str, ...] = ()
    ready: frozenset[Control] = frozenset()
    switches: tuple[Switch, ...] = ()
    clock: tuple[ClockLine, ...] = ()
    clock_heads: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Depends:
    """All that a view depends on: large parts by identity, small ones by value."""

    large: tuple[object, ...]
    small: tuple[object, ...]

    @classmethod
    def of(cls, study: HipStudy, explorer: StackExplorer) -> _Depends:
        shown, parts = tuple(explorer.shown.items()), explorer.parts
        return cls(
            (explorer.exploration, explorer.choices, calibration_of(study)),
            (explorer.problem, shown, parts, explorer.follow_views),
        )

    def is_same(self, other: _Depends) -> bool:
        pairs = zip(self.large, other.large, strict=True)
        return self.small == other.small and all(a is b for a, b in pairs)


class ExplorerPanel:
    """Makes the view of one explored stack after the other; keeps what did not change."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._table = SliceTable()
        self._maps: tuple[RadialMap | None, ...] = ()
        self._clock: tuple[ClockLine, ...] = ()
        self._view = ExplorerView(True)
        self._view_of: _Depends | None = None

    @staticmethod
    def applies(study: HipStudy | None) -> bool:
        """Whether the section has anything to say of such an image."""
        return study is None or study.image.modality is not Modality.XRAY

    def view(
        self, study: HipStudy | None, explorer: StackExplorer | None, busy: bool = False
    ) -> ExplorerView:
        """The section as it stands; the same object while nothing of it changes.

        Args:
            study: that is shown.
            explorer: its explored stack; None without one.
            busy: whether its slices are being explored at present.
        """
        if not self.applies(study):
            return ExplorerView(False, _("A radiograph has no slices."))
        if busy:
            return ExplorerView(True, _("Head, neck and clock face are looked for on all slices …"))
        if study is None or explorer is None:
            told = _("Choose all slices above, and detect the landmarks of an MRI.")
            return ExplorerView(True, told)
        depends = _Depends.of(study, explorer)
        if self._view_of is None or not depends.is_same(self._view_of):
            self._view_of, self._view = depends, self._make(study, explorer)
        return self._view

    def _make(self, study: HipStudy, explorer: StackExplorer) -> ExplorerView:
        exploration = explorer.exploration
        self._table.update(exploration, explorer.choices, calibration_of(study))
        maps = {side: own.radial for side, own in exploration.sides.items()}
        return ExplorerView(
            True,
            explorer.problem,
            tuple((side_title(s), space_lines(exploration.sides[s])) for s in TAKES.values()),
            self._table.lines,
            self._current(explorer),
            choice_lines(exploration, explorer.choices),
            _ready(explorer),
            _switches(explorer),
            self._clock_lines(maps),
            (*clock_heads(maps), *clock_missing(exploration)),
            clock_limits(maps),
        )

    def _current(self, explorer: StackExplorer) -> int:
        shown = next((explorer.shown[side] for side in Side if side in explorer.shown), None)
        found = (n for n, line in enumerate(self._table.lines) if line.index == shown)
        return next(found, -1)

    def _clock_lines(self, maps: Maps) -> tuple[ClockLine, ...]:
        """Angles of slices change during a drag, the clock face does not."""
        found = tuple(maps.values())
        alike = len(found) == len(self._maps)
        if not alike or any(a is not b for a, b in zip(found, self._maps, strict=True)):
            self._maps, self._clock = found, clock_lines(maps)
        return self._clock


def slice_badge(explorer: StackExplorer | None) -> Badge | None:
    """That another slice is shown than the hips are measured on; None when they are."""
    if explorer is None or explorer.at_chosen:
        return None
    shown = sorted(set(explorer.shown.values()))
    text = _("MRI: slice {slices} is shown").format(slices=", ".join(map(str, shown)))
    tooltip = _("Numbers and points are those of the slice that is shown, not of the measured one.")
    return Badge(text, tooltip, Severity.CAUTION)


def take_slice(explorer: StackExplorer, control: Control) -> None:
    """Measure a hip on the slice that is shown, or both on the suggested slices.

    Args:
        explorer: of the study.
        control: one of the buttons ``TAKE_RIGHT``, ``TAKE_LEFT`` and ``TAKE_SUGGESTED``.

    Raises:
        ConfigurationError: when the hip is not shown.
    """
    if control is Control.TAKE_SUGGESTED:
        for side, choice in explorer.choices.items():
            explorer.choose(side, choice.suggested)
        return
    side = TAKES[control]
    if side not in explorer.shown:
        raise ConfigurationError(_("This hip is on no slice: detect or place its points first."))
    explorer.choose(side, explorer.shown[side])


def take_head_centres(explorer: StackExplorer) -> None:
    """Put the head centres of both hips where the spheres through all slices have them."""
    for side in explorer.shown:
        if explorer.exploration.sides[side].head is not None:
            explorer.take_head_centre(side)


def set_space_part(explorer: StackExplorer, control: Control, on: bool) -> None:
    """Show or hide a part in 3D.

    Raises:
        ConfigurationError: when the control is no part.
    """
    if control not in _PARTS:
        raise ConfigurationError(f"{control.value} is no part of the 3D view.")
    from ..scene.exploration import SpacePart

    part = SpacePart(_PARTS[control])
    explorer.show_parts(explorer.parts | {part} if on else explorer.parts - {part})


def _ready(explorer: StackExplorer) -> frozenset[Control]:
    if explorer.problem:
        return frozenset()
    chosen = explorer.stack.chosen
    ready = {
        control
        for control, side in TAKES.items()
        if side in explorer.shown and explorer.shown[side] != chosen.get(side)
    }
    if any(each.by_reader for each in explorer.choices.values()):
        ready.add(Control.TAKE_SUGGESTED)
    if any(explorer.exploration.sides[side].head is not None for side in explorer.shown):
        ready.add(Control.TAKE_CENTRE)
    return frozenset(ready)


def _switches(explorer: StackExplorer) -> tuple[Switch, ...]:
    shown = {part.value for part in explorer.parts}
    parts = [Switch(control, name in shown) for control, name in _PARTS.items()]
    return (Switch(Control.FOLLOW_VIEWS, explorer.follow_views), *parts)
