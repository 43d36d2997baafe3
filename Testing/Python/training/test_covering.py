"""What a patch hides is absent, what it leaves is not, and a patch alone means nothing."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.detection import Channels, LimbChannels
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance
from HipLandmarksLib.training import (
    TrainingConfig,
    cover,
    load_data,
    with_covered,
)
from HipLandmarksLib.training.covering import EVIDENCE_MM
from HipLandmarksLib.training.fields import limb_fields, limb_weights
from HipLandmarksLib.training.labels import LabelledSlice, PointLabel

PIXEL_MM = 2.4
POINTS = {
    (Side.RIGHT, "FHC"): (27.5, 40.0),
    (Side.RIGHT, "LAE"): (18.5, 31.0),
    (Side.RIGHT, "SHP"): (20.0, 70.0),
    (Side.RIGHT, "SHD"): (22.0, 92.5),
    (Side.LEFT, "FHC"): (92.5, 41.0),
    (Side.LEFT, "LAE"): (101.5, 32.0),
    (Side.LEFT, "SHP"): (100.0, 71.0),
}
"""(column, row); the left SHD is not annotated."""


@pytest.fixture(scope="module")
def intact():
    """Three slices of noise, the middle one labelled."""
    pixels = np.random.default_rng(0).integers(200, 1000, (3, 110, 120)).astype(np.int16)
    matrix = np.array([[PIXEL_MM, 0, 0, 0], [0, 0, 5, 0], [0, -PIXEL_MM, 0, 0], [0, 0, 0, 1.0]])
    image = HipImage(pixels, matrix, Modality.MR, Calibration(SpacingProvenance.PATIENT_PLANE))
    labels = {id_: PointLabel(ij, 0.7) for id_, ij in POINTS.items()}
    return LabelledSlice("a", image, 1, labels)


def damaged(intact, seed):
    return cover(intact, np.random.default_rng(seed))


def changed(intact, made):
    """Mask of the pixels that the damage changed."""
    return made.image.pixels[1] != intact.image.pixels[1]


def state(made, id_):
    label = made.labels.get(id_)
    return "in doubt" if label is None else "absent" if label.ij is None else "seen"


def neighbourhood(mask, ij, radius_mm):
    """Values of ``mask`` within ``radius_mm`` of (column, row)."""
    rows, columns = np.indices(mask.shape)
    return mask[np.hypot(columns - ij[0], rows - ij[1]) * PIXEL_MM <= radius_mm]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_all_evidence_of_an_absent_landmark_is_gone(intact, seed):
    made = damaged(intact, seed)
    mask = changed(intact, made)
    for id_, ij in POINTS.items():
        if state(made, id_) == "absent":
            # a border passes nearer to the point than a patch does: the point itself is outside
            evidence = neighbourhood(mask, ij, EVIDENCE_MM[id_[1]] - 2 * PIXEL_MM)
            assert evidence.mean() > 0.9 or mask[round(ij[1]), round(ij[0])]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_landmark_that_is_still_seen_keeps_its_label_and_its_pixels(intact, seed):
    made = damaged(intact, seed)
    mask = changed(intact, made)
    for id_, ij in POINTS.items():
        if state(made, id_) == "seen":
            assert made.labels[id_] == intact.labels[id_]
            assert not mask[round(ij[1]), round(ij[0])] or small_change(intact, made, ij)


def small_change(intact, made, ij):
    """The faint end of a blooming edge."""
    row, column = round(ij[1]), round(ij[0])
    before, after = (s.image.pixels[1, row, column].astype(float) for s in (intact, made))
    return abs(after - before) < 200


def test_every_fate_and_every_kind_of_damage_occurs(intact):
    fates, idle = [], 0
    for seed in range(60):
        made = damaged(intact, seed)
        found = [state(made, id_) for id_ in POINTS]
        fates += found
        idle += set(found) == {"seen"} and changed(intact, made).sum() > 80
    assert 10 < fates.count("in doubt") < fates.count("absent") < fates.count("seen")
    assert idle >= 6  # patches and borders that hide nothing


def test_only_the_labelled_slice_of_a_copy_is_damaged(intact):
    before = intact.image.pixels.copy()
    made = damaged(intact, 3)
    assert np.array_equal(intact.image.pixels, before)
    assert np.array_equal(made.image.pixels[[0, 2]], before[[0, 2]])
    assert not np.array_equal(made.image.pixels[1], before[1])
    assert made.image.pixels.dtype == before.dtype
    assert (made.case, made.index) == (intact.case, intact.index)


def test_what_is_not_annotated_or_absent_stays_so(intact):
    unknown = (Side.LEFT, "SHD")
    absent = replace(intact, labels={**intact.labels, (Side.RIGHT, "NA"): PointLabel(None)})
    for seed in range(20):
        made = damaged(absent, seed)
        assert unknown not in made.labels
        assert made.labels[(Side.RIGHT, "NA")].ij is None


def test_a_slice_without_any_seen_landmark_is_damaged_too(intact):
    empty = replace(intact, labels={id_: PointLabel(None) for id_ in POINTS})
    for seed in range(20):
        assert damaged(empty, seed).labels == empty.labels


def test_equal_seeds_damage_alike_and_a_share_of_the_slices(intact):
    one, other = (with_covered([intact] * 40, 0.5, 9) for _ in range(2))
    for a, b in zip(one, other, strict=True):
        assert np.array_equal(a.image.pixels, b.image.pixels) and a.labels == b.labels
    assert 10 <= sum(made is not intact for made in one) <= 30
    assert with_covered([intact] * 3, 0.0, 9) == [intact] * 3
    assert all(made is not intact for made in with_covered([intact] * 5, 1.0, 9))


def test_fields_of_limbs_with_an_absent_end_are_taught_to_be_zero(intact):
    channels = Channels.of_keys(("FHC", "LAE", "SHP"))
    limbs, gone = LimbChannels.of(channels), channels.ids.index((Side.RIGHT, "FHC"))
    tried = (damaged(intact, seed) for seed in range(200))
    made = next(made for made in tried if state(made, channels.ids[gone]) == "absent")
    labels = [made.labels.get(id_) for id_ in channels.ids]
    weight = torch.tensor([[0.0 if label is None else label.weight for label in labels]])
    absent = torch.tensor([[float(label is not None and label.ij is None) for label in labels]])
    places = [(0.0, 0.0) if label is None or label.ij is None else label.ij for label in labels]
    placed = (weight > 0) & (absent == 0)
    fields = limb_fields(torch.tensor([places]), placed, limbs, (110, 120), 3.0)
    touching = [number for number, pair in enumerate(limbs.pairs) if gone in pair]
    assert touching and absent[0, gone] == 1
    assert fields[0, touching].abs().sum() == 0
    assert (limb_weights(weight, absent, limbs)[0, touching] > 0).all()


def test_a_training_covers_the_share_it_is_told_to(tmp_path):
    config = TrainingConfig(tmp_path, phantom_share=1.0, phantom_slices=2, covered_share=1.0)
    covered = load_data(config).simulated
    plain = load_data(replace(config, covered_share=0.0)).simulated
    same = [
        np.array_equal(a.image.pixels, b.image.pixels) for a, b in zip(covered, plain, strict=True)
    ]
    assert sum(same) == 0
    assert config.same_as(config.to_dict()) and not config.same_as(
        replace(config, covered_share=0.0).to_dict()
    )


def test_a_run_of_an_earlier_release_was_not_covered(tmp_path):
    stored = TrainingConfig(tmp_path, phantom_share=1.0).to_dict()
    del stored["covered_share"]
    assert TrainingConfig(tmp_path, phantom_share=1.0).same_as(stored)


def test_a_share_outside_0_to_1_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match="covered_share"):
        TrainingConfig(tmp_path, phantom_share=1.0, covered_share=1.5)
