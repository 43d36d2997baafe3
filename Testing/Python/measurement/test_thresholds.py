"""Threshold sets are data: complete, sourced, and refused when damaged."""

from __future__ import annotations

import json

import pytest

from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.imaging import Modality
from HipLandmarksLib.measurement import MeasurementTable, Sex, load_threshold_sets, threshold_set
from HipLandmarksLib.measurement.thresholds import DIFFERENCE_PREFIX, read_threshold_sets
from HipLandmarksLib.resources import resource_path

SETS = ["consensus_60", "paper1_65", "gosvig_ap_sex", "noetzli_55"]
ROWS = [
    (set_id, row)
    for set_id, each in load_threshold_sets().items()
    for rows in each.rows.values()
    for row in rows
]


def the_row(set_id, measurement, sex=Sex.MALE, age=40.0):
    """The one row for a patient."""
    fitting = [
        row
        for row in threshold_set(set_id).rows[measurement]
        if sex in row.sexes and row.fits_age(age)
    ]
    assert len(fitting) == 1
    return fitting[0]


def test_the_sets_are_those_of_the_literature_the_consensus_first():
    assert list(load_threshold_sets()) == SETS


@pytest.mark.parametrize("set_id", SETS)
def test_every_measurement_has_limits_or_says_why_not(set_id):
    chosen = threshold_set(set_id)
    covered = set(chosen.rows) | set(chosen.report_only)
    assert set(MeasurementTable.load().ids) <= covered
    assert not set(chosen.rows) & set(chosen.report_only)
    assert all(reason.endswith(".") for reason in chosen.report_only.values())


@pytest.mark.parametrize("set_id", SETS)
def test_no_limits_for_what_is_not_measured(set_id):
    chosen = threshold_set(set_id)
    named = {id_.removeprefix(DIFFERENCE_PREFIX) for id_ in (*chosen.rows, *chosen.report_only)}
    in_space = {"femoral_version", "acetabular_version"}
    assert named <= set(MeasurementTable.load().ids) | in_space


@pytest.mark.parametrize(("set_id", "row"), ROWS, ids=lambda x: getattr(x, "measurement", x))
def test_every_row_says_where_it_comes_from(set_id, row):
    assert row.source and row.population and row.view
    assert all(text in row.provenance for text in (row.source, row.population, row.view))
    assert row.edge in row.provenance
    assert row.sexes and row.modalities


@pytest.mark.parametrize(("set_id", "row"), ROWS, ids=lambda x: getattr(x, "measurement", x))
def test_no_class_is_worded_as_a_verdict(set_id, row):
    words = " ".join(row.labels).lower()
    assert "normal" not in words and "no cam" not in words and "healthy" not in words


@pytest.mark.parametrize(("set_id", "row"), ROWS, ids=lambda x: getattr(x, "measurement", x))
def test_the_usual_range_lies_in_one_class(set_id, row):
    if row.usual is None or None in row.usual:
        return
    low, high = row.usual
    assert row.class_of(low) == row.class_of((low + high) / 2) == row.class_of(high)


@pytest.mark.parametrize(
    ("measurement", "usual", "limits"),
    [
        ("alpha", (None, 60), [60]),
        ("lce", (25, 39), [20, 25, 40]),
        ("mce", (35, 44), [35, 44]),
        ("acetabular_arc", (61, 65), [61, 65]),
        ("tonnis", (0, 10), [0, 10]),
        ("sharp", (38, 42), [42]),
        ("nsa", (120, 135), [120, 135]),
        ("mpfa", (80, 89), [80, 89]),
        ("femoral_offset_mm", (35, 50), [35, 50]),
        ("skinner_mm", (0, None), [0]),
        ("kohler_head_mm", (0, None), [0]),
        ("extrusion_index_pct", (17, 27), [17, 27]),
        ("ctd_mm", (-17, 7), [-17, 7]),
        ("atd_mm", (7, 31), [0]),
        ("obliquity_teardrop", (-3, 3), [-3, 3]),
        ("femoral_version", (10, 25), [10, 25]),
        ("acetabular_version", (15, 20), [10, 25]),
        ("delta:global_offset_sum_mm", (-5, 5), [-5, 5]),
        ("delta:femoral_offset_mm", (-5, 5), [-5, 5]),
        ("delta:lt_depth_mm", (-5, 5), [-10, -5, 5, 10]),
    ],
)
def test_the_default_set_holds_the_published_adult_ranges(measurement, usual, limits):
    row = the_row("consensus_60", measurement)
    assert row.usual == usual
    assert [cut.at for cut in row.cuts] == limits


