"""A view of an image is undone exactly: points, probability, "nowhere", fields and sides."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from HipLandmarksLib.anatomy import LandmarkTable, Side
from HipLandmarksLib.detection import Channels, Decoder, LandmarkMaps, LimbChannels
from HipLandmarksLib.detection.views import VIEWS, View, named_views
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.training.fields import limb_fields

SHAPE = (72, 96)
CHANNELS = Channels.of_keys(("FHC", "TD"))
SIGMA = 2.0
SOME = settings(max_examples=50, deadline=None)

views = st.builds(
    View,
    rotation_deg=st.floats(-15, 15),
    scale=st.floats(0.9, 1.1),
    shift_px=st.tuples(st.floats(-6, 6), st.floats(-6, 6)),
    mirror=st.booleans(),
)
inner = st.tuples(st.floats(32, 64), st.floats(28, 44))


def gaussian(xy, sigma=SIGMA, shape=SHAPE):
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    return np.exp(-((columns - xy[0]) ** 2 + (rows - xy[1]) ** 2) / (2 * sigma**2))


def moved(view, xy):
    return (view.matrix(SHAPE) @ [*xy, 1.0])[:2]


def maps_at(points, nowhere=0.1):
    """(1, 4, H, W) unit-mass Gaussians with the rest of the probability on "nowhere"."""
    heights = np.stack([gaussian(xy) for xy in points])
    heights *= (1 - nowhere) / heights.sum(axis=(1, 2), keepdims=True)
    gone = torch.full((1, len(points)), nowhere)
    return LandmarkMaps(torch.from_numpy(heights.astype(np.float32))[None], gone)


def decoded(maps, channel):
    return Decoder(SIGMA).decode(maps.places[0, channel].numpy(), float(maps.nowhere[0, channel]))


@SOME
@given(view=views, xy=inner)
def test_a_point_comes_back_from_every_view(view, xy):
    """The network answers in the view; the answer of the right side is the left one's mirrored."""
    seen = maps_at([moved(view, xy)] * 4)
    found = decoded(view.undone(seen, CHANNELS), 0)
    assert np.hypot(*np.subtract(found.xy, xy)) < 0.05


@SOME
@given(view=views, xy=inner)
def test_the_picture_of_a_point_goes_where_the_matrix_says(view, xy):
    picture = torch.from_numpy(gaussian(xy, 3.0).astype(np.float32))[None, None] - 1.0
    shown = view.shown(picture)[0, 0].numpy() + 1.0
    found = Decoder(3.0).decode(shown / shown.sum(), 0.0)
    assert np.hypot(*np.subtract(found.xy, moved(view, xy))) < 0.05
    assert float(view.shown(picture).min()) >= -1.0  # what comes in from outside is background


@SOME
@given(view=views, xy=st.tuples(st.floats(-1, 96), st.floats(-1, 72)))
def test_probability_sums_to_one_wherever_the_point_is(view, xy):
    """In the middle, in a corner, and beyond the border of the view."""
    undone = view.undone(maps_at([xy] * 4, nowhere=0.2), CHANNELS)
    total = undone.places.sum(dim=(2, 3)) + undone.nowhere
    assert total.numpy() == pytest.approx(1, abs=1e-5)
    assert float(undone.places.min()) >= 0


@pytest.mark.parametrize("scale", [0.95, 1.05])
def test_a_scaled_view_keeps_the_mass_of_a_place(scale):
    """Without the area of a pixel a view of scale .95 would count 1.11 times (1 / .95^2)."""
    view = View(scale=scale)
    seen = maps_at([moved(view, (40.0, 30.0))] * 4, nowhere=0.25)
    undone = view.undone(seen, CHANNELS)
    near = torch.from_numpy(gaussian((40.0, 30.0)) > np.exp(-8))
    assert undone.places[0, 0][near].sum().item() == pytest.approx(0.75, abs=0.005)
    assert undone.nowhere.numpy() == pytest.approx(0.25, abs=1e-4)


def test_what_a_view_places_beyond_the_image_is_nowhere():
    view = View(shift_px=(20.0, 0.0))  # its left 20 columns show what lies beyond the image
    undone = view.undone(maps_at([(8.0, 40.0)] * 4, nowhere=0.1), CHANNELS)
    assert undone.nowhere.numpy() == pytest.approx(1.0, abs=1e-3)


