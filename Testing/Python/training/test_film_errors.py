"""Errors of a film model: in mm on simulated films, in per cent of the head on real ones."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from training.film_views_of_balls import RADIUS, ball_store, ball_view, hip_points

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, LandmarkState, Side
from HipLandmarksLib.detection.channels import FILM_KEYS, Channels
from HipLandmarksLib.errors import ConfigurationError, ImageError
from HipLandmarksLib.synthesis.radiograph.objects import HipProsthesis
from HipLandmarksLib.training.film_config import FilmConfig
from HipLandmarksLib.training.film_errors import (
    film_errors,
    film_image,
    format_performance,
    performance,
    reference_points,
)
from HipLandmarksLib.training.film_real import format_real_films, real_film_errors
from HipLandmarksLib.training.film_views import TrainingViews

CARD = SimpleNamespace(id="tested", version="1", channels=Channels.of_keys(FILM_KEYS))


class Shifting:
    """Finds what it was told, ``by`` mm or pixels (x, z) off."""

    def __init__(self, truth, by=(0.0, 0.0)):
        self.card, self.truth, self.by = CARD, truth, by

    def detect(self, image):
        moved = [self._moved(p) for p in self.truth(image).values()]
        return SimpleNamespace(landmarks=HipLandmarks.of(moved))

    def _moved(self, landmark):
        if landmark.position is None:
            return landmark
        x, y, z = landmark.position
        return replace(landmark, position=(x + self.by[0], y, z + self.by[1]))


@pytest.fixture
def views(tmp_path):
    folder = ball_store(tmp_path / "balls", "ab")
    config = FilmConfig(tmp_path / "run", views=(folder,))
    return TrainingViews.open(config, ("b",), training=False)


def test_a_model_that_is_3_mm_off_has_an_error_of_3_mm(views):
    def truth(image):
        return reference_points(views.read(views.spread(1)[0])[1], image, CARD.channels.ids)

    run = film_errors(Shifting(truth, (0.0, 3.0)), views, 4)
    figures = performance(run)
    assert figures["films"] == 1 and figures["subjects"] == ["b"] and figures["refused"] == 0
    row = figures["landmarks"]["all"]
    assert row["n"] == 28 and row["missed"] == 0
    assert row["mre_mm"] == pytest.approx(3.0, abs=1e-6)
    assert (row["sdr_2mm"], row["sdr_4mm"]) == (0.0, 1.0)
    assert figures["measurements"]["lce"]["mae"] == pytest.approx(0.0, abs=1e-6)
    text = format_performance(figures)
    assert "FHC" in text and "lce" in text


def test_points_of_an_artificial_hip_that_are_taken_for_bone_are_counted(views, monkeypatch):
    implant = (HipProsthesis(Side.RIGHT),)
    monkeypatch.setattr(
        "HipLandmarksLib.training.film_errors.random_objects", lambda rng, view: implant
    )

    def blind(image):  # to the prosthesis
        return reference_points(views.read(views.spread(1)[0])[1], image, CARD.channels.ids)

    figures = performance(film_errors(Shifting(blind), views, 1, object_share=1.0))
    replaced = figures["replaced"]
    assert replaced["landmarks"] >= 4 and replaced["reported_as_bone"] == replaced["landmarks"]
    assert figures["presence"]["invented"] >= replaced["landmarks"]
    assert "replaced" not in performance(film_errors(Shifting(blind), views, 1))


def test_a_refused_film_misses_every_landmark(views):
    def refuse(image):
        raise ImageError("no hip")

    run = film_errors(SimpleNamespace(card=CARD, detect=refuse), views, 4)
    figures = performance(run)
    assert figures["refused"] == 1
    assert figures["landmarks"]["all"]["missed"] == 28


def test_films_are_in_mm_at_the_hips():
    view = ball_view()
    image = film_image(view, np.random.default_rng(0).random(view.camera.shape), "film")
    larger = view.camera.magnification(np.zeros(3))
    assert image.spacing[0] == pytest.approx(1.4 / larger) and larger > 1.1
    points = reference_points(view, image, CARD.channels.ids)
    head = image.to_ijk(points[(Side.RIGHT, "FHC")].point())[:2]
    assert head == pytest.approx(view.landmarks[(Side.RIGHT, "FHC")].xy)


SIZE = (320, 240)
HEADS = {Side.RIGHT: (80.0, 90.0), Side.LEFT: (240.0, 90.0)}


@pytest.fixture
def real(tmp_path):
    """A folder with one film, its left hip fractured, in the format of a reader's table."""
    sides = {}
    for side, head in HEADS.items():
        points = {key: list(xy) for key, xy in hip_points(side, head).items() if key != "NB"}
        sides[side.word] = {
            **points,
            "NB": None,
            "FHC_radius": RADIUS,
            "fractured": side is Side.LEFT,
            "notes": {"NB": "hidden"},
            "rim_points": [[1, 2], [3, 4]],
        }
    pixels = np.random.default_rng(0).integers(0, 255, SIZE[::-1], dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "film.png")
    table = {"about": "test", "images": {"film.png": {"size": list(SIZE), **sides}}}
    (tmp_path / "landmarks.json").write_text(json.dumps(table))
    return tmp_path


def found_at(heads, keys=FILM_KEYS):
    def truth(image):
        points = []
        for side, head in heads.items():
            for key, xy in hip_points(side, head).items():
                if key in keys:
                    position = tuple(float(v) for v in image.to_lps([*xy, 0.0]))
                    points.append(Landmark(side, key, position, LandmarkState.VISIBLE))
        return HipLandmarks.of(points)

    return truth


def test_distances_are_per_cent_of_the_head_on_the_intact_side(real):
    films = real_film_errors(Shifting(found_at(HEADS), (0.0, -3.4)), real)
    figures = films.figures()
    assert figures["hips"] == 2 and not films.refused and not films.swapped and not films.missed
    assert figures["intact_pct_of_head"]["GT"] == {
        "n": 1,
        "missed": 0,
        "median": pytest.approx(10.0),
        "largest": pytest.approx(10.0),
    }
    assert "NB" not in figures["intact_pct_of_head"] and len(films.points) == 26
    assert "FHC" in format_real_films(films)


def test_swapped_missed_and_refused_films_are_told(real):
    swapped = {side: HEADS[side.opposite] for side in Side}
    films = real_film_errors(Shifting(found_at(swapped)), real)
    assert [side for _, side in films.swapped] == list(Side)
    one = {Side.RIGHT: HEADS[Side.RIGHT]}
    films = real_film_errors(Shifting(found_at(one)), real)
    assert films.missed == (("film.png", Side.LEFT),)
    assert films.figures()["fractured_pct_of_head"]["FHC"]["missed"] == 1

    def refuse(image):
        raise ImageError("it shows no hip")

    films = real_film_errors(SimpleNamespace(detect=refuse), real)
    assert films.refused == {"film.png": "it shows no hip"} and len(films.missed) == 2


def test_a_folder_without_table_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match="not a table of landmarks of films"):
        real_film_errors(SimpleNamespace(), tmp_path)
