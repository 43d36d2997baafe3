"""The pages and pictures of a calibration report say what was measured."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest
from evaluation.calibration_samples import doubt_cases

from HipLandmarksLib.evaluation import Evaluation
from HipLandmarksLib.evaluation.calibration_fit import fit_on_cases
from HipLandmarksLib.evaluation.doubt_run import evaluate_with_doubt
from HipLandmarksLib.report.evaluation import evaluation_html, format_evaluation, write_evaluation
from HipLandmarksLib.uncertainty import NOT_CALIBRATED, CalibrationProvenance, LengthUnit


@pytest.fixture(scope="module")
def run():
    told = CalibrationProvenance("test", 20, 40, "2000-01-01")
    fitted = fit_on_cases(doubt_cases(5, 20), told, LengthUnit.MILLIMETRE, 0.9)
    return evaluate_with_doubt(fitted.crossed, "tested", fitted.calibration, left_out=True)


def test_the_page_shows_tables_and_plots_of_the_doubt(run):
    page = evaluation_html(Evaluation((run,)))
    for words in (
        "Calibration of the doubt",
        "paper 2, table 5",
        "Coverage of 90 % regions and intervals",
        "Errors by grade of the expected error",
        "AUROC for absence by surprisal of the limbs",
        "Probability to lie above the limit: alpha angle",
    ):
        assert words in page
    assert NOT_CALIBRATED not in page
    assert page.count(">Risk-coverage</text>") == 1  # not a second time under "presence"


def test_the_terminal_tells_the_main_figures_of_the_doubt(run):
    told = format_evaluation(Evaluation((run,)))
    region, table = run.doubt.conformal_regions["all"], run.doubt.suppression["unstructured"]
    assert f"90 % regions of landmarks hold the truth in {100 * region.covered:.1f} %" in told
    assert "90 % intervals of measurements hold the truth in" in told
    assert "AUROC for absence by surprisal of the limbs: " in told
    assert f"{table.without.mre_mm:.2f} to {table.with_doubt.mre_mm:.2f} mm" in told
    assert "Spearman of doubt and error: FHC" in told


def test_a_model_without_calibration_is_called_so():
    bare = evaluate_with_doubt(doubt_cases(5, 4), "bare", None)
    page = evaluation_html(Evaluation((bare,)))
    assert NOT_CALIBRATED in page and "Errors by grade" not in page
    assert "(stated, not calibrated)" in format_evaluation(Evaluation((bare,)))


def test_plots_are_also_pictures_of_their_own(run, tmp_path):
    page, figures = write_evaluation(tmp_path, Evaluation((run,)))
    assert page.is_file()
    assert json.loads(figures.read_text())["runs"][0]["doubt"]["calibrated"] is True
    pictures = sorted((tmp_path / "plots").glob("*.svg"))
    assert {"coverage.svg", "error-reliability.svg", "presence-reliability.svg"} <= {
        picture.name for picture in pictures
    }
    for picture in pictures:
        text = picture.read_text()
        assert ElementTree.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"
        assert "var(" not in text and "stroke:#" in text
