"""The section that compares two studies: what stands in its table, and what it warns of."""

from __future__ import annotations

from dataclasses import replace

import pytest
from doubt_reading import reading
from panel_case import film, landmarks, move, mri

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.imaging import SpacingProvenance
from HipLandmarksLib.measurement import Reference, Sex
from HipLandmarksLib.panel import (
    ComparisonColumn,
    ComparisonPanel,
    Severity,
    comparison_text,
    comparison_view,
    in_order,
)

LEFT = Side.LEFT


@pytest.fixture
def film_study(scene):
    from HipLandmarksLib.scene import HipStudy

    study = HipStudy.create(scene, film(SpacingProvenance.DETECTOR_PLANE), landmarks())
    yield study
    study.close()


@pytest.fixture
def mri_study(scene):
    from HipLandmarksLib.scene import HipStudy

    image, points = mri()
    study = HipStudy.create(scene, image, points)
    yield study
    study.close()


@pytest.fixture
def studies(film_study, mri_study):
    return film_study, mri_study


def cells(view):
    """Texts of every row by its name."""
    return {row.cells[0].text: [cell.text for cell in row.cells[1:]] for row in view.rows}


def test_without_a_study_or_another_one_it_says_what_to_do(film_study):
    assert "Detect or place" in comparison_view(None, [film_study]).reason
    alone = comparison_view(film_study, [film_study])
    assert alone.choice is None and "another image of the same patient" in alone.reason


def test_the_radiograph_stands_first_whichever_is_shown(studies):
    x_ray, mr = studies
    assert in_order(x_ray, mr) == in_order(mr, x_ray) == (x_ray, mr)
    for shown in studies:
        heads = [words.label for words in comparison_view(shown, studies).columns]
        assert heads[1:4] == ["X-ray", "MRI", "MRI − X-ray"]


def test_the_same_points_make_no_difference(studies):
    found = cells(comparison_view(studies[0], studies))
    assert found["R Alpha angle"][:3] == ["50°", "50°", "0°"]
    assert found["L LCE-bone"][:3] == ["14°", "14°", "0°"]
    assert found["L LCE-bone"][3].endswith("°") and " to +" in found["L LCE-bone"][3]


def test_what_did_not_change_is_kept_and_the_rest_equals_a_fresh_comparison(studies):
    panel, (x_ray, mr) = ComparisonPanel(), studies
    before = panel.view(x_ray, studies)
    changes = (
        lambda: move(mr, (LEFT, "LCP"), (0.0, 0.0, -14.0)),
        lambda: move(x_ray, (LEFT, "TD"), (0.0, 0.0, 5.0)),
        lambda: mr.put_points({(Side.RIGHT, "FHC"): None}),
        lambda: x_ray.measure_with(replace(x_ray.settings, reference=Reference.FHC)),
        lambda: mr.measure_with(replace(mr.settings, extra_points=True)),
        lambda: mr.put_points({(LEFT, "LCP"): None}),
    )
    for change in changes:
        change()
        assert panel.view(x_ray, studies) == comparison_view(x_ray, studies)
    assert panel.view(x_ray, studies) != before


def test_a_drag_in_one_hip_makes_no_row_of_the_other_anew(studies):
    panel, (x_ray, mr) = ComparisonPanel(), studies
    before = panel.view(x_ray, studies)
    move(mr, (LEFT, "LCP"), (0.0, 0.0, -9.0))
    after = panel.view(x_ray, studies)
    pairs = [(a, b) for a, b in zip(before.rows, after.rows, strict=True) if a is not b]
    assert {row.cells[0].text for row, _after in pairs} == {"L Alpha angle"}


def test_a_difference_beyond_the_doubt_is_marked(studies):
    _, mr = studies
    move(mr, (LEFT, "LCP"), (0.0, 0.0, -14.0))
    view = comparison_view(studies[0], studies)
    alpha = next(row for row in view.rows if row.cells[0].text == "L Alpha angle")
    text = alpha.cells[2 + 1]
    assert text.text.startswith("−") and text.severity is None, "a reader's point has no doubt"
    assert "not known" in alpha.cells[4].tooltip


def test_a_model_that_differs_is_marked_with_a_sign_and_a_colour(scene, film_study):
    from HipLandmarksLib.scene import HipStudy

    image, points = mri()
    moved = {
        id_: replace(p, position=(p.position[0] - 14.0, *p.position[1:]))
        if id_ == (LEFT, "LAE")
        else p
        for id_, p in points.items()
    }
    other = HipStudy.create(scene, image, replace(points, items_=moved))
    view = comparison_view(film_study, [film_study, other])
    lce = next(row for row in view.rows if row.cells[0].text == "L LCE-bone")
    interval = lce.cells[4]
    assert interval.text.endswith("!") and interval.severity is Severity.CAUTION
    assert lce.difference.beyond_doubt
    other.close()


def test_magnified_lengths_are_shown_but_not_subtracted(studies):
    offset = cells(comparison_view(studies[0], studies))["R Femoral offset"]
    assert offset[2] == "–" and offset[3] == ""
    assert "calibrate it first" in offset[4]


def test_what_only_one_study_has_stands_last(studies):
    view = comparison_view(studies[0], studies)
    lacks = [None in (r.difference.first.value, r.difference.second.value) for r in view.rows]
    assert lacks == sorted(lacks)
    assert any(row.difference.second.value is None for row in view.rows)


def test_the_summary_tells_line_level_and_what_a_projection_is(studies):
    told = " ".join(comparison_view(studies[0], studies).summary)
    assert "head centres" in told and "95 %" in told and "projection" in told


def test_intervals_of_a_calibrated_model_have_its_level(scene, film_study):
    from HipLandmarksLib.scene import HipStudy

    image, points = mri()
    says = reading(image, points)
    study = HipStudy.create(scene, image, says.landmarks)
    study.show_doubt(says, visible=False)
    view = comparison_view(study, [study, film_study])
    assert "90 %" in " ".join(view.summary)
    study.close()


def test_other_sexes_and_missing_lines_are_warned_of(studies):
    x_ray, mr = studies
    for study, sex in ((x_ray, Sex.FEMALE), (mr, Sex.MALE)):
        study.measure_with(replace(study.settings, sex=sex))
    badge = comparison_view(x_ray, studies).badges[0]
    assert badge.severity is Severity.ALARM and "same patient" in badge.text
    node = mr.points_node(LEFT)
    node.SetNthControlPointPositionMissing(node.GetControlPointIndexByLabel("FHC"))
    view = comparison_view(x_ray, studies)
    assert any("image axes" in each.text for each in view.badges)
    assert Reference.IMAGE is not x_ray.settings.reference


def test_the_copy_holds_every_row_and_the_notice(studies):
    view = comparison_view(studies[0], studies)
    lines = comparison_text(view, "demo").splitlines()
    assert len(lines) == 1 + len(view.rows) + 1 + len(view.summary) + 1
    assert all(
        len(line.split("\t")) == len(ComparisonColumn) for line in lines[: len(view.rows) + 1]
    )
    assert "not a medical device" in lines[-1]
    assert not any(part.startswith(("+", "-", "=")) for line in lines for part in line.split("\t"))