def test_a_view_says_which_pixels_it_sees():
    images = torch.zeros(1, 1, *SHAPE)
    assert View(scale=0.95).seen(images).numpy() == pytest.approx(1.0)
    shifted = View(shift_px=(5.0, 0.0)).seen(images).numpy()
    assert shifted[:, :-5] == pytest.approx(1.0, abs=1e-4)
    assert shifted[:, -5:] == pytest.approx(0.0, abs=1e-4)
    mirrored = View(shift_px=(5.0, 0.0), mirror=True).seen(images).numpy()
    assert mirrored == pytest.approx(shifted[:, ::-1])
    turned = View(rotation_deg=10).seen(images).numpy()
    assert turned[0, 0] == turned[-1, -1] == 0 and turned[36, 48] == pytest.approx(1.0)


def test_a_mirror_exchanges_the_sides():
    maps = maps_at([(10, 20), (30, 20), (80, 50), (60, 50)])
    gone = torch.tensor([[0.1, 0.2, 0.3, 0.4]])
    undone = View(mirror=True).undone(LandmarkMaps(maps.places, gone, None, gone), CHANNELS)
    assert CHANNELS.ids[0] == (Side.RIGHT, "FHC") and CHANNELS.ids[2] == (Side.LEFT, "FHC")
    assert decoded(undone, 0).xy == pytest.approx((95 - 80, 50), abs=1e-3)
    assert decoded(undone, 2).xy == pytest.approx((95 - 10, 20), abs=1e-3)
    assert undone.nowhere.tolist() == gone[:, [2, 3, 0, 1]].tolist()
    assert undone.presence.tolist() == gone[:, [2, 3, 0, 1]].tolist()


@SOME
@given(view=views)
def test_fields_come_back_with_their_directions(view):
    """Fields drawn between the points as the view shows them are those of the image's points."""
    limbs = LimbChannels.of(CHANNELS, LandmarkTable.load())
    points = np.array([(30.0, 25.0), (40.0, 45.0), (66.0, 27.0), (58.0, 44.0)])
    placed = torch.ones(1, 4, dtype=torch.bool)
    shown = np.array([moved(view, xy) for xy in points])
    if view.mirror:
        shown = shown[CHANNELS.mirrored]
    there = limb_fields(torch.from_numpy(shown)[None], placed, limbs, SHAPE, 4.0).float()
    here = limb_fields(torch.from_numpy(points)[None], placed, limbs, SHAPE, 4.0).float()
    seen = maps_at(shown)
    undone = view.undone(LandmarkMaps(seen.places, seen.nowhere, there), CHANNELS, limbs).fields
    assert undone is not None
    for limb, (start, end) in enumerate(limbs.pairs):
        x, y = np.rint((points[start] + points[end]) / 2).astype(int)
        assert undone[0, limb, :, y, x].numpy() == pytest.approx(
            here[0, limb, :, y, x].numpy(), abs=1e-3
        )


def test_fields_without_limbs_are_not_dropped_in_silence():
    maps = maps_at([(30.0, 30.0)] * 4)
    with_fields = LandmarkMaps(maps.places, maps.nowhere, torch.zeros(1, 1, 2, *SHAPE))
    with pytest.raises(ConfigurationError, match="limbs"):
        View(mirror=True).undone(with_fields, CHANNELS)


def test_grey_values_change_as_named():
    image = torch.tensor([[[[-1.0, 0.0], [1.0, 0.0]]]])  # black, half, full, half
    assert View(brightness=1.1).shown(image).flatten().tolist() == pytest.approx(
        [-1.0, 0.1, 1.2, 0.1]
    )
    assert View(contrast=1.1).shown(image).flatten().tolist() == pytest.approx(
        [-1.1, 0.0, 1.1, 0.0]
    )
    assert View(gamma=2.0).shown(image).flatten().tolist() == pytest.approx([-1.0, -0.5, 1.0, -0.5])
    assert not View(gamma=2.0).moves


def test_a_mirror_alone_is_not_resampled():
    image = torch.randn(1, 1, *SHAPE)
    assert torch.equal(View(mirror=True).shown(image), torch.flip(image, dims=[3]))
    assert torch.equal(View().shown(image), image)


def test_the_views_of_paper_1_are_its_seventeen():
    found = VIEWS["paper1"]
    assert len(set(found)) == 17 and not any(view.mirror for view in found)
    assert sorted(v.rotation_deg for v in found if v.rotation_deg) == [-10, -5, 5, 10]
    assert sum(view.changes_grey_values for view in found) == 6
    assert all(View() in chosen for chosen in VIEWS.values())


def test_views_that_make_no_sense_are_refused():
    with pytest.raises(ConfigurationError, match="none, mirror, standard, paper1"):
        named_views("many")
    with pytest.raises(ConfigurationError, match=r"0\.2 to 5"):
        View(scale=0.0)
    with pytest.raises(ConfigurationError, match="finite"):
        View(rotation_deg=float("nan"))
