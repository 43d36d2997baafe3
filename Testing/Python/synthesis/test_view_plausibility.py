"""A view with a landmark that no hip has there is refused, and the sentence names it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from HipLandmarksLib.anatomy import LandmarkState, Side
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.synthesis.radiograph import BoneView, Camera, TruePoint
from HipLandmarksLib.synthesis.radiograph.plausibility import PLACES, check_view

RADIUS = 30.0
HEADS = {Side.RIGHT: (150.0, 200.0), Side.LEFT: (350.0, 200.0)}
USUAL = {
    "ILM": (-1.1, 1.9), "TRI": (-1.5, 0.3), "LAE": (0.6, 1.0), "MSO": (-0.7, 0.9),
    "FOV": (-0.9, 0.2), "GT": (2.0, 0.3), "TD": (-1.3, -0.6), "ISCH": (-1.9, -2.7),
    "NB": (0.9, -0.8), "SHP": (1.5, -3.2), "SHD": (1.4, -6.6), "LCP": (1.0, 0.2),
    "NA": (0.6, -0.5),
}  # fmt: skip


def place(side: Side, lateral: float, cranial: float) -> tuple[float, float]:
    """Head radii from the head's centre to pixels."""
    outwards = 1.0 if side is Side.LEFT else -1.0
    column, row = HEADS[side]
    return column + outwards * lateral * RADIUS, row - cranial * RADIUS


def view(
    changes: Mapping[tuple[Side, str], TruePoint] | None = None,
    cover: Mapping[str, float] | None = None,
) -> BoneView:
    """A film of usual hips: centre-edge angles of 31 degrees."""
    landmarks = {(side, "FHC"): TruePoint(xy) for side, xy in HEADS.items()}
    for side in Side:
        landmarks |= {(side, key): TruePoint(place(side, *at)) for key, at in USUAL.items()}
    return BoneView(
        Camera.anteroposterior((480, 500), 0.85),
        "test",
        {},
        {**landmarks, **(changes or {})},
        {"R": RADIUS, "L": RADIUS},
        {"lce_deg_R": 34.0, "lce_deg_L": 34.0, **(cover or {})},
    )


def test_the_usual_places_pass_on_both_sides():
    check_view(view())


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("key", PLACES)
def test_a_landmark_of_the_other_hip_is_refused(key, side):
    elsewhere = TruePoint(place(side.opposite, *USUAL[key]))
    with pytest.raises(ConfigurationError, match=rf"{side.word} {key} was found"):
        check_view(view({(side, key): elsewhere}))


def test_the_cam_point_must_lie_on_the_head_circle():
    inside = TruePoint(place(Side.LEFT, 0.7, 0.2))
    with pytest.raises(ConfigurationError, match=r"left LCP lies 0\.73 head radii"):
        check_view(view({(Side.LEFT, "LCP"): inside}))


@pytest.mark.parametrize("side", Side)
def test_a_roof_line_that_broke_off_is_found_by_the_cover_of_the_bones(side):
    early = TruePoint(place(side, 0.2, 1.05))
    with pytest.raises(ConfigurationError, match=rf"{side.word} LAE gives .* by -23 degrees"):
        check_view(view({(side, "LAE"): early}))
    check_view(view({(side, "LAE"): early}, {f"lce_deg_{side.value}": 14.0}))


def test_the_cover_is_judged_against_a_pelvis_that_lies_obliquely():
    """Left side 8 degrees higher: the left roof seems to cover less, the right one more."""
    left = TruePoint(place(Side.LEFT, 0.25, 1.1))
    right = TruePoint(place(Side.RIGHT, 0.8, 0.9))
    oblique = {(Side.LEFT, "LAE"): left, (Side.RIGHT, "LAE"): right}
    check_view(view(oblique, {"obliquity_deg": 8.0}))
    with pytest.raises(ConfigurationError, match="LAE gives"):
        check_view(view(oblique, {"obliquity_deg": -8.0}))


def test_a_visible_landmark_must_lie_in_the_field():
    below = TruePoint((160.0, 481.0))
    with pytest.raises(ConfigurationError, match="visible outside the field of view"):
        check_view(view({(Side.RIGHT, "SHD"): below}))
    check_view(view({(Side.RIGHT, "SHD"): TruePoint((160.0, 481.0), LandmarkState.ABSENT)}))


def test_a_film_without_a_head_shows_no_hip():
    absent = {
        (side, "FHC"): TruePoint(xy, LandmarkState.ABSENT, "beside") for side, xy in HEADS.items()
    }
    with pytest.raises(ConfigurationError, match="No femoral head"):
        check_view(view(absent))


def test_what_is_not_annotated_is_not_judged():
    without = view(cover={"lce_deg_L": 5.0})
    with pytest.raises(ConfigurationError, match="left LAE gives"):
        check_view(without)
    del without.landmarks[Side.LEFT, "LAE"]
    check_view(without)
