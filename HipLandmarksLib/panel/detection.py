"""The section of detection: model with its card in short, slice, hip, device, progress."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from ..anatomy import Side
from ..detection.catalogue import ModelEntry, ModelPlace
from ..detection.worker import Progress, Stage
from ..i18n import tr as _
from ..imaging import HipImage, Modality
from ..remaining_time import RemainingTime
from .bricks import Badge, Choice, Option
from .controls import Control
from .severity import Severity

AUTO = "auto"
CURRENT = "current"
ALL = "all"
DEVICES = ("cuda", "mps", "cpu")
_MEGABYTE = 1e6


@dataclass(frozen=True, slots=True)
class DetectionPlan:
    """What a person chose for the next detection; the ids of the options.

    Attributes:
        model: name of the model; empty: the one that fits the image best.
        slice: ``auto``, ``current`` or ``all``.
        side: ``R`` or ``L`` of a film of one hip; empty: as the file says.
        device: ``auto``, ``cuda``, ``mps`` or ``cpu``.
    """

    model: str = ""
    slice: str = AUTO
    side: str = ""
    device: str = AUTO

    def with_choice(self, control: Control, chosen: str) -> DetectionPlan:
        """The plan after a choice; other controls leave it as it is."""
        names = {
            Control.MODEL: "model",
            Control.SLICE: "slice",
            Control.SINGLE_HIP: "side",
            Control.DEVICE: "device",
        }
        return replace(self, **{names[control]: chosen}) if control in names else self

    def limited_to(self, choices: Sequence[Choice]) -> DetectionPlan:
        """Without what was chosen for another kind of image, such as slices for a film."""
        offered = {choice.control for choice in choices}
        return replace(
            self,
            slice=self.slice if Control.SLICE in offered else AUTO,
            side=self.side if Control.SINGLE_HIP in offered else "",
        )

    def slice_index(self, current: int) -> int | None:
        """The slice to read, from 0; None for the automatic choice.

        Args:
            current: the slice that is shown.
        """
        return current if self.slice == CURRENT else None

    @property
    def all_slices(self) -> bool:
        """Whether every slice is read, so that the whole volume can be explored."""
        return self.slice == ALL

    @property
    def hip(self) -> Side | None:
        """The hip that a film of one hip shows; None: as the file says."""
        return Side(self.side) if self.side else None


@dataclass(frozen=True, slots=True)
class DetectionView:
    """What stands in the section.

    Attributes:
        choices: model, slice, single hip, device; those that do not apply are left out.
        card: (heading, text) of the chosen model; empty when there is none.
        badges: what must be known before the model is used.
        ready: whether the detection can start.
        reason: why it cannot; empty when it can.
        entry: the model that will be used; None when there is none.
    """

    choices: tuple[Choice, ...]
    card: tuple[tuple[str, str], ...]
    badges: tuple[Badge, ...]
    ready: bool
    reason: str
    entry: ModelEntry | None

    @property
    def offered(self) -> bool:
        """Whether the model is still to be downloaded, and can be."""
        return self.entry is not None and not self.entry.usable and self.entry.problem is None


def detection_view(
    image: HipImage | None,
    models: Sequence[ModelEntry],
    plan: DetectionPlan,
    devices: Collection[str] = DEVICES,
) -> DetectionView:
    """The section for an image.

    Args:
        image: None when none was chosen yet.
        models: the catalogue.
        plan: what was chosen.
        devices: that this computer has, of :data:`DEVICES`; all that may be, when not known.
    """
    fitting = [each for each in models if _fits(each, image)]
    entry = _entry(fitting, plan.model)
    choices = [_model_choice(fitting, entry)]
    if image is not None and image.n_slices > 1:
        choices.append(Choice(Control.SLICE, _slices(), plan.slice))
    if image is not None and image.modality is Modality.XRAY:
        choices.append(Choice(Control.SINGLE_HIP, _hips(), plan.side))
    choices.append(Choice(Control.DEVICE, _devices(devices), plan.device))
    reason = _hindrance(image, entry)
    summary = None if entry is None else entry.summary
    card = () if summary is None else summary.lines()
    return DetectionView(tuple(choices), card, _badges(entry), not reason, reason, entry)


class ProgressWords:
    """Turns the worker's progress into a line and a share; keeps track of the time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` counts seconds."""
        self._left = RemainingTime(clock)
        self._stage: Stage | None = None
        self._clock = clock

    def line(self, progress: Progress) -> str:
        """Such as ``Searching the slices: 12 of 36, about 8 s left``."""
        if progress.stage is not self._stage:
            self._stage, self._left = progress.stage, RemainingTime(self._clock)
        left = self._left.after(progress.done, progress.total)
        stage = stage_word(progress.stage)
        if progress.total <= 1:
            return f"{stage} …"
        words = _("{stage}: {done} of {total}")
        if left is not None:
            words = _("{stage}: {done} of {total}, about {left} left")
        return words.format(
            stage=stage,
            done=progress.done,
            total=progress.total,
            left="" if left is None else time_word(left),
        )


