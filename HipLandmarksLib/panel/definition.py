"""What a measurement is and how it came about here: for the row that was clicked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..anatomy import AnySide, LandmarkId, LandmarkTable, Midline, Side
from ..i18n import tr as _
from ..measurement import Measurement, Reference
from .measurement_cells import line_word, side_value
from .review_words import landmark_name, state_word
from .table_words import calibration_word, table_word

if TYPE_CHECKING:
    from ..scene import HipStudy


@dataclass(frozen=True, slots=True)
class Definition:
    """The illustrated definition of a measurement, and its construction in this study.

    Attributes:
        id, side: the measurement; ``side`` is that of the drawing.
        title: full name.
        sentence: the definition in one sentence.
        result: lines on this study: value, class with source, what must be known.
        facts: further lines (heading, text): landmarks, limits, literature.
        svg: line drawing with its own background.
        caption: that the drawing is not of this patient.
        points: the landmarks that were used, or are wanting, in the order of the construction.
    """

    id: str
    side: AnySide
    title: str
    sentence: str
    result: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    svg: str
    caption: str
    points: tuple[LandmarkId, ...]


@dataclass(frozen=True, slots=True)
class LandmarkDefinition:
    """The illustrated definition of a landmark: where it is put, and what to do when unsure."""

    key: str
    title: str
    sentence: str
    facts: tuple[tuple[str, str], ...]
    svg: str


def definition_of(study: HipStudy, id_: str, side: AnySide) -> Definition:
    """Definition and construction of a measurement of a hip or of the pelvis.

    Raises:
        KeyError: when the study does not measure it there.
    """
    from ..illustration import find_entry

    measurement = study.measurement(side, id_)
    entry = find_entry(id_, study.settings.threshold_set)
    drawn = Side.RIGHT if isinstance(side, Midline) else side
    return Definition(
        id_,
        side,
        entry.name,
        entry.sentence,
        _result(study, measurement),
        entry.facts,
        entry.svg(drawn, numbers=False),
        _("Drawing of a schematic hip, not of this patient."),
        tuple((each.side, each.key) for each in measurement.inputs),
    )


def landmark_definition(side: AnySide, key: str) -> LandmarkDefinition:
    """Definition of a landmark, drawn on the side on which it lies.

    Raises:
        LandmarkFileError: when there is no such landmark.
    """
    from ..illustration import find_entry

    entry = find_entry(LandmarkTable.load()[key].key)
    drawn = Side.RIGHT if isinstance(side, Midline) else side
    return LandmarkDefinition(key, entry.name, entry.sentence, entry.facts, entry.svg(drawn))


def marks_with(marks: tuple[str, ...], id_: str, drawn: bool) -> tuple[str, ...]:
    """The measurements to draw in the views when ``id_`` is switched on or off."""
    kept = tuple(each for each in marks if each != id_)
    return (*kept, id_) if drawn else kept


def _result(study: HipStudy, m: Measurement) -> tuple[tuple[str, str], ...]:
    """What is told of this one result."""
    value = side_value(m, None)
    line = "" if m.reference is Reference.NONE else line_word(m.reference)
    told = [
        (_("Side"), _side_word(m.side)),
        (_("Value"), value.text),
        (_("Class"), value.class_text),
        (_("Finding"), table_word(m.finding) if m.finding else ""),
        (_("Line in use"), line),
        (_("Remark"), m.reason),
        (_("Measured from"), "; ".join(_used(study, m))),
        (_("Millimetres"), calibration_word(m.calibration) if m.unit == "mm" else ""),
        (_("Method"), m.method_version),
    ]
    return tuple((heading, text) for heading, text in told if text)


def _used(study: HipStudy, m: Measurement) -> list[str]:
    landmarks = study.landmarks
    used = [landmarks[(each.side, each.key)] for each in m.inputs]
    return [f"{landmark_name(p.side, p.key)} ({state_word(p)})" for p in used]


def _side_word(side: AnySide) -> str:
    words: dict[AnySide, str] = {
        Side.RIGHT: _("right hip"),
        Side.LEFT: _("left hip"),
        Midline.PELVIS: _("whole pelvis"),
    }
    return words[side]
