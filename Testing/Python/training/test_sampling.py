"""Whatever augmentation does to the image it does to the points, and a mirror swaps the sides."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.detection import Channels, Preprocessing
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance
from HipLandmarksLib.training.augmentation import Augmentation
from HipLandmarksLib.training.labels import LabelledSlice, PointLabel
from HipLandmarksLib.training.pools import Pools
from HipLandmarksLib.training.sampling import Sampler, prepare

CHANNELS = Channels.of_keys(("FHC", "NA"))
GEOMETRY_ONLY = {
    **dict.fromkeys(
        ("gamma", "contrast", "brightness", "bias", "noise", "blur_px", "elsewhere"), 0.0
    )
}
RIGHT_FHC = (Side.RIGHT, "FHC")


def labelled(labels, blob=(30.4, 40.7), shape=(96, 120), chosen=frozenset({"R"}), case="a"):
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    pixels = np.exp(-((columns - blob[0]) ** 2 + (rows - blob[1]) ** 2) / 18)[None]
    matrix = np.array([[1.2, 0, 0, 0], [0, 0, 5, 0], [0, -1.2, 0, 0], [0, 0, 0, 1.0]])
    image = HipImage(
        pixels.astype(np.float32), matrix, Modality.MR, Calibration(SpacingProvenance.PATIENT_PLANE)
    )
    return LabelledSlice(case, image, 0, labels, chosen)


def sampler(**changes):
    return Sampler(CHANNELS, (96, 128), 2.0, Augmentation(**{**GEOMETRY_ONLY, **changes}))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_the_target_follows_the_blob_through_every_random_affine(seed):
    whole_range = Preprocessing(low_percentile=0, high_percentile=100)
    prepared = prepare(labelled({RIGHT_FHC: PointLabel((30.4, 40.7))}), whole_range)
    batch = sampler().batch([prepared], np.random.default_rng(seed))
    channel = 0 if batch.weight[0, 0] else 2
    if batch.absent[0, channel]:
        return
    target = batch.target[0, channel]
    bright = np.unravel_index(np.argmax(batch.images[0, 0]), target.shape)
    expected = np.unravel_index(np.argmax(target), target.shape)
    assert np.hypot(bright[0] - expected[0], bright[1] - expected[1]) < 1.5


def test_a_mirror_makes_the_right_hip_a_left_hip():
    prepared = prepare(labelled({RIGHT_FHC: PointLabel((30.4, 40.7))}), Preprocessing())
    straight = sampler(mirror=0.0).batch([prepared], np.random.default_rng(1))
    mirrored = sampler(mirror=1.0).batch([prepared], np.random.default_rng(1))
    assert straight.weight[0].tolist() == [1, 0, 0, 0]
    assert mirrored.weight[0].tolist() == [0, 0, 1, 0]


def test_absent_is_supervised_and_not_annotated_is_masked():
    prepared = prepare(labelled({RIGHT_FHC: PointLabel(None)}), Preprocessing())
    batch = sampler(mirror=0.0).batch([prepared], np.random.default_rng(0))
    assert batch.absent[0].tolist() == [1, 0, 0, 0]
    assert batch.weight[0].tolist() == [1, 0, 0, 0]
    assert batch.target.sum() == 0


def test_a_point_that_the_crop_leaves_out_is_absent():
    far = labelled({RIGHT_FHC: PointLabel((30, 40)), (Side.RIGHT, "NA"): PointLabel((500, 40))})
    batch = sampler(mirror=0.0, shift_px=0.0).batch(
        [prepare(far, Preprocessing())], np.random.default_rng(0)
    )
    assert batch.absent[0].tolist() == [0, 1, 0, 0]


def test_equal_seeds_draw_equal_batches():
    prepared = prepare(labelled({RIGHT_FHC: PointLabel((30, 40))}), Preprocessing())
    full = Sampler(CHANNELS, (96, 128), 2.0, Augmentation())
    one, other = (full.batch([prepared], np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(one.images, other.images)
    assert np.array_equal(one.target, other.target)


def test_grey_value_changes_stay_finite():
    augmentation = Augmentation(gamma=1, contrast=0.9, noise=0.5, blur_px=3)
    pixels = np.linspace(-1.5, 2.5, 400, dtype=np.float32).reshape(20, 20)
    for seed in range(20):
        assert np.isfinite(augmentation.intensity(pixels, np.random.default_rng(seed))).all()


def test_negative_ranges_and_weights_are_refused():
    with pytest.raises(ConfigurationError, match="noise"):
        Augmentation(noise=-1)
    with pytest.raises(ValueError, match="weight"):
        PointLabel((0, 0), 0)


def test_pools_sort_slices_and_give_an_empty_kinds_share_to_the_others():
    full = labelled({RIGHT_FHC: PointLabel((30, 40))})
    negative = labelled({RIGHT_FHC: PointLabel(None)}, chosen=frozenset(), case="b")
    pools = Pools.of([full, negative], [], Preprocessing(), 0.25, 0.5)
    assert (len(pools.full), len(pools.partial), len(pools.negative)) == (1, 0, 1)
    assert sum(pools.shares) == pytest.approx(1)
    assert pools.shares[1] == pools.shares[3] == 0
    assert pools.cases == ["a", "b"]


def test_nothing_to_learn_from_is_an_error():
    with pytest.raises(ConfigurationError, match="no labelled slices"):
        Pools.of([], [], Preprocessing(), 0.1, 0.2)
