"""Whatever augmentation does to the image it does to the points, and a mirror swaps the sides."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.detection import Channels, LimbChannels, Preprocessing
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.imaging import (
    Calibration,
    HipImage,
    Modality,
    PlaneTransform,
    SpacingProvenance,
)
from HipLandmarksLib.training.augmentation import Augmentation
from HipLandmarksLib.training.labels import LabelledSlice, PointLabel
from HipLandmarksLib.training.objective import LossSettings, Objective
from HipLandmarksLib.training.pools import Pools
from HipLandmarksLib.training.resampling import resampled
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
    return Sampler(CHANNELS, (96, 128), Augmentation(**{**GEOMETRY_ONLY, **changes}))


def drawn(batch):
    """(column, row) of every landmark that is in the crop."""
    placed = (batch.weight[0] > 0) & (batch.absent[0] == 0)
    return batch.points[0][placed]


def centroid(image, around, reach):
    """Grey-value centroid (column, row) of a smooth blob on a background of zero."""
    column, row = np.round(around).astype(int)
    rows = np.arange(max(0, row - reach), min(image.shape[0], row + reach + 1))
    columns = np.arange(max(0, column - reach), min(image.shape[1], column + reach + 1))
    part = image[np.ix_(rows, columns)].astype(float)
    return np.array([(part.sum(axis=0) * columns).sum(), (part.sum(axis=1) * rows).sum()]) / (
        part.sum()
    )


BLOB_SIGMA = 3.0
WHOLE_RANGE = Preprocessing(low_percentile=0, high_percentile=100)
"""1.2 mm pixels stay as they are, and the background becomes -1, as outside of the image."""


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000), st.sampled_from(["robust", "paper1", "paper2", "none"]))
def test_the_image_goes_where_its_points_go(seed, name):
    """The centroid of a blob in the crop is the point; mapped back it is where it was drawn."""
    rng = np.random.default_rng(seed)
    at = (float(rng.uniform(45, 75)), float(rng.uniform(40, 56)))
    image = labelled({RIGHT_FHC: PointLabel(at)}, blob=at)
    prepared = prepare(image, WHOLE_RANGE)
    shapes_only = replace(Augmentation.named(name), **GEOMETRY_ONLY)
    plane, _ = shapes_only.geometry(prepared.plane, prepared.centre, (96, 128), rng)
    point = plane.forward(at)
    assert np.abs(plane.backward(point) - at).max() < 1e-9  # the bar is 0.02 px
    reach = 14
    if not all(reach < p < side - reach - 1 for p, side in zip(point, (128, 96), strict=True)):
        return
    crop = resampled(prepared.pixels, plane, fill=-1.0) + 1
    assert np.abs(plane.backward(centroid(crop, point, reach)) - at).max() < 0.05


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000), st.sampled_from(["robust", "paper1", "paper2"]))
def test_a_batch_holds_image_and_points_that_belong_together(seed, name):
    """Through all of the recipe's shapes, and the mirror that exchanges the sides."""
    prepared = prepare(labelled({RIGHT_FHC: PointLabel((30.4, 40.7))}), WHOLE_RANGE)
    recipe = replace(Augmentation.named(name), **GEOMETRY_ONLY)
    batch = Sampler(CHANNELS, (96, 128), recipe).batch([prepared], np.random.default_rng(seed))
    reach = 14
    for point in drawn(batch):
        if all(reach < p < side - reach - 1 for p, side in zip(point, (128, 96), strict=True)):
            found = centroid(batch.images[0, 0] + 1, point, reach)
            assert np.abs(found - point).max() < 0.05


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000), st.floats(0.4, 1.7))
def test_a_crop_is_what_the_preprocessing_of_a_detection_would_give(seed, scale):
    """Equal to the plain warp that detection uses, whatever lies outside of the image."""
    rng = np.random.default_rng(seed)
    pixels = rng.uniform(-1, 1, (int(rng.integers(20, 90)), int(rng.integers(20, 90))))
    pixels = pixels.astype(np.float32)
    plane = PlaneTransform.identity(pixels.shape).resized(scale, scale)
    centre = (float(rng.uniform(-30, 100)), float(rng.uniform(-30, 100)))
    plane, _ = Augmentation().geometry(plane, centre, (48, 64), rng)
    difference = np.abs(resampled(pixels, plane, -1.0) - plane.warp(pixels, fill=-1.0))
    # a sample on the outermost pixel centre may fall on either side of the rim by rounding
    assert (difference > 1e-3).mean() < 2e-3


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


def test_a_point_that_the_crop_leaves_out_is_absent():
    far = labelled({RIGHT_FHC: PointLabel((30, 40)), (Side.RIGHT, "NA"): PointLabel((500, 40))})
    batch = sampler(mirror=0.0, shift_px=0.0).batch(
        [prepare(far, Preprocessing())], np.random.default_rng(0)
    )
    assert batch.absent[0].tolist() == [0, 1, 0, 0]


def limb_targets(labels):
    """Field and weight of a limb FHC-NA of the right side in an unaugmented crop."""
    limbs = LimbChannels(CHANNELS, ((0, 1),))
    sampled = Sampler(CHANNELS, (96, 128), Augmentation.none()).batch(
        [prepare(labelled(labels), Preprocessing())], np.random.default_rng(0)
    )
    truth = Objective(LossSettings(), limbs, 2.0).truth(sampled, "cpu", with_fields=True)
    return truth.maps[0, 1], truth.fields[0, 0], truth.field_weight[0, 0].item()


@pytest.mark.parametrize(
    ("end", "annotated"),
    [(PointLabel((500.0, 40.0)), 1), (PointLabel(None), 1), (None, 0)],
    ids=["outside the image", "absent", "not annotated"],
)
def test_a_limb_is_absent_or_masked_as_its_end_is(end, annotated):
    """Absent, or outside: a zero map and a zero field are learned. Not annotated: nothing is."""
    labels = {RIGHT_FHC: PointLabel((60.0, 48.0))}
    if end is not None:
        labels[(Side.RIGHT, "NA")] = end
    heatmap, field, weight = limb_targets(labels)
    assert heatmap.abs().sum() == 0 and field.abs().sum() == 0
    assert weight == annotated


def test_a_limb_with_both_ends_has_a_field():
    labels = {RIGHT_FHC: PointLabel((60.0, 48.0)), (Side.RIGHT, "NA"): PointLabel((50.0, 55.0))}
    heatmap, field, weight = limb_targets(labels)
    assert heatmap.sum().item() == pytest.approx(1) and weight == 1
    assert field.norm(dim=0).max().item() == pytest.approx(1)


def test_equal_seeds_draw_equal_batches():
    prepared = prepare(labelled({RIGHT_FHC: PointLabel((30, 40))}), Preprocessing())
    full = Sampler(CHANNELS, (96, 128), Augmentation())
    one, other = (full.batch([prepared], np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(one.images, other.images)
    assert np.array_equal(one.points, other.points)


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
