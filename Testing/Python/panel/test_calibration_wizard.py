"""The calibration wizard: what to mark, what is refused and why, what comes out."""

from __future__ import annotations

from dataclasses import replace
from math import nan
from pathlib import Path
from typing import Any

import pytest
from panel_case import BALL_MM, RIGHT, ball_at, film, landmarks, mri

from HipLandmarksLib.errors import CalibrationError
from HipLandmarksLib.imaging import Calibration, SpacingProvenance
from HipLandmarksLib.panel import (
    CalibrationWizard,
    Method,
    Severity,
    Step,
    apply_calibration,
    instruction,
    length_changes,
    method_choice,
    plausibility_badges,
    result_badges,
    size_label,
)

TRUE_MM = 25.0
FACTOR = TRUE_MM / BALL_MM


@pytest.fixture(scope="module")
def start():
    """A wizard for the film."""
    return CalibrationWizard.begin(film())


def reopened(study: Any, path: Path) -> Any:
    """The study after its scene was saved and loaded."""
    from HipLandmarksLib.scene import HipStudy, load_scene, save_scene

    save_scene(study.scene, path)
    study.close()
    return HipStudy.reopen(load_scene(path))[0]


def with_ball(start: CalibrationWizard) -> CalibrationWizard:
    return start.mark(ball_at(start.image, 30.0, 3.0))


def test_one_click_inside_the_ball_is_enough(start):
    assert start.step is Step.MARK and "inside the marker ball" in instruction(start)
    found = with_ball(start)
    assert found.step is Step.CHECK and found.problem == ""
    assert found.calibration.factor == pytest.approx(FACTOR, rel=0.01)
    assert found.calibration.provenance is SpacingProvenance.MARKER
    assert len(found.rim) > 20


def test_a_ball_of_another_size_gives_another_factor(start):
    found = with_ball(start).with_size(30.0)
    assert found.calibration.factor == pytest.approx(30.0 / BALL_MM, rel=0.01)


def test_a_click_where_no_ball_is_is_refused_in_one_sentence(start):
    lost = start.mark(ball_at(start.image, 0.0, 60.0))
    assert lost.calibration is None and lost.step is Step.SIZE
    assert "No marker ball was found" in lost.problem and instruction(lost) == lost.problem
    assert result_badges(lost)[0].severity is Severity.ALARM


def test_a_mark_that_was_wrong_is_taken_back_or_replaced(start):
    lost = start.mark(ball_at(start.image, 0.0, 60.0))
    assert lost.unmark() == start
    again = lost.mark(ball_at(start.image))
    assert again.calibration.factor == pytest.approx(FACTOR, rel=0.01)


def test_three_clicks_on_the_rim_measure_the_ball(start):
    rim = start.choose(Method.BALL_RIM)
    for n, angle in enumerate((0.0, 120.0, 240.0)):
        assert rim.step is Step.MARK and f"wanted: {3 - n}." in instruction(rim)
        rim = rim.mark(ball_at(rim.image, angle, BALL_MM / 2))
    assert rim.calibration.factor == pytest.approx(FACTOR, rel=1e-6)
    assert rim.wants_points, "more points make it better"


def test_points_on_a_short_arc_are_refused(start):
    rim = start.choose(Method.BALL_RIM)
    for angle in (0.0, 20.0, 40.0):
        rim = rim.mark(ball_at(rim.image, angle, BALL_MM / 2))
    assert "spread them all around" in rim.problem


def test_two_ends_of_a_known_length_calibrate(start):
    ruler = start.choose(Method.RULER).with_size(100.0)
    assert size_label(ruler) == "True length (mm)"
    x, y, z = ball_at(ruler.image)
    ruler = ruler.mark((x, y, z)).mark((x + 120.0, y, z))
    assert ruler.calibration.factor == pytest.approx(100.0 / 120.0)
    assert not ruler.wants_points


def test_a_third_click_moves_the_second_end(start):
    ruler = start.choose(Method.RULER)
    x, y, z = ball_at(ruler.image)
    for length in (60.0, 90.0):
        ruler = ruler.mark((x, y, z)) if not ruler.points else ruler
        ruler = ruler.mark((x + length, y, z))
    assert ruler.points == ((x, y, z), (x + 90.0, y, z))
    assert ruler.move(1, (x + 120.0, y, z)).calibration.factor == pytest.approx(100 / 120)


def test_ends_that_touch_are_refused(start):
    ruler = start.choose(Method.RULER)
    x, y, z = ball_at(ruler.image)
    assert "too close together" in ruler.mark((x, y, z)).mark((x + 1.0, y, z)).problem


def test_a_magnification_needs_no_mark(start):
    factor = start.choose(Method.FACTOR)
    assert factor.size == 1.2 and factor.calibration.factor == pytest.approx(1 / 1.2)
    assert factor.calibration.provenance is SpacingProvenance.USER_MAGNIFICATION


