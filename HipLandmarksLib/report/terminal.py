"""The measurement table for the terminal: right beside left, with difference and usual range."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..anatomy import Midline
from ..measurement import MeasurementStatus, Reference, side_differences
from .case import NOTICE, SIDES, CaseReport
from .doubt import doubt_lines, probability_text
from .not_measured import not_annotated, not_measured, without_any_value
from .sections import DIFFERENCE_ROW, grouped
from .text_table import NARROWEST, WIDEST, Cell, Style, TextTable, tied, wrapped
from .values import (
    LEGEND,
    flag_of,
    format_difference,
    format_usual,
    format_value,
)

if TYPE_CHECKING:
    from ..anatomy import AnySide
    from ..measurement import Measurement, MeasurementSettings, SideDifference
    from ..uncertainty import MeasurementDoubt

_END_OF_SENTENCE = re.compile(r"(?<=\.) (?=[A-Z])")
_SHORT_FINDING = 24
_NUMBER = re.compile(r"\d.*")
_TOLD_WITH_THE_CLASS = ("lies within the uncertainty.", "borderline")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def format_table(
    measurements: Sequence[Measurement],
    differences: Sequence[SideDifference] | None = None,
    *,
    settings: MeasurementSettings | None = None,
    width: int = 100,
    colour: bool = False,
    everything: bool = False,
    doubts: Mapping[tuple[AnySide, str], MeasurementDoubt] | None = None,
    doubt_text: Sequence[str] = (),
) -> str:
    """Lay measurements out as text.

    Args:
        measurements: of both hips and of the pelvis.
        differences: right minus left; None works them out.
        settings: how it was measured, for the head of the table; None leaves that out.
        width: columns of the terminal; between 80 and 132 are used.
        colour: with ECMA-48 codes.
        everything: also one row for each measurement without a value, instead of one closing
            line per reason.
        doubts: intervals of a calibrated model; their probabilities are told with the classes.
        doubt_text: lines on these intervals, below all else.

    One line per measurement: value with its interval (:func:`.format_value`), rounded to 1 degree
    or 0.5 mm since finer is noise, flag, and the numbers of its footnotes. They give the reason of
    a missing value and every flag (fallback reference line, uncalibrated); classes and the source
    of each usual range follow. Research software: no class is a diagnosis.
    """
    if differences is None:
        differences = side_differences(measurements)
    layout = _Layout(measurements, differences, everything, doubts or {})
    width = min(max(width, NARROWEST), WIDEST)
    lines = [line for text in _head(measurements, settings) for line in wrapped(text, width)]
    lines += ["", *layout.table().format(width, colour)] if layout.has_rows else []
    for block in (*layout.closing(), *([list(doubt_text)] if doubt_text else [])):
        lines += ["", *(line for text in block for line in wrapped(text, width, 4))]
    return "\n".join([*lines, "", NOTICE])


def format_case(
    case: CaseReport, *, width: int = 100, colour: bool = False, everything: bool = False
) -> str:
    """The table of a case; see :func:`format_table`."""
    return format_table(
        case.measurements,
        case.differences,
        settings=case.settings,
        width=width,
        colour=colour,
        everything=everything,
        doubts=case.doubts,
        doubt_text=doubt_lines(case),
    )


class _Layout:
    """Cells of the table, and the footnotes that they gather."""

    def __init__(
        self,
        measurements: Sequence[Measurement],
        differences: Iterable[SideDifference],
        everything: bool,
        doubts: Mapping[tuple[AnySide, str], MeasurementDoubt],
    ) -> None:
        self._doubts = doubts
        self._all = measurements
        hidden = set() if everything else set(without_any_value(measurements))
        self._hidden = [m for m in measurements if m.id in hidden]
        self._shown = {(m.id, m.side): m for m in measurements if m.id not in hidden}
        self._differences = {d.id: d for d in differences}
        self._named = self._differences_with_names()
        self._bare = not_annotated(measurements)
        self._notes: list[str] = []
        self._sources: list[str] = []
        self._classes: list[str] = []
        self._flags: set[str] = set()

    @property
    def has_rows(self) -> bool:
        """Whether anything was measured."""
        return bool(self._shown)

    def table(self) -> TextTable:
        """The rows, by section; what belongs to the whole pelvis has a head of its own."""
        sides = [side.word.capitalize() for side in SIDES]
        table = TextTable()
        table.add(*(Cell(t, Style.HEADING) for t in ("", *sides, "Right − left", "Usual range")))
        rows = [*(id_ for id_, _ in self._shown), *self._named]
        for section, ids in grouped(rows).items():
            of_hips = any((id_, side) in self._shown for id_ in ids for side in SIDES)
            heading = Cell(section.value, Style.HEADING)
            table.add(heading) if of_hips else table.add(heading, "", "", "whole pelvis", "")
            for id_ in ids:
                table.add(*(self._named_row(id_) if id_ in self._named else self._row(id_)))
        return table

    def _differences_with_names(self) -> dict[str, SideDifference]:
        """Differences that are a measurement of their own, such as that of leg length."""
        names = {m.id: m.name for m in self._shown.values()}
        return {
            f"{DIFFERENCE_ROW}{id_}": difference
            for id_, difference in self._differences.items()
            if difference.name != names.get(id_, difference.name) and self._has_both(id_)
        }

    def _has_both(self, id_: str) -> bool:
        found = [self._shown.get((id_, side)) for side in SIDES]
        return all(m is not None and m.value is not None for m in found)

    def _named_row(self, row: str) -> list[Cell]:
        difference = self._named[row]
        return [Cell(f"  {difference.name}"), Cell(), Cell(), self._difference(difference), Cell()]

    def _row(self, id_: str) -> list[Cell]:
        sides: tuple[AnySide, ...] = (*SIDES, Midline.PELVIS)
        found = {side: self._shown[(id_, side)] for side in sides if (id_, side) in self._shown}
        one = next(iter(found.values()))
        usual = next((m for m in found.values() if m.usual is not None), one)
        cells = {side: self._value(m) for side, m in found.items()}
        difference = self._differences.get(id_)
        named = f"{DIFFERENCE_ROW}{id_}" in self._named
        of_sides = Cell() if difference is None or named else self._difference(difference)
        last = cells.get(Midline.PELVIS) or of_sides
        values = [cells.get(side, Cell()) for side in SIDES]
        return [Cell(f"  {one.name}"), *values, last, self._usual(usual)]

    def _value(self, m: Measurement) -> Cell:
        flag = flag_of(m)
        self._flags.update(flag)
        if flag:
            class_text = _class_text(m, self._doubts.get((m.side, m.id)))
            told = f"{m.name}, {m.side.word}, {self._told(m)}: {class_text}"
            self._classes.append(f"{flag} {told}")
        finding = m.finding or ""
        long = [f"{m.name}: {finding}."] if len(finding) > _SHORT_FINDING else []
        bare = m.side in self._bare
        notes = [f"The {m.side.word} hip is not annotated."] if bare else _notes(m)
        numbers = ",".join(str(self._note(note)) for note in (*long, *notes))
        marks = tied(" ".join([flag] * bool(flag) + [f"[{numbers}]"] * bool(numbers)))
        text = f"{tied(self._told(m))} {marks}".rstrip(" ")
        style = Style.FLAGGED if flag else Style.FAINT if m.value is None else Style.PLAIN
        return Cell(text if long or not finding else f"{text}\n{finding}", style)

    def _told(self, m: Measurement) -> str:
        return format_value(m, self._doubts.get((m.side, m.id)))

    def _difference(self, difference: SideDifference) -> Cell:
        if difference.value is None:
            why = difference.reason if self._has_both(difference.id) else ""
            return Cell(tied(f"– [{self._note(why)}]"), Style.FAINT) if why else Cell()
        text = _NUMBER.sub(lambda number: tied(number[0]), format_difference(difference))
        if difference.reason:
            text += f" [{self._note(difference.reason)}]"
        if difference.flag is None:
            return Cell(text)
        self._classes.append(
            f"! {difference.name}, {format_difference(difference)}: {difference.flag}"
        )
        return Cell(f"{text} !", Style.FLAGGED)

    def _usual(self, m: Measurement) -> Cell:
        text = format_usual(m.usual, m.unit)
        if not text:
            return Cell()
        source = m.range_source or "source not stated"
        if source not in self._sources:
            self._sources.append(source)
        return Cell(f"{tied(text)} ({_letter(self._sources.index(source))})")

    def _note(self, note: str) -> int:
        if note not in self._notes:
            self._notes.append(note)
        return self._notes.index(note) + 1

    def closing(self) -> list[list[str]]:
        """Paragraphs below the table."""
        texts = [self._told(m) for m in self._all]
        texts += [format_difference(each) for each in self._differences.values()]
        spread = any("±" in text for text in texts)
        brackets = any(doubt.conformal for doubt in self._doubts.values())
        legend = "".join(f"{text}. " for mark, text in LEGEND.items() if mark in self._flags)
        ranges = [f"({_letter(n)}) {source}" for n, source in enumerate(self._sources)]
        blocks = [
            [f"[{number}] {note}" for number, note in enumerate(self._notes, start=1)],
            [*self._classes, f"{legend}No class is a diagnosis."] if self._classes else [],
            ["Usual ranges, each with population and view:", *ranges] if ranges else [],
            not_measured(self._hidden),
            ["± is half the 95 % interval from the doubt about the landmarks alone."] * spread,
            ["In brackets: interval of the calibrated model, told below."] * brackets,
        ]
        return [block for block in blocks if block]


def _head(measurements: Sequence[Measurement], settings: MeasurementSettings | None) -> list[str]:
    """What every number below depends on: reference line, edge, pixel size, thresholds, patient."""
    texts = _references(measurements)
    for one in measurements[:1]:
        texts.append(f"Millimetres: {one.calibration.badge}.")
        edge = next((m.edge for m in measurements if m.edge is not None), None)
        marked = "" if edge is None else f" LAE marks the {edge.value} edge."
        texts.append(f"Thresholds: {one.threshold_set}.{marked}")
    return texts if settings is None else [*texts, _patient(settings)]


def _references(measurements: Sequence[Measurement]) -> list[str]:
    """The line most values are measured against, and the few that have another one."""
    names: dict[Reference, dict[str, None]] = {}
    for m in measurements:
        if m.value is not None and m.reference is not Reference.NONE:
            names.setdefault(m.reference, {})[m.name] = None
    if not names:
        return []
    main = max(names, key=lambda reference: len(names[reference]))
    others = [f"for {' and '.join(names[r])}: {r.words}" for r in names if r is not main]
    return [f"Reference: {'; '.join([main.words, *others])}."]


def _patient(settings: MeasurementSettings) -> str:
    sex = {"F": "female", "M": "male"}.get(settings.sex.value, "sex not known (--sex)")
    age = settings.patient_age_years
    years = "age not known, taken for an adult (--age)" if age is None else f"{age:g} years"
    return f"Patient: {sex}, {years}."


def _class_text(m: Measurement, doubt: MeasurementDoubt | None) -> str:
    """The class, with the probability to lie above the nearest limit where that is known."""
    text = (m.classification or "").partition(" (p =")[0]
    calibrated = None if doubt is None else doubt.p_above
    p, limit = m.p_above_threshold if calibrated is None else calibrated, m.threshold
    if p is None or limit is None:
        return text
    return f"{text} ({probability_text(p)} to lie above {limit:g} {m.unit})"


def _notes(m: Measurement) -> list[str]:
    """Sentences of the reason; without any, the names of the flags.

    That a limit lies within the uncertainty is told with the class.
    """
    notes = _END_OF_SENTENCE.split(m.reason) if m.reason else []
    if not notes:
        flags = [status for status in m.status if status is not MeasurementStatus.OK]
        notes = [flag.value.replace("_", " ").lower() for flag in flags]
    if MeasurementStatus.BORDERLINE in m.status:
        notes = [note for note in notes if not note.endswith(_TOLD_WITH_THE_CLASS)]
    return notes


def _letter(number: int) -> str:
    """a, b, ..., z, aa, ab, ..."""
    rest, letter = divmod(number, len(_LETTERS))
    return (_letter(rest - 1) if rest else "") + _LETTERS[letter]
