"""The map of doubt lies on the image, says nothing where nothing is, and is updated in part."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from exact_network import COVERED, ExactNetwork, exact_detector, exact_image
from film_script import Script, film
from hypothesis import given, settings
from hypothesis import strategies as st

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.detection import (
    DoubtMeasure,
    MapChoice,
    MapWhat,
    RegionDoubt,
    RegionMaps,
    measure_of,
    part_doubts,
    uncertainty_map,
)
from HipLandmarksLib.imaging import PlaneTransform, with_orientation

HEAD, NECK, ROOF = ((Side.RIGHT, key) for key in ("FHC", "NA", "LAE"))
LANDMARKS, LIMBS = MapChoice(MapWhat.LANDMARKS), MapChoice(MapWhat.LIMBS)
SHAPE = (80, 100)


def blob(x, y, sigma=2.0):
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    squares = (columns - x) ** 2 + (rows - y) ** 2
    return np.exp(-squares / (2 * sigma**2)) / (2 * np.pi * sigma**2)


def region(*places, plane=None, **changes):
    """Heatmaps at (x, y) map pixels of FHC, NA, LAE in turn."""
    ids = (HEAD, NECK, ROOF)[: len(places)]
    heatmaps = np.stack([blob(*xy) for xy in places]).astype(np.float16)
    plane = plane or PlaneTransform.identity(SHAPE)
    return RegionMaps(0, plane, ids, heatmaps, sides=(Side.RIGHT,), image_shape=SHAPE, **changes)


def with_limb(maps, covered=False):
    """The limb FHC-NA with its field, or with none where one is expected."""
    field = np.zeros((1, 2, *SHAPE), np.float16)
    if not covered:
        field[0, 0, 38:43, 20:61] = 1.0
    return replace(maps, limbs=((HEAD, NECK),), fields=field)


def drawn(maps, doubts, choice=LANDMARKS, shape=(1, *SHAPE)):
    return uncertainty_map([maps], doubts, choice, shape)


def test_a_landmark_shows_its_doubt_all_over_its_heatmap_and_nothing_elsewhere():
    found = drawn(region((30, 40)), {HEAD: 0.7})
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    distance = np.hypot(columns - 30, rows - 40)
    assert found.says[0][distance < 3.3].all()  # exp(-3.3^2 / 8) is a quarter
    assert not found.says[0][distance > 4.3].any()
    assert found.values[found.says] == pytest.approx(0.7, abs=1e-3)
    assert (found.values[~found.says] == 0).all()


def test_where_two_landmarks_meet_each_place_has_the_doubt_of_the_nearer_one():
    found = drawn(region((30, 40), (34, 40)), {HEAD: 1.0, NECK: 0.0})
    assert found.values[0, 40, 29] > 0.95
    assert found.values[0, 40, 35] < 0.05
    assert found.values[0, 40, 32] == pytest.approx(0.5, abs=0.01)


def test_what_cannot_be_assessed_is_not_in_the_map():
    found = drawn(region((30, 40), (70, 40)), {HEAD: 0.5})
    assert found.says[0, 40, 30]
    assert not found.says[0, 40, 70]


def test_only_the_chosen_parts_are_shown():
    maps, doubts = with_limb(region((20, 40), (60, 40))), {HEAD: 0.5, NECK: 0.5, (HEAD, NECK): 0.1}
    assert not drawn(maps, doubts, LANDMARKS).says[0, 40, 40]
    assert drawn(maps, doubts, LIMBS).values[0, 40, 40] == pytest.approx(0.1, abs=1e-3)
    chosen = MapChoice(parts=frozenset({NECK}))
    assert drawn(maps, doubts, chosen).says[0, 40, [20, 40, 60]].tolist() == [False, False, True]


def test_a_limb_without_any_field_is_seen_between_its_points():
    maps = with_limb(region((20, 40), (60, 40)), covered=True)
    found = drawn(maps, {(HEAD, NECK): 1.0}, LIMBS)
    assert found.values[0, 40, 20:61] == pytest.approx(1.0, abs=1e-3)
    assert not found.says[0, 60].any()


def test_no_limb_is_drawn_to_a_landmark_that_the_model_itself_calls_absent():
    maps = with_limb(region((20, 40), (60, 40)), covered=True)
    maps.heatmaps[1] *= np.float16(0.4)
    assert not drawn(maps, {(HEAD, NECK): 1.0}, LIMBS).says.any()


def test_a_landmark_that_is_nowhere_has_no_place_in_the_map():
    maps = region((30, 40))
    for share, told in ((1e-5, False), (0.01, False), (0.05, True)):
        faint = replace(maps, heatmaps=(maps.heatmaps * np.float16(share)))
        assert drawn(faint, {HEAD: 1.0}).says.any() == told


def test_the_landmarks_of_the_other_side_are_shown_where_they_were_read():
    other = replace(region((30, 40)), sides=(Side.LEFT,))
    assert not drawn(other, {HEAD: 1.0}).says.any()


@settings(deadline=None, max_examples=30)
@given(
    st.floats(-0.4, 0.4),
    st.floats(1.5, 4.0),
    st.booleans(),
    st.tuples(st.floats(20, 80), st.floats(20, 60)),
)
def test_the_map_lies_on_the_image_wherever_the_region_was_cut_from_it(turn, scale, mirror, xy):
    linear = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) / scale
    plane = PlaneTransform.identity((240, 300))
    plane = plane.flipped_horizontally() if mirror else plane
    plane = plane.about_centre(linear).cropped_or_padded(SHAPE)
    maps = replace(region(xy, plane=plane), image_shape=(240, 300))
    found = drawn(maps, {HEAD: 1.0}, shape=(1, 240, 300))
    i, j = plane.backward(xy)
    if not (30 < i < 270 and 30 < j < 210):
        return
    rows, columns = np.nonzero(found.says[0])
    assert (columns.mean(), rows.mean()) == pytest.approx((i, j), abs=0.3 * scale)
    assert np.sqrt(len(rows) / np.pi) == pytest.approx(3.6 * scale, rel=0.12)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 2), st.one_of(st.none(), st.floats(0, 1))), max_size=8))
def test_updating_parts_gives_the_map_that_one_would_have_drawn_at_once(steps):
    maps = region((30, 40), (36, 44), (70, 20))
    kept, doubts = RegionDoubt(maps, LANDMARKS, {}), {}
    before, _, whole = kept.on_image()
    for number, doubt in steps:
        doubts[maps.ids[number]] = doubt
        box = kept.update({maps.ids[number]: doubt})
        after, _, _ = kept.on_image(whole)
        same = np.ones(after.shape, bool)
        if box is not None:
            (top, left), (rows, columns) = (part.start for part in whole), box
            inside = slice(rows.start - top, rows.stop - top)
            same[inside, columns.start - left : columns.stop - left] = False
        assert (after[same] == before[same]).all()
        before = after
    known = {part: doubt for part, doubt in doubts.items() if doubt is not None}
    values, says, _ = RegionDoubt(maps, LANDMARKS, known).on_image(whole)
    assert before == pytest.approx(values, abs=1e-6)
    assert (kept.on_image(whole)[1] == says).all()


def test_a_region_beyond_the_edge_of_the_image_is_cut_off_there():
    plane = PlaneTransform.identity(SHAPE).shifted(50, 10)
    found = drawn(region((50, 10), plane=plane), {HEAD: 1.0})
    assert found.says[0, 0, 0]
    assert found.values.shape == (1, *SHAPE)


def test_an_exact_model_doubts_the_covered_landmark_most():
    image = exact_image()
    detector = exact_detector(ExactNetwork(absent=[COVERED]))
    detection = detector.detect(image, slice_index=0, keep_maps=True)
    doubts = part_doubts(detection.landmarks, detection.limbs)
    found = uncertainty_map(detection.maps, doubts, LANDMARKS, image.pixels.shape)
    assert found.measure is DoubtMeasure.SURPRISAL
    (k, row, column) = np.unravel_index(found.values.argmax(), found.values.shape)
    place = image.to_lps([column, row, k])
    off = np.linalg.norm(place - detection.landmarks[COVERED].point())
    assert off < 5 * image.spacing[0]
    assert found.values.max() > 0.9


@pytest.mark.parametrize("orientation", [("L", "F"), ("R", "F")])
def test_both_hips_of_a_film_are_in_one_map_on_their_own_sides(hips, orientation):
    script = Script(hips)
    script.limbs = script.exact_fields = True
    image = with_orientation(film(), *orientation)
    detection = script.detector().detect(image, keep_maps=True)
    left = {id_: 1.0 for id_ in detection.landmarks if id_[0] is Side.LEFT}
    found = uncertainty_map(detection.maps, left, LANDMARKS, image.pixels.shape)
    rows, columns = np.nonzero(found.says[0])
    x = [image.to_lps([i, j, 0])[0] for i, j in zip(columns[::50], rows[::50], strict=True)]
    heads = [detection.landmarks[side, "FHC"].point()[0] for side in Side]
    assert min(x) > sum(heads) / 2  # LPS: x grows to the patient's left


def test_a_model_without_fields_shows_the_probability_of_absence():
    detection = exact_detector(ExactNetwork(fields=False, nowhere=[COVERED])).detect(
        exact_image(), slice_index=0, keep_maps=True
    )
    assert measure_of(MapChoice(), detection.maps) is DoubtMeasure.ABSENCE
    doubts = part_doubts(detection.landmarks, detection.limbs)
    assert doubts[COVERED] == pytest.approx(1.0)
    assert all(doubts[id_] < 1e-3 for id_ in doubts if id_ != COVERED)
