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
_ORDER_WORDS = (
    "Spearman's rho of expected and real error of the n landmarks that were found: 1 = in the same "
    "order, 0 = at random. AUROC: probability that an absent landmark is doubted more than one "
    "that is there; below it the absent ones of all that the sign speaks of."
)
_REGION_WORDS = (
    "Of landmarks that are there and were found. Stated: ellipse of the covariance, as if errors "
    "were normally distributed. Conformal: the calibration's region, valid for new patients like "
    "those of the calibration whatever the distribution; unbounded where it knows too few "
    "patients. Size: radius of a disc of the same area."
)


def doubt_tables(found: DoubtReport, names: Mapping[str, str] | None = None) -> str:
    """All tables as HTML.

    Args:
        found: what was measured.
        names: of measurements by id, with their units; ids where it has none.
    """
    return "".join(
        (
            suppression_table(found),
            coverage_table(found, names or {}),
            grades_table(found),
            landmark_table(found),
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


def coverage_table(found: DoubtReport, names: Mapping[str, str]) -> str:
    """How often regions and intervals held the truth."""
    regions = _coverage_rows(found.regions, found.conformal_regions, {})
    intervals = _coverage_rows(found.intervals, found.conformal_intervals, names)
    if not regions and not intervals:
        return ""
    level = f"{100.0 * found.level:g} %"
    head = ["", "n", "stated: covered (%)", "size", "conformal: covered (%)", "size", "unbounded"]
    rows = [[f"Regions of landmarks, {level}, sizes in mm"], *regions] if regions else []
    rows += [[f"Intervals of measurements, {level}, half-widths"], *intervals] if intervals else []
    caption = f"Coverage of {level} regions and intervals; 95 % interval resampled by patient"
    return table(head, rows, caption) + paragraph(_REGION_WORDS, "soft")


def _coverage_rows(
    stated: Mapping[str, Coverage], conformal: Mapping[str, Coverage], names: Mapping[str, str]
) -> list[list[str]]:
    rows = []
    for name in dict.fromkeys([*(n for n in stated if n != ALL), *stated]):
        own, other = stated[name], conformal.get(name)
        cells = [escape(names.get(name, name)), str(own.n), *_covered(own)]
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


def landmark_table(found: DoubtReport) -> str:
    """Does the doubt order errors, and does it tell absence? By landmark; "" without doubt."""
    signs = {sign: rows for sign, rows in found.absence.items() if rows[ALL].value is not None}
    keys = dict.fromkeys([*found.correlation, *(key for rows in signs.values() for key in rows)])
    rows = []
    for key in [*(key for key in keys if key != ALL), *(key for key in keys if key == ALL)]:
        rho = found.correlation.get(key)
        cells = [DASH, DASH] if rho is None else [str(rho.n), _ranked(rho)]
        told = (own.get(key) for own in signs.values())
        rows.append([escape(key), *cells, *(DASH if one is None else _ranked(one) for one in told)])
    if not rows:
        return ""
    head = ["Landmark", "n", "Spearman's rho"]
    head += [f"AUROC for absence by {sign.value}" for sign in signs]
    return table(head, rows, "Does the doubt order landmarks?") + paragraph(_ORDER_WORDS, "soft")


def _ranked(one: Ranking) -> str:
    of = "" if one.positive is None else f"{one.positive} of {one.n}"
    return with_interval(number(one.value, 3), interval(one.ci95), of)
