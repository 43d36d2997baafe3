"""How deep a head lies is told by its rims, when the slices that show it do so unevenly."""

from __future__ import annotations

import numpy as np
import pytest
from round_heads import CENTRES, RADIUS, round_heads

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.detection import DecodedPoint, SlicePrediction
from HipLandmarksLib.detection.head_depth import rim_depths, seen_depths
from HipLandmarksLib.detection.slices import choose_slices
from HipLandmarksLib.imaging import HipImage, PlaneTransform


@pytest.fixture(scope="module")
def image() -> HipImage:
    return round_heads()


def survey(image: HipImage, front: float = 0.9, back: float = 0.9) -> list[SlicePrediction]:
    """The heads are seen from ``front`` radii before to ``back`` radii behind their centres."""
    rows, columns = image.pixels.shape[1:]
    plane = PlaneTransform.identity((rows, columns))
    found = []
    for index in range(image.n_slices):
        y = float(image.to_lps([0, 0, index])[1])
        points = {}
        for side, (x, centre, z) in CENTRES.items():
            seen = -front * RADIUS < y - centre < back * RADIUS
            i, j, _ = image.to_ijk((x + 1.5, y, z - 1.0))
            at = (float(i), float(j))
            points[(side, "FHC")] = DecodedPoint(at, np.eye(2), 1.0, 0.9, 0.99 if seen else 0.01)
        found.append(SlicePrediction(index, points, plane))
    return found


def errors(depths: dict[Side, float | None]) -> list[float]:
    return [abs(depths[side] + CENTRES[side][1]) for side in Side]


def test_heads_that_are_seen_evenly_need_no_rims(image: HipImage) -> None:
    assert max(errors(seen_depths(survey(image), image))) < 2.1  # half a slice


def test_rims_tell_the_depth_where_the_front_is_not_seen(image: HipImage) -> None:
    uneven = survey(image, front=0.5)
    assert min(errors(seen_depths(uneven, image))) > 2.5
    assert max(errors(rim_depths(uneven, image))) < 0.8


def test_without_enough_rims_the_depth_is_where_the_head_is_seen(image: HipImage) -> None:
    few = survey(image, front=0.1, back=0.15)
    assert rim_depths(few, image) == seen_depths(few, image)


def test_a_head_that_is_not_there_has_no_depth() -> None:
    image = round_heads(missing=Side.LEFT)
    found = [
        SlicePrediction(
            own.index,
            {
                **own.points,
                (Side.LEFT, "FHC"): DecodedPoint((5, 5), np.eye(2), 1.0, 0.1, 0.02),
            },
            own.plane,
        )
        for own in survey(image)
    ]
    depths = rim_depths(found, image)
    assert depths[Side.LEFT] is None
    assert depths[Side.RIGHT] == pytest.approx(-CENTRES[Side.RIGHT][1], abs=0.8)


def test_slices_are_chosen_behind_the_centre_of_the_sphere(image: HipImage) -> None:
    uneven = survey(image, front=0.5)
    choices = choose_slices(uneven, image, 6.0, rim_depths(uneven, image))
    for side, choice in choices.items():
        y = float(image.to_lps([0, 0, choice.index])[1])
        assert y - CENTRES[side][1] == pytest.approx(6.0, abs=2.5)
        assert choice.score(choice.index).behind_head_mm == pytest.approx(
            y - CENTRES[side][1], abs=0.8
        )
