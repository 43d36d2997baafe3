"""Simulated films of known seeds: who is on them, what is hidden, and what the model says."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from training.film_views_of_balls import ball_store

from HipLandmarksLib.anatomy import HipLandmarks, Side
from HipLandmarksLib.detection import LimbScore, LimbState
from HipLandmarksLib.detection.channels import FILM_KEYS, Channels
from HipLandmarksLib.errors import ConfigurationError, ImageError
from HipLandmarksLib.evaluation.calibration_fit import agreement_observations
from HipLandmarksLib.evaluation.doubt_films import (
    FilmDraw,
    film_cases,
    is_view_store,
    store_subjects,
)
from HipLandmarksLib.evaluation.suppression import suppression_tables
from HipLandmarksLib.evaluation.trained_on import body_of
from HipLandmarksLib.measurement import Edge
from HipLandmarksLib.synthesis.radiograph.objects import HipProsthesis
from HipLandmarksLib.synthesis.radiograph.store import ViewStore
from HipLandmarksLib.training.film_errors import reference_points
from HipLandmarksLib.uncertainty import LengthScale

HEADS = LengthScale({Side.RIGHT: 48.0, Side.LEFT: 48.0})
"""Sizes of the heads as the tested model measures them."""


class Knowing:
    """A model that puts every landmark of its view where it truly is, hidden or not."""

    def __init__(self, store):
        self.card = SimpleNamespace(channels=Channels.of_keys(FILM_KEYS), edge="sourcil")
        self.store, self.number = store, 0

    def detect(self, image, views=None):
        view = self.store[self.number]
        self.number += 1
        points = reference_points(view, image, self.card.channels.ids)
        head, trochanter = ((Side.RIGHT, key) for key in ("FHC", "GT"))
        limbs = {(head, trochanter): LimbScore(LimbState.MEASURED, 0.5)}
        return SimpleNamespace(landmarks=points, scale=HEADS, limbs=limbs)


@pytest.fixture
def folder(tmp_path):
    return ball_store(tmp_path / "balls", "ab", 2)


def draw_of(**changes):
    return FilmDraw(**{"films": 8, "object_share": 0.0, **changes})


def test_a_folder_of_views_is_known_by_its_file(folder, tmp_path):
    assert is_view_store(folder) and not is_view_store(tmp_path)
    assert store_subjects(folder) == ["a", "b"]


def test_films_are_of_all_subjects_alike_and_compared_in_the_heads_that_were_measured(folder):
    done = []
    cases = film_cases(
        Knowing(ViewStore.open(folder)), folder, draw_of(), lambda *a: done.append(a)
    )
    assert sorted(each.case.patient for each in cases) == ["a", "a", "b", "b"]
    assert done[-1] == ("films", 4, 4)
    for each in cases:
        assert each.case.scale == HEADS and each.case.image is None
        assert each.case.structured and not each.hidden and not each.is_covered


def test_only_the_subjects_that_are_asked_for(folder):
    store = ViewStore.open(folder)
    draw = draw_of(subjects=frozenset("a"))
    assert {c.case.patient for c in film_cases(Knowing(store), folder, draw)} == {"a"}
    with pytest.raises(ConfigurationError, match=r"no views of x; it has a, b"):
        film_cases(Knowing(store), folder, draw_of(subjects=frozenset("x")))


def test_every_view_of_a_population_is_another_person_of_the_same_bones(tmp_path, monkeypatch):
    folder = ball_store(tmp_path / "balls", "a", 3)
    monkeypatch.setattr(
        ViewStore, "open", classmethod(lambda cls, place, _open=ViewStore.open: _many(_open(place)))
    )
    cases = film_cases(Knowing(ViewStore.open(folder)), folder, draw_of())
    people = [each.case.patient for each in cases]
    assert len(set(people)) == 3 and {body_of(person) for person in people} == {"a"}
    assert body_of("case_03") == "case_03"


def _many(store):
    store.making = {"source": {"population": True}}
    return store


def test_the_true_place_of_what_is_hidden_is_kept_and_replaced_points_have_none(
    folder, monkeypatch
):
    def objects(rng, view):
        return (HipProsthesis(Side.RIGHT),)

    monkeypatch.setattr("HipLandmarksLib.evaluation.doubt_films.random_objects", objects)
    cases = film_cases(Knowing(ViewStore.open(folder)), folder, draw_of(object_share=1.0))
    absent = [
        (each, id_)
        for each in cases
        for id_, point in each.case.reference.items()
        if point.position is None
    ]
    assert absent and not any(each.case.structured for each in cases)
    for each, id_ in absent:
        place = each.hidden.get(id_)
        if id_ == (Side.RIGHT, "FHC"):
            assert place is None  # gone, not hidden
        if place is not None:  # the model knows it, too
            assert place == pytest.approx(each.case.predicted[id_].position)
    found = suppression_tables(cases)["unstructured"]
    assert found.without.mre_mm == pytest.approx(0.0, abs=1e-6)


def test_films_are_measured_at_the_edge_that_the_model_marks_unless_another_is_asked_for(folder):
    def edges(**changes):
        cases = film_cases(Knowing(ViewStore.open(folder)), folder, draw_of(**changes))
        return {each.case.settings.edge for each in cases}

    assert edges() == {Edge.SOURCIL}
    assert edges(measuring={"edge": Edge.BONE}) == {Edge.BONE}


def test_what_the_fields_say_of_limbs_that_are_there_is_kept_for_the_usual(folder):
    cases = film_cases(Knowing(ViewStore.open(folder)), folder, draw_of())
    seen = [each for one in cases for each in agreement_observations(one)]
    assert {each.part for each in seen} == {"FHC-GT"}
    assert {round(each.surprisal, 4) for each in seen} == {0.1003}  # log 0.5 / log 0.001
    covered = [replace(one, is_covered=True) for one in cases]
    assert not [each for one in covered for each in agreement_observations(one)]


def test_parts_show_other_views(folder):
    store = ViewStore.open(folder)
    parts = [film_cases(Knowing(store), folder, draw_of(part=(k, 2))) for k in (1, 2)]
    names = [{each.case.name for each in part} for part in parts]
    assert len(names[0]) == len(names[1]) == 2 and not names[0] & names[1]


def test_a_refused_film_has_no_landmarks(folder):
    def refuse(image, views=None):
        raise ImageError("no hip")

    model = replace_detect(Knowing(ViewStore.open(folder)), refuse)
    cases = film_cases(model, folder, draw_of())
    assert all(not each.case.predicted for each in cases)


def replace_detect(model, detect):
    model.detect = detect
    return model


def test_equal_seeds_give_equal_films(folder):
    seen = []

    def keep(image, views=None):
        seen.append(image.pixels.copy())
        return SimpleNamespace(landmarks=HipLandmarks.of([]), scale=HEADS, limbs=None)

    for draw in (draw_of(), draw_of(), replace(draw_of(), seed=18)):
        film_cases(replace_detect(Knowing(ViewStore.open(folder)), keep), folder, draw)
    assert (seen[0] == seen[4]).all() and not (seen[0] == seen[8]).all()
