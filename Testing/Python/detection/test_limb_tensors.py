"""Limbs are scored alike one image at a time (numpy) and many at once where the fields lie."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from HipLandmarksLib.detection import Channels, LimbChannels, LimbState, limb_scores
from HipLandmarksLib.detection.limb_tensors import batched_limb_scores
from HipLandmarksLib.errors import ConfigurationError

LIMBS = LimbChannels(Channels.of_keys(("FHC", "NA")), ((0, 1), (1, 2), (2, 3), (3, 0), (2, 0)))
ANYWHERE = st.one_of(st.floats(-3, 20), st.integers(-2, 16), st.just(np.nan), st.just(-0.5))


@st.composite
def images(draw):
    """Fields of up to three images, and points in them, on their edge, beside them, nowhere."""
    count = draw(st.integers(1, 3))
    shape = (draw(st.integers(1, 14)), draw(st.integers(1, 14)))
    seed = draw(st.integers(0, 2**32 - 1))
    fields = np.random.default_rng(seed).normal(0, 1, (count, len(LIMBS), 2, *shape))
    points = draw(arrays.arrays(np.float64, (count, 4, 2), elements=ANYWHERE))
    return fields.astype(np.float32), points


@settings(deadline=None, max_examples=150)
@given(images())
def test_both_ways_say_the_same_of_any_field_and_any_points(drawn):
    fields, points = drawn
    together = batched_limb_scores(torch.from_numpy(fields), torch.from_numpy(points), LIMBS)
    for own, xy, scores in zip(fields, points, together, strict=True):
        for expected, found in zip(limb_scores(own, xy, LIMBS), scores, strict=True):
            assert found.state is expected.state
            if expected.state is LimbState.MEASURED:
                assert found.mean == pytest.approx(expected.mean, abs=1e-5)
            else:
                assert found.mean is None


@pytest.mark.parametrize("precision", [torch.float16, torch.bfloat16, torch.float32])
def test_fields_of_any_precision_are_read_as_they_are(precision):
    field = torch.randn((1, len(LIMBS), 2, 40, 30), generator=torch.Generator().manual_seed(1))
    field = field.to(precision)
    points = np.array([[3.2, 4.7], [25.1, 33.3], [8.0, 30.9], [28.6, 2.2]])
    (found,) = batched_limb_scores(field, torch.from_numpy(points)[None], LIMBS)
    expected = limb_scores(field[0].float().numpy(), points, LIMBS)
    assert [each.mean for each in found] == pytest.approx([e.mean for e in expected], abs=1e-5)


def test_a_long_limb_in_one_image_does_not_change_a_short_one_in_another():
    fields = torch.randn((2, len(LIMBS), 2, 64, 64), generator=torch.Generator().manual_seed(2))
    short, long = [[1.0, 1], [4, 5], [9, 2], [6, 8]], [[0.0, 0], [63, 63], [0, 63], [63, 0]]
    both = batched_limb_scores(fields, torch.tensor([short, long]), LIMBS)
    alone = batched_limb_scores(fields[:1], torch.tensor([short]), LIMBS)
    assert [s.mean for s in both[0]] == pytest.approx([s.mean for s in alone[0]], abs=1e-6)


def test_fields_that_do_not_belong_to_the_limbs_are_refused():
    with pytest.raises(ConfigurationError, match="do not belong"):
        batched_limb_scores(torch.zeros(1, 2, 2, 8, 8), torch.zeros(1, 4, 2), LIMBS)
    with pytest.raises(ConfigurationError, match="do not belong"):
        batched_limb_scores(torch.zeros(1, 5, 2, 8, 8), torch.zeros(2, 4, 2), LIMBS)
