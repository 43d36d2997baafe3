"""Sections of the panel and the controls in them, in the order in which they stand."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType


class Section(Enum):
    """The collapsible parts of the panel, from top to bottom."""

    STUDY = "study"
    DETECT = "detect"
    REVIEW = "review"
    MEASUREMENTS = "measurements"
    EXPLORER = "explorer"
    COMPARISON = "comparison"
    OVERLAY = "overlay"
    CALIBRATION = "calibration"
    ADVANCED = "advanced"

    @property
    def starts_open(self) -> bool:
        """Whether the section is unfolded when the panel is shown for the first time."""
        return self in (Section.STUDY, Section.DETECT, Section.REVIEW, Section.MEASUREMENTS)

    @property
    def controls(self) -> tuple[Control, ...]:
        """Its controls, from top to bottom."""
        return _CONTROLS[self]


class Control(Enum):
    """Everything that a person can operate; the commands of the review have a table of their own.

    The value names the widget: ``show_empty`` is ``showEmpty`` in a ``.ui`` file.
    """

    VOLUME = "volume"
    OPEN_FILM = "open_film"
    SAMPLE_MRI = "sample_mri"
    SAMPLE_XRAY = "sample_xray"
    MODEL = "model"
    MODEL_CARD = "model_card"
    GET_MODEL = "get_model"
    SLICE = "slice"
    SINGLE_HIP = "single_hip"
    DEVICE = "device"
    DETECT = "detect"
    CANCEL = "cancel"
    LANDMARKS = "landmarks"
    LOCK_OTHERS = "lock_others"
    RESTORE = "restore"
    DISCARD = "discard"
    RESULTS = "results"
    REFERENCE = "reference"
    EDGE = "edge"
    THRESHOLDS = "thresholds"
    SHOW_EMPTY = "show_empty"
    DRAW = "draw"
    COPY = "copy"
    SAVE_CSV = "save_csv"
    EXPLORER_VIEWS = "explorer_views"
    FOLLOW_VIEWS = "follow_views"
    SLICES = "slices"
    TAKE_RIGHT = "take_right"
    TAKE_LEFT = "take_left"
    TAKE_SUGGESTED = "take_suggested"
    TAKE_CENTRE = "take_centre"
    SPACE_SPHERE = "space_sphere"
    SPACE_NECK = "space_neck"
    SPACE_RIM = "space_rim"
    SPACE_CONTOUR = "space_contour"
    CLOCK = "clock"
    COMPARE_WITH = "compare_with"
    SIDE_BY_SIDE = "side_by_side"
    COMPARED = "compared"
    COPY_COMPARED = "copy_compared"
    SHOW_DOUBT = "show_doubt"
    OPACITY = "opacity"
    PART_MAP = "part_map"
    PART_ELLIPSES = "part_ellipses"
    PART_SIGNS = "part_signs"
    PART_LIMBS = "part_limbs"
    MAP_OF = "map_of"
    MAP_MEASURE = "map_measure"
    MAP_LANDMARK = "map_landmark"
    METHOD = "method"
    SIZE = "size"
    MARK = "mark"
    UNMARK = "unmark"
    APPLY = "apply"
    SEX = "sex"
    AGE = "age"
    OPEN_PHYSES = "open_physes"
    EXTRA_POINTS = "extra_points"
    READER_SD = "reader_sd"
    KEYS = "keys"
    MODELS_FOLDER = "models_folder"

    @property
    def section(self) -> Section:
        """Where it stands."""
        return next(section for section in Section if self in section.controls)

    @property
    def object_name(self) -> str:
        """Name of its widget in lowerCamelCase, such as ``showEmpty``."""
        first, *rest = self.value.split("_")
        return first + "".join(word.capitalize() for word in rest)


def _between(first: Control, last: Control) -> tuple[Control, ...]:
    every = list(Control)
    return tuple(every[every.index(first) : every.index(last) + 1])


_CONTROLS: Mapping[Section, tuple[Control, ...]] = MappingProxyType(
    {
        Section.STUDY: _between(Control.VOLUME, Control.SAMPLE_XRAY),
        Section.DETECT: _between(Control.MODEL, Control.CANCEL),
        Section.REVIEW: _between(Control.LANDMARKS, Control.DISCARD),
        Section.MEASUREMENTS: _between(Control.RESULTS, Control.SAVE_CSV),
        Section.EXPLORER: _between(Control.EXPLORER_VIEWS, Control.CLOCK),
        Section.COMPARISON: _between(Control.COMPARE_WITH, Control.COPY_COMPARED),
        Section.OVERLAY: _between(Control.SHOW_DOUBT, Control.MAP_LANDMARK),
        Section.CALIBRATION: _between(Control.METHOD, Control.APPLY),
        Section.ADVANCED: _between(Control.SEX, Control.MODELS_FOLDER),
    }
)