def percent(progress: Progress) -> int | None:
    """Share that is done of a stage, 0 to 100; None when it cannot be told."""
    if progress.total <= 1:
        return None
    return round(100 * progress.done / progress.total)


def time_word(seconds: float) -> str:
    """Rounded up, since nothing is ever ready early."""
    whole = int(seconds) + 1
    if whole < 60:
        return _("{n} s").format(n=whole)
    return _("{n} min").format(n=-(-whole // 60))


def stage_word(stage: Stage) -> str:
    """What the worker is doing."""
    return {
        Stage.WAITING: _("Waiting for other images"),
        Stage.STARTING: _("Starting"),
        Stage.LOADING: _("Loading the model"),
        Stage.SLICES: _("Searching the slices"),
        Stage.READING: _("Reading the hips"),
    }[stage]


def _fits(entry: ModelEntry, image: HipImage | None) -> bool:
    """Damaged ones are listed, too: their owner should hear why they cannot be used."""
    if entry.summary is None or image is None or image.modality is Modality.UNKNOWN:
        return True
    return entry.summary.modality is image.modality


def _entry(models: Sequence[ModelEntry], name: str) -> ModelEntry | None:
    """The chosen model; else the first that can be used, users' own before shipped ones."""
    usable = sorted((m for m in models if m.usable), key=lambda m: m.place is not ModelPlace.USER)
    named = [each for each in (*usable, *models) if each.name == name]
    return next(iter([*named, *usable, *models]), None)


def _model_choice(models: Sequence[ModelEntry], entry: ModelEntry | None) -> Choice:
    options = tuple(_model_option(each) for each in models)
    return Choice(Control.MODEL, options, "" if entry is None else entry.name)


def _model_option(entry: ModelEntry) -> Option:
    place = {
        ModelPlace.SHIPPED: _("comes with HipLandmarks"),
        ModelPlace.USER: _("in your folder"),
        ModelPlace.OFFERED: _("to download, {size:.0f} MB").format(
            size=entry.size_bytes / _MEGABYTE
        ),
    }[entry.place]
    about = "" if entry.summary is None else entry.summary.description
    if entry.problem:
        return Option(entry.name, f"{entry.title} ({place})", entry.problem, False, entry.problem)
    return Option(entry.name, f"{entry.title} ({place})", about)


def _slices() -> tuple[Option, ...]:
    return (
        Option(AUTO, _("Automatic"), _("The slice on which each hip is measured best.")),
        Option(CURRENT, _("Current slice"), _("Read both hips on the slice that is shown.")),
        Option(
            ALL, _("All slices"), _("Also read every other slice: see the section Slices below.")
        ),
    )


def _hips() -> tuple[Option, ...]:
    return (
        Option("", _("As the file says"), _("Both hips, or the one that the file names.")),
        Option(Side.RIGHT.value, _("Right hip"), _("The film shows the patient's right hip.")),
        Option(Side.LEFT.value, _("Left hip"), _("The film shows the patient's left hip.")),
    )


def _devices(devices: Collection[str]) -> tuple[Option, ...]:
    why = _("This computer does not have it.")
    known = (
        ("cuda", _("Graphics card (CUDA)"), _("An NVIDIA graphics card.")),
        ("mps", _("Apple GPU (MPS)"), _("The graphics processor of an Apple computer.")),
        ("cpu", _("Processor (CPU)"), _("Works everywhere; slower.")),
    )
    first = Option(AUTO, _("Automatic"), _("The fastest one that this computer has."))
    others = (
        Option(id_, label, about, id_ in devices, "" if id_ in devices else why)
        for id_, label, about in known
    )
    return (first, *others)


def _badges(entry: ModelEntry | None) -> tuple[Badge, ...]:
    if entry is None or entry.summary is None:
        return ()
    summary, found = entry.summary, []
    if summary.non_commercial:
        told = _("The licence forbids commercial use: {licence}").format(licence=summary.licence)
        found.append(Badge(_("Not for commercial use"), told, Severity.CAUTION))
    if not summary.calibrated:
        told = _("How sure it is of its landmarks was never compared with its errors.")
        found.append(Badge(_("Doubt not calibrated"), told, Severity.CAUTION))
    return tuple(found)


def _hindrance(image: HipImage | None, entry: ModelEntry | None) -> str:
    if image is None:
        return _("Choose an image first.")
    if entry is None:
        return _("There is no model for this kind of image: get one, or place the points.")
    if entry.problem:
        return entry.problem
    if entry.place is ModelPlace.OFFERED:
        return _("The model is not on this computer yet: press Get model.")
    return ""
