"""The ablation table says what differs between methods, and once what they have in common."""

from __future__ import annotations

import csv
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from HipLandmarksLib.evaluation.ablation import Ablation, RunFacts, ablation
from HipLandmarksLib.evaluation.finished import FinishedRun, Point
from HipLandmarksLib.report.evaluation import (
    ablation_csv,
    ablation_html,
    ablation_markdown,
    ablation_text,
)
from HipLandmarksLib.report.evaluation.ablation_columns import duration
from HipLandmarksLib.report.evaluation.forest import ForestRow, forest_plot


def _run(network: str, mre: float, seed: int = 17, views: str = "none") -> FinishedRun:
    rng = np.random.default_rng(seed)
    points = {
        (f"p{n}", "R", key): Point(f"p{n}", mre + n / 10 + float(rng.normal(0, 0.02)))
        for n in range(5)
        for key in ("FHC", "NA")
    }
    figures = {"mre_mm": mre, "sdr_2mm": 0.5, "alpha_mae": 4.0, "missed": 0.0}
    name = f"{network}-{seed}, {views}"
    return FinishedRun(name, network, views, seed, "{}", figures, points)


def _facts(title: str, side: int = 128, **changes: float) -> RunFacts:
    return RunFacts(title, 1_500_000, 400, 4, (side, side), 2.4, 5, 10, **changes)


def _two_methods(side: int = 128) -> Ablation:
    return ablation(
        [
            (_run("A", 3.0), _facts("Network A", training_seconds=100.0)),
            (_run("A", 3.4, 42), _facts("Network A", training_seconds=140.0)),
            (_run("B", 2.0), _facts("Network | B", side)),
            (_run("B", 2.2, 42), _facts("Network | B", side)),
        ],
        failed={"bad": "too large"},
        missing=["later"],
    )


def test_seeds_of_a_method_are_one_row_with_mean_and_sd() -> None:
    found = _two_methods()
    assert [row.facts.title for row in found.rows] == ["Network | B", "Network A"]
    rows = list(csv.DictReader(ablation_csv(found).splitlines()))
    assert rows[1]["seeds"] == "17 42" and rows[1]["remark"] == "baseline"
    assert float(rows[1]["mre_mm_mean"]) == pytest.approx(3.2)
    assert float(rows[1]["mre_mm_sd"]) == pytest.approx(0.4 / 2**0.5)
    assert float(rows[1]["training_seconds"]) == pytest.approx(120.0)
    assert float(rows[0]["difference_mm"]) == pytest.approx(-1.1, abs=0.05)
    assert rows[0]["training_seconds"] == ""


def test_what_all_have_in_common_is_said_once() -> None:
    same, other = ablation_text(_two_methods()), ablation_text(_two_methods(side=256))
    assert "128 × 128 px, pixels of 2.4 mm, reduced size" in same
    assert "seeds: 17, 42" in same and "tested on 5 patients, 10 landmarks" in same
    assert "Input" in other and "256 × 256 px" in other and "Input" not in same
    assert "Missed (%)" not in ablation_html(_two_methods())


def test_a_method_of_the_published_size_is_not_called_reduced() -> None:
    found = ablation([(_run("A", 3.0), _facts("A", 512)), (_run("B", 3.0), _facts("B", 512))])
    for text in (ablation_text(found), ablation_markdown(found), ablation_html(found)):
        assert "educed" not in text and "published size" in text


def test_failures_and_what_is_missing_are_named_everywhere() -> None:
    found = _two_methods()
    for text in (ablation_text(found), ablation_markdown(found), ablation_html(found)):
        assert "Failed: bad: too large" in text and "Not run yet: later" in text
        assert "not a medical device" in text
    assert found.to_dict()["failed"] == {"bad": "too large"}


def test_markdown_rows_have_as_many_cells_as_the_head() -> None:
    lines = [line for line in ablation_markdown(_two_methods()).splitlines() if line[:1] == "|"]
    assert len(lines) == 4
    counts = {len(re.findall(r"(?<!\\)\|", line)) for line in lines}
    assert len(counts) == 1 and "Network \\| B" in lines[2]


def test_the_page_is_well_formed_and_marks_the_baseline() -> None:
    page = ablation_html(_two_methods())
    closed = re.sub(r"<meta ([^>]*)>", r"<meta \1/>", page.removeprefix("<!DOCTYPE html>"))
    ElementTree.fromstring(closed)
    assert page.count('<tr class="own"><th scope="row">Network A') == 2  # errors, and cost
    assert not re.findall(r"""(?:src|href)=["'](?!data:|#)""", page)


def test_a_single_method_has_a_table_too() -> None:
    found = ablation([(_run("A", 3.0), _facts("Alone"))])
    assert "Alone" in ablation_text(found) and "1 method of" in ablation_html(found)


def test_intervals_reach_from_end_to_end_on_one_scale() -> None:
    rows = [ForestRow("one", -1.0, (-2.0, 0.0)), ForestRow("two & more", 1.0, None)]
    svg = ElementTree.fromstring(forest_plot("t", "mm", rows))
    (bar,) = [e.get("d") or "" for e in svg if e.get("class") == "s0"]
    left, right = (float(x) for x in re.findall(r"[MH]([\d.]+)", bar))
    first, second = [float(e.get("cx") or 0) for e in svg if e.tag == "circle"]
    assert (left + right) / 2 == pytest.approx(first, abs=0.1)
    assert second - right == pytest.approx(first - left, abs=0.1)  # 0 to 1 as -2 to -1
    assert forest_plot("t", "mm", []) == ""


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, "–"), (45.0, "45 s"), (150.0, "2 min"), (12_240.0, "3.4 h"), (260_000.0, "3.0 d")],
)
def test_durations_are_said_in_a_fitting_unit(seconds: float | None, words: str) -> None:
    assert duration(seconds) == words
