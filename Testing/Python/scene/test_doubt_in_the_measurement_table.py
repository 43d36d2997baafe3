"""The study's own table states the interval that the model's calibration gives, and no other."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from doubt_reading import reading
from exact_network import SeesItTwice, drawn_calibration, exact_detector, exact_image

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.detection import detection_doubts
from HipLandmarksLib.report.values import uncertainty_words
from HipLandmarksLib.uncertainty import Spread, measurement_doubt

pytest.importorskip("slicer", reason="slicer-core is not installed")

from HipLandmarksLib.scene import HipStudy
from HipLandmarksLib.scene.doubt import DoubtNodes, ModelReading
from HipLandmarksLib.scene.doubt.store import reading_from_text, reading_to_text

RIGHT = Side.RIGHT


@pytest.fixture
def doubtful(scene: Any, case: Any) -> HipStudy:
    """The case as a calibrated model reads it."""
    says = reading(case.image, case.landmarks)
    study = HipStudy.create(scene, case.image, says.landmarks, reader="anna")
    study.show_doubt(says, visible=False)
    return study


def uncertainty(study: HipStudy, name: str = "Alpha angle", side: str = "right") -> str:
    """The cell of a measurement; side ``right − left`` for the difference."""
    table = study.table_node
    columns = [table.GetColumnName(c) for c in range(table.GetNumberOfColumns())]
    for row in range(table.GetNumberOfRows()):
        if [table.GetCellText(row, c) for c in (0, 1)] == [name, side]:
            return str(table.GetCellText(row, columns.index("Uncertainty")))
    raise AssertionError(f"no row of {side} {name}")


def move_lcp(study: HipStudy) -> None:
    x, y, z = np.add(study.landmarks[(RIGHT, "LCP")].point(), (0.0, 0.0, 4.0)).tolist()
    study.place_point(RIGHT, "LCP", (x, y, z))


def test_a_calibrated_interval_stands_beside_the_value(doubtful: HipStudy) -> None:
    calibration = doubtful.doubt.reading.calibration
    alpha = doubtful.measurement(RIGHT, "alpha")
    low, high = measurement_doubt(calibration, alpha, doubtful.landmarks).interval
    assert uncertainty(doubtful) == f"{round(low)} to {round(high)}° (90 %)"
    assert re.fullmatch(r"± \d+°|", uncertainty(doubtful, side="right − left"))


def test_a_readers_point_has_the_readers_doubt_and_not_the_models(doubtful: HipStudy) -> None:
    move_lcp(doubtful)
    assert uncertainty(doubtful) == "The doubt about one of its landmarks is not known."
    reach = []
    for sigma in (0.5, 2.0):
        doubtful.measure_with(replace(doubtful.settings, reader_sigma_mm=sigma))
        stated = re.fullmatch(
            r"(\d+) to (\d+)° \(90 %, by its points alone\)", uncertainty(doubtful)
        )
        assert stated is not None
        reach.append(int(stated[2]) - int(stated[1]))
    assert reach[0] < reach[1]


def test_every_cell_equals_a_full_recompute_after_a_drag(doubtful: HipStudy) -> None:
    move_lcp(doubtful)
    calibration, points = doubtful.doubt.reading.calibration, doubtful.landmarks
    for m in doubtful.measurements:
        doubt = measurement_doubt(calibration, m, points)
        assert uncertainty(doubtful, m.name, m.side.word) == uncertainty_words(m, doubt)


@pytest.mark.parametrize("how", ["dropped", "removed from the scene"])
def test_without_the_models_reading_there_is_no_calibrated_interval(
    doubtful: HipStudy, how: str
) -> None:
    if how == "dropped":
        doubtful.drop_doubt()
    else:
        doubtful.scene.RemoveNode(DoubtNodes.find(doubtful.nodes)[0].data)
    assert doubtful.doubt is None
    assert uncertainty(doubtful).startswith("± ")


def test_a_model_that_was_not_calibrated_states_what_its_covariances_mean(
    scene: Any, case: Any
) -> None:
    says = replace(reading(case.image, case.landmarks), calibration=None)
    study = HipStudy.create(scene, case.image, says.landmarks)
    study.show_doubt(says, visible=False)
    alpha = study.measurement(RIGHT, "alpha")
    assert uncertainty(study) == f"± {round(1.96 * alpha.sigma)}°"


def test_too_few_calibration_cases_are_told_instead_of_an_interval(doubtful: HipStudy) -> None:
    """The calibration of these tests knows alpha only."""
    lce = doubtful.measurement(RIGHT, "lce")
    doubt = measurement_doubt(doubtful.doubt.reading.calibration, lce, doubtful.landmarks)
    assert doubt.reason and uncertainty(doubtful, lce.name) == uncertainty_words(lce, doubt)


@pytest.mark.parametrize("reopened", [False, True])
def test_a_landmark_that_is_seen_twice_has_the_interval_that_the_files_of_results_state(
    scene: Any, reopened: bool
) -> None:
    """By samples, as long as the points are the model's; also after a saved scene was loaded."""
    image = exact_image()
    detector = exact_detector(SeesItTwice(), calibration=drawn_calibration())
    detection = detector.detect(image, slice_index=0, keep_maps=True)
    study = HipStudy.create(scene, image, detection.landmarks)
    says = ModelReading.of(detection, image, study.settings)
    study.show_doubt(reading_from_text(reading_to_text(says)) if reopened else says, False)
    stated = detection_doubts(detection, image, study.measurements, study.settings)
    alpha = study.measurement(RIGHT, "alpha")
    assert uncertainty(study) == uncertainty_words(alpha, stated[(RIGHT, "alpha")])
    by_derivatives = measurement_doubt(drawn_calibration(), alpha, study.landmarks)
    assert uncertainty(study) != uncertainty_words(alpha, by_derivatives)
    study.measure_with(replace(study.settings, reader_sigma_mm=1.0))
    move_lcp(study)
    assert uncertainty(study).endswith("by its points alone)")


def test_samples_of_another_value_are_not_taken() -> None:
    assert Spread.of_samples(50.0, [40.0, 50.0, 60.0], 1.0).fits(50.0)
    assert not Spread.of_samples(50.0, [40.0, 50.0, 60.0], 1.0).fits(50.1)
    assert Spread.of_sigma(2.0).fits(50.1)
