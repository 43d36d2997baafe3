"""Fields run along the limbs, whatever is done to the image."""

from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from HipLandmarksLib.anatomy import LandmarkTable, Side
from HipLandmarksLib.detection import MRI_KEYS, Channels, LimbChannels
from HipLandmarksLib.detection.views import mirrored_fields
from HipLandmarksLib.imaging import PlaneTransform
from HipLandmarksLib.training import Augmentation
from HipLandmarksLib.training.fields import limb_fields, limb_weights

KEYS = ("FHC", "LAE", "TD", "ISCH")
CHANNELS = Channels.of_keys(KEYS)
LIMBS = LimbChannels.of(CHANNELS)
SHAPE = (48, 64)
ONE = LimbChannels(Channels.of_keys(("FHC",)), ((0, 1),))
"""A single limb from the first point to the second."""


def one_field(start, end, width=2.0, shape=(24, 32), placed=(True, True)):
    points = torch.tensor([[start, end]], dtype=torch.float64)
    return limb_fields(points, torch.tensor([placed]), ONE, shape, width)[0, 0]


def names(limbs):
    ids = limbs.channels.ids
    return [(ids[a][0].value + ids[a][1], ids[b][0].value + ids[b][1]) for a, b in limbs.pairs]


def test_limbs_come_from_the_table_right_left_then_bilateral():
    found = names(LIMBS)
    assert ("RLAE", "RFHC") in found and ("LLAE", "LFHC") in found
    assert found[-2:] == [("RTD", "LTD"), ("RISCH", "LISCH")]
    assert len(found) == 2 * 4 + 2  # LAE-FHC, LAE-TD, FHC-TD, TD-ISCH; TD and ISCH across


def test_paper_2_has_sixteen_limbs_a_side_and_three_across():
    keys = [definition.key for definition in LandmarkTable.load().of_paper(2)]
    assert len(LimbChannels.of(Channels.of_keys(keys))) == 2 * 16 + 3


def test_every_landmark_of_an_mri_has_two_fields():
    ends = Counter(
        end for pair in names(LimbChannels.of(Channels.of_keys(MRI_KEYS))) for end in pair
    )
    assert set(ends) == {side + key for side in "RL" for key in MRI_KEYS}
    assert min(ends.values()) == 2


def test_a_field_is_the_unit_vector_on_the_limb_and_zero_elsewhere():
    field = one_field((4.0, 10.0), (24.0, 10.0))
    assert field[:, 10, 14].tolist() == [1, 0]
    assert field[:, 12, 14].tolist() == [1, 0]  # two pixels beside the line
    assert field[:, 13, 14].tolist() == [0, 0]
    assert field[:, 10, 25].tolist() == [1, 0]  # one pixel beyond the end
    assert field[:, 10, 26].tolist() == [0, 0]


def test_an_oblique_limb_has_the_hand_computed_direction():
    field = one_field((5.0, 5.0), (11.0, 13.0))  # 6-8-10
    assert field[:, 9, 8].tolist() == pytest.approx([0.6, 0.8])


def test_a_limb_with_an_absent_end_or_no_length_has_no_field():
    assert one_field((4.0, 10.0), (24.0, 10.0), placed=(True, False)).abs().sum() == 0
    coincident = one_field((4.0, 10.0), (4.0, 10.0))
    assert torch.isfinite(coincident).all() and coincident.abs().sum() == 0


def test_absent_is_supervised_and_not_annotated_is_masked():
    """Six pairs of the two ends: seen, absent or not annotated."""
    weight = torch.tensor([[1.0, 0.3], [1, 1], [1, 0], [1, 0], [0, 0], [0.5, 1]])
    absent = torch.tensor([[0.0, 0], [0, 1], [0, 0], [1, 0], [0, 0], [1, 1]])
    found = limb_weights(weight, absent, ONE)[:, 0].tolist()
    assert found == pytest.approx([0.3, 1, 0, 1, 0, 1])


def random_points(rng):
    return torch.from_numpy(rng.uniform(6, 40, (1, len(CHANNELS), 2)))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_the_mirrored_field_is_the_field_of_the_mirrored_points(seed):
    points = random_points(np.random.default_rng(seed))
    placed = torch.ones(1, len(CHANNELS), dtype=torch.bool)
    straight = limb_fields(points, placed, LIMBS, SHAPE, 2.5)
    turned = points[:, CHANNELS.mirrored].clone()
    turned[..., 0] = SHAPE[1] - 1 - turned[..., 0]
    expected = limb_fields(turned, placed, LIMBS, SHAPE, 2.5)
    found = mirrored_fields(straight, LIMBS)
    # rounding may put a pixel on the rim of a limb on either side of it
    assert ((found - expected).abs() > 1e-6).double().mean() < 1e-3
    assert torch.equal(mirrored_fields(found, LIMBS), straight)


def test_a_mirror_negates_x_on_a_side_and_y_across():
    fields = torch.zeros(1, len(LIMBS), 2, 2, 2)
    fields[0, 0], fields[0, -1] = torch.tensor([0.6, 0.8])[:, None, None], 0.5
    found = mirrored_fields(fields, LIMBS)[0]
    other = LIMBS.mirrored.index(0)
    assert found[other, :, 0, 0].tolist() == pytest.approx([-0.6, 0.8])
    assert found[-1, :, 0, 0].tolist() == pytest.approx([0.5, -0.5])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["robust", "paper1", "paper2"]))
def test_augmenting_and_inverting_returns_the_points(seed, name):
    rng = np.random.default_rng(seed)
    plane, _ = Augmentation.named(name).geometry(
        PlaneTransform.identity(SHAPE), (30.0, 20.0), SHAPE, rng
    )
    points = rng.uniform(0, 60, (20, 2))
    assert np.abs(plane.backward(plane.forward(points)) - points).max() < 0.02


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_the_field_follows_the_limb_through_every_random_affine(seed):
    """The vector on the limb's middle is the affine image of the limb, made unit length."""
    rng = np.random.default_rng(seed)
    augmentation = Augmentation.named("paper1")
    plane, _ = augmentation.geometry(PlaneTransform.identity(SHAPE), (32.0, 24.0), SHAPE, rng)
    start, end = np.array([24.0, 20.0]), np.array([40.0, 29.0])
    moved = [tuple(plane.forward(p)) for p in (start, end)]
    field = one_field(*moved, shape=SHAPE)
    column, row = np.round(plane.forward((start + end) / 2)).astype(int)
    direction = plane.matrix[:2, :2] @ (end - start)
    assert field[:, row, column].numpy() == pytest.approx(direction / np.linalg.norm(direction))


def test_sides_have_their_own_limbs():
    assert all(LIMBS.channels.ids[a][0] == LIMBS.channels.ids[b][0] for a, b in LIMBS.pairs[:8])
    assert LIMBS.channels.ids[LIMBS.pairs[-1][0]][0] is Side.RIGHT
