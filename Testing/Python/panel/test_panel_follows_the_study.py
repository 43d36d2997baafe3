"""The panel follows a study: what changed is told, and the whole equals a fresh panel."""

from __future__ import annotations

from dataclasses import replace

import pytest
from doubt_reading import calibration
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from panel_case import LEFT, OFFSETS, RIGHT, mark_absent, move

from HipLandmarksLib.measurement import Reference
from HipLandmarksLib.panel import Panel

KEYS = ("FHC", "NA", "LAE", "LCP", *OFFSETS)


@pytest.fixture
def panel(film_study):
    made = Panel()
    made.show(film_study)
    return made


def fresh(study) -> Panel:
    made = Panel()
    made.show(study)
    return made


def test_nothing_is_told_when_nothing_happened(panel):
    assert not panel.update()


def test_only_rows_that_read_otherwise_are_told(panel, film_study):
    before = list(panel.measurements)
    move(film_study, (LEFT, "LCP"), (0.0, 0.0, 6.0))
    change = panel.update()
    named = {panel.measurements[number].id for number in change.measurements}
    assert "alpha" in named and "lce" not in named
    for number, (old, new) in enumerate(zip(before, panel.measurements, strict=True)):
        assert (old == new) is (number not in change.measurements)


def test_a_move_too_small_to_be_read_changes_no_row(panel, film_study):
    move(film_study, (LEFT, "LCP"), (0.0, 0.0, 1e-6))
    first = panel.update()
    move(film_study, (LEFT, "LCP"), (0.0, 0.0, 1e-6))
    assert first.measurements and not panel.update().measurements


def test_an_event_is_answered_once(panel, film_study):
    move(film_study, (LEFT, "LCP"), (0.0, 0.0, 6.0))
    assert panel.update() and not panel.update()


def test_other_settings_change_badges_and_rows(panel, film_study):
    film_study.measure_with(replace(film_study.settings, patient_age_years=8.0))
    change = panel.update()
    assert change.badges
    assert panel.measurements == fresh(film_study).measurements


def test_more_measurements_mean_another_table(panel, film_study):
    film_study.measure_with(replace(film_study.settings, extra_points=True))
    assert panel.update().results
    assert panel.measurements == fresh(film_study).measurements


def test_a_doubt_that_comes_later_brings_its_intervals(film_study):
    from HipLandmarksLib.scene.doubt import ModelReading

    panel = fresh(film_study)
    reading = ModelReading(
        film_study.landmarks, film_study.image.ijk_to_lps, calibration=calibration()
    )
    film_study.show_doubt(reading, visible=False)
    assert panel.update().badges
    assert panel.measurements == fresh(film_study).measurements
    film_study.drop_doubt()
    assert panel.update()
    assert panel.measurements == fresh(film_study).measurements


moves = st.tuples(
    st.sampled_from((RIGHT, LEFT)),
    st.sampled_from(KEYS),
    st.tuples(*[st.floats(-15.0, 15.0)] * 2),
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.one_of(moves, st.sampled_from([*Reference][:4])), min_size=1, max_size=5))
def test_after_any_changes_the_rows_are_those_of_a_fresh_panel(panel, film_study, changes):
    for each in changes:
        if isinstance(each, Reference):
            film_study.measure_with(replace(film_study.settings, reference=each))
        elif film_study.landmarks[each[:2]].position is None:
            continue
        else:
            move(film_study, each[:2], (each[2][0], 0.0, each[2][1]))
        panel.update()
    assert panel.measurements == fresh(film_study).measurements
    assert panel.badges == fresh(film_study).badges


def test_absent_and_placed_again(panel, film_study):
    before = list(panel.measurements)
    place = film_study.landmarks[(RIGHT, "LAE")].position
    mark_absent(film_study, RIGHT, "LAE")
    panel.update()
    film_study.place_point(RIGHT, "LAE", place)
    panel.update()
    number = [row.id for row in before].index("lce")
    old, new = before[number].of(RIGHT), panel.measurements[number].of(RIGHT)
    assert old is not None and new is not None and old.value == new.value
