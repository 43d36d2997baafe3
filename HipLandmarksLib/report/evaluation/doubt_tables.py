"""Tables of a calibration report."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from ...evaluation.doubt import DoubtReport
from ...evaluation.doubt_coverage import Coverage
from ...evaluation.doubt_ranking import ALL, Ranking
from ...evaluation.suppression import ErrorSummary, SuppressionTable
from .html import DASH, interval, number, paragraph, percent, table, with_interval

_KINDS = {
    "unstructured": "Unstructured images (some landmark is not to be seen; paper 2, table 5)",
    "structured": "Structured images (all landmarks are there; paper 2, table 4)",
}
_SUPPRESSION_WORDS = (
    "Without doubt the model answers every landmark, also those that are not to be seen, whose "
    "answers are compared with the true place where it is known. With doubt it withholds what it "
    "calls absent."
)
_REGION_WORDS = (
    "Of landmarks that are there and were found. Stated: ellipse of the covariance, as if errors "
    "were normally distributed. Conformal: the calibration's region, valid for new patients like "
    "those of the calibration whatever the distribution; unbounded where it knows too few "
    "patients. Size: radius of a disc of the same area."
)


def doubt_tables(found: DoubtReport) -> str:
    """All tables as HTML."""
    return "".join(
        (
            suppression_table(found),
            coverage_table(found),
            grades_table(found),
            ranking_table(found),
            absence_table(found),
        )
    )


def suppression_table(found: DoubtReport) -> str:
    """Paper 2's table 5 and table 4: errors without and with doubt."""
    rows = [
        row
        for kind, title in _KINDS.items()
        if (one := found.suppression.get(kind)) is not None
        for row in _suppression_rows(title, one)
    ]
    if not rows:
        return ""
    head = ["", "answers", "of them hidden", "withheld", "MRE (mm)", "SDR@2 mm (%)", "change (%)"]
    title = "Errors without and with doubt"
    return table(head, rows, title) + paragraph(_SUPPRESSION_WORDS, "soft")


def _suppression_rows(title: str, one: SuppressionTable) -> list[list[str]]:
    change = with_interval(percent(one.change), interval(one.change_ci95, 1, 100.0))
    return [
        [escape(f"{title}: {one.images} images of {one.patients} patients")],
        ["without doubt", *_summary(one.without), DASH],
        ["with doubt", *_summary(one.with_doubt), change],
    ]


def _summary(one: ErrorSummary) -> list[str]:
    counts = [str(one.answers), str(one.hidden), str(one.withheld)]
    return [*counts, number(one.mre_mm), percent(one.sdr_2mm)]


def coverage_table(found: DoubtReport) -> str:
    """How often regions and intervals held the truth."""
    regions = _coverage_rows(found.regions, found.conformal_regions)
    intervals = _coverage_rows(found.intervals, found.conformal_intervals)
    if not regions and not intervals:
        return ""
    level = f"{100.0 * found.level:g} %"
    head = ["", "n", "stated: covered (%)", "size", "conformal: covered (%)", "size", "unbounded"]
    rows = [[f"Regions of landmarks, {level}, sizes in mm"], *regions] if regions else []
    rows += [[f"Intervals of measurements, {level}, half-widths"], *intervals] if intervals else []
    caption = f"Coverage of {level} regions and intervals; 95 % interval resampled by patient"
    return table(head, rows, caption) + paragraph(_REGION_WORDS, "soft")


def _coverage_rows(
    stated: Mapping[str, Coverage], conformal: Mapping[str, Coverage]
) -> list[list[str]]:
    rows = []
    for name in dict.fromkeys([*(n for n in stated if n != ALL), *stated]):
        own, other = stated[name], conformal.get(name)
        cells = [escape(name), str(own.n), *_covered(own)]
        if other is None:
            rows.append([*cells, DASH, DASH, DASH])
        else:
            rows.append([*cells, *_covered(other), str(other.unbounded)])
    return rows


def _covered(one: Coverage) -> list[str]:
    share = with_interval(percent(one.covered), interval(one.ci95, 1, 100.0))
    return [share, number(one.size)]


def grades_table(found: DoubtReport) -> str:
    """Errors by grade; "" when no grade is stated."""
    rows = [
        [
            grade.value,
            str(one.n),
            number(one.median),
            number(one.stated_median),
            number(one.q90),
            number(one.stated_bound),
        ]
        for grade, one in found.grades.items()
    ]
    if not rows:
        return ""
    unit = found.unit.value
    head = ["Grade", "n", f"median ({unit})", "stated", f"90 % are within ({unit})", "stated"]
    return table(head, rows, "Errors by grade of the expected error")


def ranking_table(found: DoubtReport) -> str:
    """Spearman's rho of expected and real error; "" without covariances."""
    if not found.correlation:
        return ""
    rows = [[escape(key), str(one.n), _ranked(one)] for key, one in found.correlation.items()]
    head = ["Landmark", "n", "Spearman's rho"]
    return table(head, rows, "Expected against real error: 1 = in the same order, 0 = at random")


def absence_table(found: DoubtReport) -> str:
    """AUROC for absence by sign and landmark; "" when nothing is absent."""
    signs = {sign: rows for sign, rows in found.absence.items() if rows[ALL].value is not None}
    if not signs:
        return ""
    keys = list(dict.fromkeys(key for rows in signs.values() for key in rows))
    keys = [key for key in keys if key != ALL] + [ALL]
    rows = []
    for key in keys:
        known = {sign: own.get(key) for sign, own in signs.items()}
        if any(one is not None and one.value is not None for one in known.values()):
            rows.append([escape(key), *(DASH if o is None else _ranked(o) for o in known.values())])
    head = ["Landmark", *(f"by {sign.value}" for sign in signs)]
    return table(head, rows, "AUROC for absent landmarks; below: absent of all that it speaks of")


def _ranked(one: Ranking) -> str:
    of = "" if one.positive is None else f"{one.positive} of {one.n}"
    return with_interval(number(one.value, 3), interval(one.ci95), of)