@pytest.mark.parametrize(
    ("size", "why"), [(0.5, "between 1 and 2"), (nan, "above 0"), (0, "above 0")]
)
def test_an_impossible_size_is_refused(start, size, why):
    assert why in start.choose(Method.FACTOR).with_size(size).problem


def test_a_film_without_pixel_size_takes_no_factor_but_a_ball():
    bare = CalibrationWizard.begin(film(SpacingProvenance.NONE))
    factor = next(each for each in method_choice(bare).options if each.id == "factor")
    assert not factor.enabled and "no pixel size" in factor.reason
    assert "no pixel size" in bare.choose(Method.FACTOR).problem
    assert with_ball(bare).calibration.calibrated


def test_an_unusual_magnification_is_told(start):
    found = with_ball(start).with_size(15.0)
    remarks = [badge for badge in result_badges(found) if badge.severity is Severity.CAUTION]
    assert any("unusual for a hip" in badge.tooltip for badge in remarks)


def test_another_method_begins_without_marks(start):
    assert with_ball(start).choose(Method.RULER).points == ()


def test_mri_needs_no_calibration():
    with pytest.raises(CalibrationError, match="needs no calibration"):
        CalibrationWizard.begin(mri()[0])


def test_lengths_are_shown_before_and_after(start, film_study):
    found = with_ball(start)
    offset = next(
        each
        for each in length_changes(film_study, found.calibration)
        if each.name == "Femoral offset" and each.side is RIGHT
    )
    assert (offset.before, offset.after) == ("42.0 mm", "35.0 mm")


def test_applying_measures_anew_and_moves_nothing(start, film_study):
    before = film_study.landmarks
    apply_calibration(film_study, with_ball(start))
    offset = film_study.measurement(RIGHT, "femoral_offset_mm")
    assert offset.value == pytest.approx(42.0 * FACTOR, rel=0.01)
    assert offset.calibration.provenance is SpacingProvenance.MARKER
    assert film_study.landmarks == before


def test_the_calibration_of_the_file_comes_back(start, film_study):
    apply_calibration(film_study, with_ball(start))
    apply_calibration(film_study, start.choose(Method.FILE))
    assert film_study.settings.calibration == film().calibration


def test_what_the_file_stated_survives_saving(start, film_study, tmp_path):
    apply_calibration(film_study, with_ball(start))
    again = reopened(film_study, tmp_path / "case.mrb")
    assert again.settings.calibration.provenance is SpacingProvenance.MARKER
    wizard = CalibrationWizard.of_study(again).choose(Method.FILE)
    assert wizard.calibration == film().calibration
    found = CalibrationWizard.of_study(again).choose(Method.FACTOR).calibration
    assert found.factor == pytest.approx(1 / 1.2), "of the film's own grid, not of the ball's"


def test_a_film_without_pixel_size_takes_no_factor_after_a_ball_either(scene, tmp_path):
    from HipLandmarksLib.scene import HipStudy

    bare = film(SpacingProvenance.NONE)
    study = HipStudy.create(scene, bare, landmarks())
    apply_calibration(study, with_ball(CalibrationWizard.of_study(study)))
    wizard = CalibrationWizard.of_study(reopened(study, tmp_path / "case.mrb"))
    assert "no pixel size" in wizard.choose(Method.FACTOR).problem
    assert not wizard.choose(Method.FILE).calibration.calibrated


def test_where_nobody_knows_what_the_file_stated_it_is_not_claimed():
    """A scene of an older version holds the later calibration alone."""
    marked = Calibration(SpacingProvenance.MARKER, 0.5)
    wizard = CalibrationWizard.begin(replace(film(), calibration=marked))
    options = {option.id: option for option in method_choice(wizard).options}
    assert not options["file"].enabled and not options["factor"].enabled
    assert "load the film again" in wizard.choose(Method.FILE).problem
    assert with_ball(wizard).calibration.factor == pytest.approx(FACTOR, rel=0.01)


def test_nothing_is_applied_before_there_is_something(start, film_study):
    with pytest.raises(CalibrationError, match="Mark the film"):
        apply_calibration(film_study, start)


def test_an_unlikely_head_is_told_before_applying(start, film_study):
    rim = (RIGHT, "HEDGE")
    film_study.offer_points(RIGHT, ["HEDGE"])
    head = film_study.landmarks.position(RIGHT, "FHC")
    film_study.place_point(*rim, (float(head[0]), float(head[1]), float(head[2] - 24.0)))
    unlikely = with_ball(start).with_size(45.0).calibration
    told = plausibility_badges(film_study, unlikely)
    assert told and "femoral head measures 72 mm" in told[0].tooltip
    assert plausibility_badges(film_study, with_ball(start).calibration) == ()