@pytest.mark.parametrize(
    ("measurement", "value", "label"),
    [
        ("alpha", 60.0, "cam"),
        ("lce", 19.9, "dysplasia"),
        ("lce", 20.0, "borderline under"),
        ("lce", 25.0, "usual"),
        ("lce", 39.9, "usual"),
        ("lce", 40.0, "over"),
        ("tonnis", 10.0, "usual"),
        ("tonnis", 10.1, "under"),
        ("tonnis", -0.1, "over"),
        ("kohler_head_mm", -0.1, "protrusio"),
        ("kohler_head_mm", 0.0, "not medial"),
        ("extrusion_index_pct", 27.1, "under-coverage"),
        ("skinner_mm", 0.0, "on or above"),
        ("delta:lt_depth_mm", 5.0, "within 5 mm"),
        ("delta:lt_depth_mm", 5.1, "right longer by more than 5 mm: alert"),
        ("delta:lt_depth_mm", 10.0, "right longer by 10 mm or more: relevant"),
        ("delta:lt_depth_mm", -10.0, "left longer by 10 mm or more: relevant"),
        ("delta:lt_depth_mm", -9.9, "left longer by more than 5 mm: alert"),
    ],
)
def test_a_class_begins_where_the_source_says(measurement, value, label):
    assert label in the_row("consensus_60", measurement).label(value)


def test_paper_1_says_above_not_from():
    row = the_row("paper1_65", "lce")
    assert "pincer" not in row.label(40.0) and "pincer" in row.label(40.001)
    row = the_row("paper1_65", "alpha")
    assert "cam" not in row.label(65.0) and "cam" in row.label(65.001)


@pytest.mark.parametrize(("sex", "low", "high"), [(Sex.MALE, 69, 83), (Sex.FEMALE, 51, 57)])
def test_the_copenhagen_limits_differ_between_the_sexes(sex, low, high):
    row = the_row("gosvig_ap_sex", "alpha", sex)
    assert [cut.at for cut in row.cuts] == [low, high]
    assert row.modalities == {Modality.XRAY, Modality.UNKNOWN}
    assert "borderline" in row.label(low) and "cam" in row.label(high)


@pytest.mark.parametrize(
    ("sex", "age", "limit"),
    [(Sex.MALE, 40, -3), (Sex.FEMALE, 40, -6), (Sex.MALE, 10, -1), (Sex.FEMALE, 10, -3)],
)
def test_protrusio_by_the_fossa_depends_on_sex_and_age(sex, age, limit):
    row = the_row("consensus_60", "kohler_floor_mm", sex, age)
    assert "protrusio" in row.label(limit - 0.1)
    assert "protrusio" not in row.label(limit) and "non-specific" in row.label(limit)


@pytest.mark.parametrize(("sex", "usual"), [(Sex.MALE, (13.5, 33.5)), (Sex.FEMALE, (11.6, 30.8))])
def test_the_trochanteric_distance_of_children_is_given_by_sex(sex, usual):
    assert the_row("consensus_60", "atd_mm", sex, 9.0).usual == usual


@pytest.mark.parametrize(("age", "limit"), [(0.5, 30), (1.5, 25), (2.0, 22), (12.0, 22)])
def test_the_acetabular_index_of_children_is_given_by_age(age, limit):
    assert [cut.at for cut in the_row("consensus_60", "ai_hilgenreiner", age=age).cuts] == [limit]


def test_a_set_keeps_what_it_does_not_replace():
    consensus, paper = threshold_set("consensus_60"), threshold_set("paper1_65")
    assert paper.rows["nsa"] == consensus.rows["nsa"]
    assert the_row("paper1_65", "lce", age=10) == the_row("consensus_60", "lce", age=10)
    assert the_row("paper1_65", "lce") != the_row("consensus_60", "lce")


def test_differences_of_sides_name_measurements():
    names = {
        id_.removeprefix(DIFFERENCE_PREFIX)
        for id_ in threshold_set("consensus_60").rows
        if id_.startswith(DIFFERENCE_PREFIX)
    }
    assert names == {
        "femoral_offset_mm",
        "global_offset_sum_mm",
        "global_offset_h_mm",
        "lt_depth_mm",
        "gt_depth_mm",
        "shaft_abduction",
    }


def damage_labels(rows):
    rows[0]["labels"].pop()


def damage_cuts(rows):
    rows[1]["cuts"].reverse()


def damage_usual(rows):
    rows[1]["usual"].reverse()


def damage_source(rows):
    rows[0]["source"] = ""


def damage_modality(rows):
    rows[0]["modalities"] = ["PHOTO"]


def damage_twice(rows):
    rows.append(dict(rows[0]))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (damage_labels, "one label more"),
        (damage_cuts, "ascend"),
        (damage_usual, "usual range must ascend"),
        (damage_source, "no source"),
        (damage_modality, "PHOTO"),
        (damage_twice, "same patients"),
    ],
)
def test_a_damaged_file_is_refused(damage, words, tmp_path):
    data = json.loads(resource_path("Anatomy", "thresholds.json").read_text(encoding="utf-8"))
    damage(data["sets"][0]["rows"])
    path = tmp_path / "thresholds.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=words):
        read_threshold_sets(path)


def test_limits_and_no_limits_at_once_are_refused(tmp_path):
    data = json.loads(resource_path("Anatomy", "thresholds.json").read_text(encoding="utf-8"))
    data["sets"][0]["report_only"]["alpha"] = "No limits."
    path = tmp_path / "thresholds.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="alpha: has limits"):
        read_threshold_sets(path)
