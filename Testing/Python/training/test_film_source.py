"""Training films: points stay on what they mark, left hips look like right ones."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
from training.film_views_of_balls import RADIUS, SHAPE, ball_store, ball_view, hip_points

from HipLandmarksLib.anatomy import LandmarkState, Side
from HipLandmarksLib.detection.channels import MARKER_KEY, PROSTHESIS_KEY
from HipLandmarksLib.errors import ImageError
from HipLandmarksLib.imaging import PlaneTransform
from HipLandmarksLib.synthesis.radiograph import TruePoint
from HipLandmarksLib.synthesis.radiograph.materials import material_paths
from HipLandmarksLib.synthesis.radiograph.objects import ObjectScene, ObjectShares, SideMarker
from HipLandmarksLib.training.film_config import FilmConfig
from HipLandmarksLib.training.film_framing import FilmFraming
from HipLandmarksLib.training.film_run import film_facts
from HipLandmarksLib.training.film_sample import SampleFrame, known_points, lowest_shaft
from HipLandmarksLib.training.film_source import FilmSource
from HipLandmarksLib.training.film_views import TrainingViews


@pytest.fixture(scope="module")
def views(tmp_path_factory):
    return ball_store(tmp_path_factory.mktemp("views") / "balls")


@pytest.fixture
def make_source(views, tmp_path):
    def make(**changes):
        values = {"views": (views,), "batch": 4, "held_out": 1, "negative_share": 0.0, **changes}
        config = FilmConfig(tmp_path / "run", **values)
        facts = film_facts(config)
        return FilmSource(config, TrainingViews.open(config, facts.held_out), facts.reference)

    return make


def brightest_near(image, xy, reach=3):
    """Centre of mass of the dense bone about a point."""
    x, y = (round(v) for v in xy)
    top, left = max(0, y - reach), max(0, x - reach)
    part = image[top : y + reach + 1, left : x + reach + 1].astype(np.float64) ** 2
    rows, columns = np.mgrid[: part.shape[0], : part.shape[1]]
    total = part.sum()
    return left + (part * columns).sum() / total, top + (part * rows).sum() / total


@pytest.mark.parametrize("show", ["whole", "hip"])
def test_points_lie_on_what_they_mark_however_the_film_is_framed(make_source, show):
    """On the bone paths themselves: every landmark of these views is a dot of dense bone."""
    source = make_source(show=show, framing=FilmFraming(head_share=(0.05, 0.08)))
    checked = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        view = ball_view(seed=seed)
        frame = source._frame(view, Side.LEFT if seed % 2 else Side.RIGHT, rng)
        named = {side: side for side in Side} if show == "whole" else {Side.RIGHT: Side.LEFT}
        if show == "hip" and not seed % 2:
            named = {Side.RIGHT: Side.RIGHT}
        points = known_points(view, frame, source.config.keys, named)
        cortex = next(iter(material_paths(view).resampled(frame.plane).lengths.values())).numpy()
        for xy in points.values():
            inner = xy and all(5 < v < n - 6 for v, n in zip(xy, cortex.shape[::-1], strict=True))
            if inner and cortex[round(xy[1]), round(xy[0])] > 0:
                assert np.hypot(*np.subtract(brightest_near(cortex, xy), xy)) < 1.2
                checked += 1
    assert checked > 80


def test_a_left_hip_is_shown_as_a_right_one(make_source):
    source = make_source(show="hip", framing=FilmFraming.none())
    views = ball_view()
    for side in Side:
        sample = source.of_view(views, np.random.default_rng(0), side)
        assert {own for own, _ in sample.points} == {Side.RIGHT}
        trochanter, head = sample.points[(Side.RIGHT, "GT")], sample.points[(Side.RIGHT, "FHC")]
        assert trochanter[0] < head[0]  # lateral of a right hip is on the viewer's left
        for key, mean in source.reference.points.items():
            xy = sample.points[(Side.RIGHT, key)]
            if xy is not None and key != "SHD":  # the film may cut the shaft
                assert np.hypot(*np.subtract(xy, mean)) < 2
        assert sample.mm_per_px == pytest.approx(source.config.pixel_mm, rel=0.03)


def test_a_mirrored_film_swaps_left_and_right(make_source):
    plain = make_source(framing=FilmFraming.none())
    swapped = make_source(framing=replace(FilmFraming.none(), mirror=1.0))
    view = ball_view()
    one, other = (s.of_view(view, np.random.default_rng(0)) for s in (plain, swapped))
    width = plain.config.crop[1]
    for (side, key), xy in one.points.items():
        mirrored = other.points[(side.opposite, key)]
        if xy is not None:
            assert mirrored == pytest.approx((width - 1 - xy[0], xy[1]), abs=1e-6)


@pytest.mark.parametrize("show", ["whole", "hip"])
def test_the_same_seed_draws_the_same_batch_also_in_a_copy(make_source, show):
    source = make_source(show=show, negative_share=0.2)
    copy = pickle.loads(pickle.dumps(source))
    batches = [own.batch(np.random.default_rng(3)) for own in (source, source, copy)]
    for other in batches[1:]:
        for name, array in vars(batches[0]).items():
            assert np.array_equal(array, vars(other)[name]), name
    another = source.batch(np.random.default_rng(4))
    assert not np.array_equal(another.images, batches[0].images)


def test_samples_are_network_inputs_of_the_configured_shape(make_source):
    source = make_source(negative_share=0.3, crop=(128, 128))
    batch = source.batch(np.random.default_rng(0))
    assert batch.images.shape == (4, 1, 128, 128) and batch.images.dtype == np.float32
    assert np.isfinite(batch.images).all()
    assert batch.images.min() >= -1 and batch.images.max() <= 1.5


def test_what_lies_beside_the_film_is_absent(make_source):
    source = make_source()
    view = ball_view()
    film = PlaneTransform(np.eye(3), (SHAPE[0], 120))  # the right hip alone
    frame = SampleFrame(film, film, False, SHAPE)
    points = known_points(view, frame, source.config.keys, {side: side for side in Side})
    assert points[(Side.RIGHT, "FHC")] is not None
    assert points[(Side.LEFT, "FHC")] is None
    assert (Side.RIGHT, PROSTHESIS_KEY) not in points or points[
        (Side.RIGHT, PROSTHESIS_KEY)
    ] is None


def test_what_nobody_could_place_is_not_learned(make_source):
    source = make_source()
    view = ball_view()
    landmarks = {id_: point for id_, point in view.landmarks.items() if id_ != (Side.LEFT, "NB")}
    landmarks[(Side.LEFT, "FOV")] = TruePoint(None, LandmarkState.ABSENT, "en face")
    batch = source.collated(
        [source.of_view(replace(view, landmarks=landmarks), np.random.default_rng(1))]
    )
    ids = source.config.channels.ids
    weight = dict(zip(ids, batch.weight[0], strict=True))
    absent = dict(zip(ids, batch.absent[0], strict=True))
    missing = [side for side in Side if weight[(side, "NB")] == 0]
    hidden = [side for side in Side if absent[(side, "FOV")] == 1 and weight[(side, "FOV")] == 1]
    assert len(missing) == 1 and set(missing) <= set(hidden)


def test_a_film_that_cuts_the_shaft_moves_its_distal_point_up():
    view = ball_view()
    top, lowest = (view.landmarks[(Side.RIGHT, key)].xy for key in ("SHP", "SHD"))
    for height, expected in ((240, lowest[1]), (195, 184.0)):
        film = PlaneTransform(np.eye(3), (height, SHAPE[1]))
        found = lowest_shaft(view, SampleFrame(film, film, False, SHAPE), Side.RIGHT, lowest)
        assert found is not None and found[1] == pytest.approx(expected, abs=12)
        across = np.cross(np.subtract(lowest, top), np.subtract(found, top))
        assert abs(across) < 1e-6
        assert found[1] - top[1] >= 50 / 24 * RADIUS * 0.95
    film = PlaneTransform(np.eye(3), (170, SHAPE[1]))  # too little of the shaft
    assert lowest_shaft(view, SampleFrame(film, film, False, SHAPE), Side.RIGHT, lowest) is None


def test_the_hips_of_the_test_views_are_those_they_claim():
    for side in Side:
        points = hip_points(side, (0.0, 0.0))
        assert (points["GT"][0] > 0) == (side is Side.LEFT)


def test_a_view_that_no_film_can_be_made_of_is_named_and_left_out(make_source, monkeypatch):
    source = make_source()
    broken, of_view = [], FilmSource.of_view

    def breaking(self, view, rng, side=None):
        if len(broken) < most:
            broken.append(view)
            raise ValueError("a bone is missing")
        return of_view(self, view, rng, side)

    monkeypatch.setattr(FilmSource, "of_view", breaking)
    most = 1
    with pytest.warns(RuntimeWarning, match=r"view \d of .*: a bone is missing"):
        assert source.sample(np.random.default_rng(0)).points
    most = 100
    with (
        pytest.warns(RuntimeWarning),
        pytest.raises(ImageError, match=r"view \d of .*: a bone is missing"),
    ):
        source.sample(np.random.default_rng(0))


def lettered(letter, place, **own):
    return ObjectScene(ball_view(), (SideMarker(letter, place, **own),))


def test_a_letter_is_learned_where_it_lies_by_what_it_says(make_source):
    source = make_source(show="whole")
    place = (40.0, 150.0)
    upright = SampleFrame(*[PlaneTransform(np.eye(3), SHAPE)] * 2, False, SHAPE)
    found = source._letters(lettered(Side.LEFT, place), upright)
    assert found == {(Side.LEFT, MARKER_KEY): place, (Side.RIGHT, MARKER_KEY): None}
    mirrored = replace(upright, plane=upright.plane.flipped_horizontally(), mirrored=True)
    found = source._letters(lettered(Side.LEFT, place), mirrored)
    assert found[(Side.RIGHT, MARKER_KEY)] == (SHAPE[1] - 1 - place[0], place[1])
    assert (
        source._letters(lettered(Side.LEFT, (-30.0, 10.0)), upright)[(Side.LEFT, "MARKER")] is None
    )


def test_letters_lie_on_either_side_so_that_they_must_be_read(make_source):
    source = make_source(object_share=1.0, objects=ObjectShares(marker=1.0))
    scenes = [source._scene(ball_view(), np.random.default_rng(n)) for n in range(60)]
    middle = SHAPE[1] / 2
    beside = [(s is Side.RIGHT) == (xy[0] < middle) for x in scenes for s, xy in x.letters]
    assert 0.4 < np.mean(beside) < 0.9
    faces = {item.mirrored for x in scenes for item in x.objects if isinstance(item, SideMarker)}
    assert faces == {True, False}


def test_nothing_is_found_on_a_film_that_lies_on_its_side(make_source):
    upright, turned = (make_source(turned_share=share, object_share=0.0) for share in (0.0, 1.0))
    one, other = (s.of_view(ball_view(), np.random.default_rng(7)) for s in (upright, turned))
    assert any(one.points.values()) and not any(other.points.values())
    assert set(one.points) == set(other.points)
    turns = [np.array_equal(np.rot90(one.pixels, k), other.pixels) for k in range(4)]
    assert turns.count(True) == 1 and not turns[0]
