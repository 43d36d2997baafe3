"""Thresholds come from data, carry their source, and are applied only where that is allowed."""

from __future__ import annotations

import json
from math import cos, radians, sin

import pytest

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.imaging import Modality
from HipLandmarksLib.measurement import MeasurementStatus, MeasurementTable, load_threshold_sets
from HipLandmarksLib.measurement.thresholds import read_threshold_sets
from HipLandmarksLib.resources import resource_path

ALPHA = (Side.LEFT, "alpha")


def cam_at(degrees, points):
    """The example with the left alpha angle set to ``degrees``."""
    x, z = points[(Side.LEFT, "FHC")]
    neck_x, neck_z = points[(Side.LEFT, "NA")]
    c, s = cos(radians(degrees)), sin(radians(degrees))
    dx, dz = neck_x - x, neck_z - z
    return {**points, (Side.LEFT, "LCP"): (x + c * dx - s * dz, z + s * dx + c * dz)}


def isotropic(sigma):
    return tuple(tuple(sigma**2 * (i == j) for j in range(3)) for i in range(3))


def test_the_three_sets_have_a_row_for_every_measurement():
    sets = load_threshold_sets()
    assert set(sets) == {"consensus_60", "paper1_65", "noetzli_55"}
    for each in sets.values():
        assert set(each.rows) == set(MeasurementTable.load().ids)


def test_every_row_says_where_it_comes_from():
    for each in load_threshold_sets().values():
        for row in each.rows.values():
            assert row.source and row.population and row.view
            assert not any(word in " ".join(row.labels) for word in ("normal", "abnormal"))


@pytest.mark.parametrize(
    ("set_id", "limit"), [("consensus_60", 60.0), ("paper1_65", 65.0), ("noetzli_55", 55.0)]
)
def test_alpha_is_compared_with_the_chosen_set(set_id, limit, plain_points, build, by_id):
    def classified(degrees):
        case = build(cam_at(degrees, plain_points))
        return by_id(case, threshold_set=set_id, modality=Modality.MR)[ALPHA]

    assert classified(limit - 0.5).classification != classified(limit + 0.5).classification
    assert "cam" in classified(limit + 0.5).classification
    assert classified(limit + 0.5).threshold == limit
    assert classified(limit + 0.5).p_above_threshold is None, "no sigma, no probability"


@pytest.mark.parametrize(
    ("value", "label"),
    [
        (19.9, "dysplasia"),
        (20.0, "borderline under"),
        (25.0, "usual"),
        (39.9, "usual"),
        (40.0, "over"),
    ],
)
def test_the_classes_of_lce_begin_where_the_source_says(value, label):
    assert label in load_threshold_sets()["consensus_60"].rows["lce"].label(value)


def test_paper_1_says_above_not_from():
    row = load_threshold_sets()["paper1_65"].rows["lce"]
    assert "pincer" not in row.label(40.0) and "pincer" in row.label(40.001)


def test_a_threshold_within_the_uncertainty_is_borderline(plain_points, build, by_id):
    case = build(cam_at(63.0, plain_points), covariance=isotropic(1.0))
    result = by_id(case)[ALPHA]
    assert result.status == (MeasurementStatus.BORDERLINE,)
    assert 0.5 < result.p_above_threshold < 0.9
    assert result.classification == f"borderline (p = {result.p_above_threshold:.2f})"


def test_a_threshold_far_away_gives_a_class_and_its_probability(plain_points, build, by_id):
    case = build(cam_at(90.0, plain_points), covariance=isotropic(0.5))
    result = by_id(case)[ALPHA]
    assert result.status == (MeasurementStatus.OK,)
    assert result.classification == "60 deg or more: cam range"
    assert result.p_above_threshold > 0.999


def test_a_threshold_for_mri_is_not_applied_to_a_radiograph(plain_points, build, by_id):
    case = build(plain_points)
    result = by_id(case, threshold_set="noetzli_55", modality=Modality.XRAY)[ALPHA]
    assert result.value is not None and result.classification is None
    assert "not made for XRAY" in result.reason


def test_adult_thresholds_are_off_below_sixteen(plain_points, build, by_id):
    assert by_id(build(plain_points), patient_age_years=15.0)[ALPHA].classification is None
    assert by_id(build(plain_points), patient_age_years=17.0)[ALPHA].classification is not None


def test_a_damaged_file_is_refused(tmp_path):
    data = json.loads(resource_path("Anatomy", "thresholds.json").read_text(encoding="utf-8"))
    data["sets"][0]["rows"][0]["labels"].pop()
    path = tmp_path / "thresholds.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="one label more"):
        read_threshold_sets(path)
