"""The maps that a detection keeps lie where its landmarks lie, and are named as the patient's."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from exact_network import COVERED, ExactNetwork, exact_detector, exact_image
from film_script import Script, film

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.detection import RegionMaps, limb_score
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.imaging import PlaneTransform, with_orientation

AP, MIRRORED, HEAD_DOWN = ("L", "F"), ("R", "F"), ("R", "H")


def kept(network, **changes):
    return exact_detector(network, **changes).detect(exact_image(), slice_index=0, keep_maps=True)


def film_detection(hips, orientation=AP, **changes):
    """A scripted film with exact fields; stored as a viewer in that orientation would see it."""
    script = Script(hips, ("PROSTHESIS",))
    script.limbs = script.exact_fields = True
    for name, value in changes.items():
        setattr(script, name, value)
    image = with_orientation(film(), *orientation)
    return image, script.detector().detect(image, keep_maps=True)


def mode(maps, id_):
    """(i, j) of the stored image where the heatmap is highest."""
    heatmap = maps.heatmap(id_)
    row, column = np.unravel_index(int(heatmap.argmax()), heatmap.shape)
    return maps.plane.backward((column, row))


def map_points(maps, image, landmarks):
    """(x, y) of the landmarks in the pixels of the maps."""
    back = np.linalg.inv(image.ijk_to_lps)
    ijk = {id_: back @ [*landmarks[id_].position, 1.0] for id_ in maps.ids}
    return {id_: maps.plane.forward(found[:2]) for id_, found in ijk.items()}


def test_a_detection_keeps_no_maps_unless_it_is_asked_to():
    assert exact_detector(ExactNetwork()).detect(exact_image(), slice_index=0).maps == ()


def test_one_slice_gives_one_region_with_the_landmarks_of_both_sides():
    (maps,) = kept(ExactNetwork()).maps
    assert maps.sides == (Side.RIGHT, Side.LEFT)
    assert set(maps.ids) == {(side, key) for side in Side for key in ("FHC", "NA", "LAE", "LCP")}
    assert maps.heatmaps.dtype == maps.fields.dtype == np.float16
    assert maps.heatmaps.sum(axis=(1, 2), dtype=float) == pytest.approx(1.0, abs=0.01)


def test_a_landmark_that_is_nowhere_has_next_to_no_mass():
    (maps,) = kept(ExactNetwork(nowhere=[COVERED])).maps
    assert maps.heatmap(COVERED).sum(dtype=float) < 1e-3


def test_heatmaps_of_a_slice_are_highest_where_the_landmarks_lie():
    image, detection = exact_image(), kept(ExactNetwork())
    (maps,) = detection.maps
    for id_ in maps.ids:
        place = image.to_lps([*mode(maps, id_), 0])
        assert place == pytest.approx(detection.landmarks[id_].point(), abs=image.spacing[0])


def test_what_lies_on_the_side_of_the_other_hip_is_left_out_as_in_decoding():
    network = ExactNetwork()
    right, left = (network.output.heatmaps[0, n] for n in (1, 5))  # R:NA and L:NA
    both = np.logaddexp(right.numpy(), left.numpy() + 1.0)
    network.output.heatmaps[0, 1] = right.new_tensor(both)
    (maps,) = kept(network).maps
    middle = maps.plane.shape[1] // 2
    assert maps.heatmap((Side.RIGHT, "NA"))[:, middle:].sum(dtype=float) < 1e-3


def test_every_limb_measures_in_the_kept_maps_what_the_detection_says():
    image, detection = exact_image(), kept(ExactNetwork(absent=[COVERED]))
    (maps,) = detection.maps
    xy = map_points(maps, image, detection.landmarks)
    for limb, score in detection.limbs.items():
        again = limb_score(maps.field(limb).astype(np.float64), xy[limb[0]], xy[limb[1]])
        assert again.mean == pytest.approx(score.mean, abs=1e-3)


@pytest.mark.parametrize("orientation", [AP, MIRRORED, HEAD_DOWN])
def test_the_hips_of_a_film_are_named_as_the_patients_however_it_is_stored(hips, orientation):
    image, detection = film_detection(hips, orientation)
    assert {maps.sides for maps in detection.maps} == {(Side.RIGHT,), (Side.LEFT,)}
    for maps in detection.maps:
        assert {side for side, _ in maps.ids} == set(maps.sides)
        assert "PROSTHESIS" not in {key for _, key in maps.ids}
        for id_ in maps.ids:
            place = image.to_lps([*mode(maps, id_), 0])
            assert place == pytest.approx(detection.landmarks[id_].point(), abs=1.0)


@pytest.mark.parametrize("orientation", [AP, MIRRORED, HEAD_DOWN])
def test_fields_of_either_hip_point_from_start_to_end_in_the_patient(hips, orientation):
    image, detection = film_detection(hips, orientation)
    for maps in detection.maps:
        xy = map_points(maps, image, detection.landmarks)
        to_patient = image.ijk_to_lps[:3, :2] @ np.linalg.inv(maps.plane.matrix[:2, :2])
        for limb in maps.limbs:
            x, y = (xy[limb[0]] + xy[limb[1]]) / 2
            vector = to_patient @ maps.field(limb)[:, round(y), round(x)].astype(float)
            start, end = (detection.landmarks[end].point() for end in limb)
            along = vector @ (end - start) / np.linalg.norm(vector) / np.linalg.norm(end - start)
            assert along > 0.99
            score = limb_score(maps.field(limb), xy[limb[0]], xy[limb[1]])
            assert score.mean == pytest.approx(detection.limbs[limb].mean, abs=2e-3)


def test_a_film_of_one_hip_that_is_stated_as_left_has_left_maps(hips):
    _, detection = film_detection(hips)
    (right,) = (maps for maps in detection.maps if maps.sides == (Side.RIGHT,))
    left = right.of_side(Side.LEFT)
    assert {side for side, _ in left.ids} == {start[0] for start, _ in left.limbs} == {Side.LEFT}
    assert left.heatmap((Side.RIGHT, "FHC")) is None


def test_maps_whose_numbers_do_not_belong_together_are_refused():
    plane, ids = PlaneTransform.identity((4, 5)), ((Side.RIGHT, "FHC"), (Side.RIGHT, "NA"))
    maps = RegionMaps(0, plane, ids, np.zeros((2, 4, 5), np.float16))
    for wrong in (
        {"heatmaps": maps.heatmaps[:1]},
        {"limbs": (ids,)},
        {"fields": np.zeros((1, 2, 4, 5), np.float16)},
        {"limbs": ((ids[0], (Side.LEFT, "NA")),), "fields": np.zeros((1, 2, 4, 5), np.float16)},
        {"variances": (1.0,)},
    ):
        with pytest.raises(ConfigurationError):
            replace(maps, **wrong)


def test_whoever_shows_maps_or_follows_points_needs_no_torch():
    code = (
        "import sys; from HipLandmarksLib.detection import LiveDoubt, RegionMaps, limb_score;"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
