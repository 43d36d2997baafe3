"""What a model with fields and presence head says of a landmark that is not where it seems."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from HipLandmarksLib.anatomy import LandmarkState, Side
from HipLandmarksLib.detection import (
    BundleCard,
    Channels,
    Decoder,
    Detector,
    LimbChannels,
    PartnerBelief,
    Preprocessing,
)
from HipLandmarksLib.detection.limb_scores import LEAST_PROJECTION
from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance
from HipLandmarksLib.networks import NetworkOutput, NetworkSpec
from HipLandmarksLib.training.fields import limb_fields

KEYS = ("FHC", "NA", "LAE", "LCP")
CHANNELS = Channels.of_keys(KEYS)
LIMBS = LimbChannels.of(CHANNELS)
SHAPE = (48, 64)
RIGHT = {"FHC": (20.0, 20.0), "NA": (10.0, 30.0), "LAE": (9.0, 8.0), "LCP": (6.0, 18.0)}
POINTS = {
    **{(Side.RIGHT, key): xy for key, xy in RIGHT.items()},
    **{(Side.LEFT, key): (SHAPE[1] - 1 - x, y) for key, (x, y) in RIGHT.items()},
}
COVERED = (Side.RIGHT, "LAE")
NETWORK = NetworkSpec("Unet", "resnet18", 3, (16, 16, 16), landmarks=8, limbs=len(LIMBS))


class ExactNetwork(torch.nn.Module):
    """Heatmaps at ``points``, fields and presence as if all of them but ``absent`` were there."""

    def __init__(self, points=POINTS, absent=(), fields=True, head=True, nowhere=()):
        super().__init__()
        places = torch.tensor([[points[id_] for id_ in CHANNELS.ids]])
        there = torch.tensor([[id_ not in absent for id_ in CHANNELS.ids]])
        rows, columns = torch.meshgrid(*(torch.arange(n) for n in SHAPE), indexing="ij")
        squares = (columns - places[..., :1, None]) ** 2 + (rows - places[..., 1:, None]) ** 2
        self.output = NetworkOutput(
            -squares / (2 * 2.0**2),
            torch.tensor([[30.0 if id_ in nowhere else -30.0 for id_ in CHANNELS.ids]]),
            limb_fields(places, there, LIMBS, SHAPE, 3.0) if fields else None,
            torch.where(there, 4.0, -4.0) if head else None,
        )

    def forward(self, images):
        own = self.output
        parts = (own.heatmaps, own.nowhere, own.fields, own.presence)
        size = len(images)
        return NetworkOutput(
            *(None if p is None else p.expand(size, *p.shape[1:]).clone() for p in parts)
        )


def detect(network, views="none", **changes):
    spec = NETWORK if network.output.fields is not None else replace(NETWORK, limbs=0)
    card = BundleCard(
        "t", "1", "", "MR", spec, CHANNELS, Preprocessing(4.0, multiple=8), Decoder(), **changes
    )
    matrix = np.diag([4.0, 1, -4.0, 1.0])
    matrix[:3, 1], matrix[:3, 2] = (0, 0, -4.0), (0, 5.0, 0)
    pixels = np.random.default_rng(1).uniform(0, 1, (1, *SHAPE)).astype(np.float32)
    calibration = Calibration(SpacingProvenance.PATIENT_PLANE)
    image = HipImage(pixels, matrix, Modality.MR, calibration, name="case")
    return Detector(network, card, "cpu").detect(image, slice_index=0, views=views)


def test_exact_fields_bear_every_landmark_out():
    detection = detect(ExactNetwork())
    for landmark in detection.landmarks.values():
        assert landmark.confidence == pytest.approx(1)
        assert landmark.evidence.limb_agreement > 0.99
        assert landmark.evidence.surprisal < 0.01
        assert landmark.evidence.presence_head == pytest.approx(1 / (1 + np.exp(-4)))
        assert landmark.evidence.not_assessable == ""
    assert len(detection.limbs) == len(LIMBS)
    assert all(score.projection > 0.99 for score in detection.limbs.values())


def test_a_landmark_that_is_not_there_is_told_by_its_limbs_though_its_heatmap_is_sure():
    found = detect(ExactNetwork(absent=[COVERED])).landmarks
    covered = found[COVERED]
    assert covered.confidence == pytest.approx(1)  # confidence stays what the heatmap says
    assert covered.state is LandmarkState.VISIBLE
    assert covered.evidence.limb_agreement == pytest.approx(LEAST_PROJECTION)
    assert covered.evidence.surprisal == pytest.approx(1)
    assert covered.evidence.presence_head == pytest.approx(1 / (1 + np.exp(4)))
    others = [point.evidence for id_, point in found.items() if id_ != COVERED]
    assert max(evidence.surprisal for evidence in others) < covered.evidence.surprisal / 2


def test_weighting_partners_by_presence_spares_the_neighbours_of_an_absent_landmark():
    network = ExactNetwork(absent=[COVERED])
    found = detect(network, limb_partners=PartnerBelief.PRESENCE).landmarks
    assert found[COVERED].evidence.surprisal == pytest.approx(1)
    others = [point.evidence for id_, point in found.items() if id_ != COVERED]
    assert max(evidence.surprisal for evidence in others) < 0.01  # in the second pass


def test_the_formula_of_paper_2_calls_both_kinds_certain():
    found = detect(ExactNetwork(absent=[COVERED])).landmarks
    for id_ in (COVERED, (Side.LEFT, "LAE")):
        assert found[id_].evidence.paper_uncertainty < 0.02


def test_a_point_found_elsewhere_is_not_borne_out():
    there = detect(ExactNetwork()).landmarks[COVERED].evidence
    network = ExactNetwork()
    moved = ExactNetwork({**POINTS, COVERED: (28.0, 40.0)})
    network.output = replace(network.output, heatmaps=moved.output.heatmaps)
    assert detect(network).landmarks[COVERED].evidence.surprisal > there.surprisal + 0.1


def test_the_average_with_the_mirror_image_says_the_same_of_a_symmetric_image():
    """Fields change sides and turn with the mirror; bilateral limbs would turn twice."""
    single, several = detect(ExactNetwork()), detect(ExactNetwork(), "mirror")
    for limb, score in single.limbs.items():
        assert several.limbs[limb].mean == pytest.approx(score.mean, abs=1e-4)


def test_a_landmark_whose_partners_are_nowhere_is_assessed_when_all_count_alike():
    partners = [(Side.LEFT, key) for key in ("FHC", "NA", "LCP")]
    evidence = detect(ExactNetwork(nowhere=partners)).landmarks[(Side.LEFT, "LAE")].evidence
    assert evidence.surprisal is not None and evidence.not_assessable == ""


def test_a_landmark_whose_partners_are_nowhere_is_not_assessable_by_their_presence():
    partners = [(Side.LEFT, key) for key in ("FHC", "NA", "LCP")]
    network = ExactNetwork(nowhere=partners)
    found = detect(network, limb_partners=PartnerBelief.PRESENCE).landmarks
    evidence = found[(Side.LEFT, "LAE")].evidence
    assert evidence.surprisal is None and evidence.paper_uncertainty is None
    assert "sure to be there" in evidence.not_assessable
    assert evidence.presence_head is not None


def test_limbs_that_vary_much_weigh_little():
    covered, head = [(Side.RIGHT, "LCP")], (Side.RIGHT, "FHC")
    noisy = tuple(100.0 if "LCP" in name else 0.01 for name in LIMBS.names)
    equal = detect(ExactNetwork(absent=covered)).landmarks[head].evidence
    weighted = detect(ExactNetwork(absent=covered), limb_variances=noisy).landmarks[head].evidence
    assert equal.limb_agreement < weighted.limb_agreement


def test_a_model_without_the_module_knows_no_more_than_its_heatmaps():
    detection = detect(ExactNetwork(fields=False, head=False))
    assert detection.limbs is None
    for landmark in detection.landmarks.values():
        evidence = landmark.evidence
        assert evidence.limb_agreement is evidence.surprisal is evidence.presence_head is None
        assert evidence.heatmap_presence == landmark.confidence
        assert evidence.template_match > 0.9


def test_an_absent_landmark_keeps_where_it_would_have_been_put():
    landmark = detect(ExactNetwork(absent=[COVERED])).landmarks[COVERED]
    assert landmark.state is LandmarkState.ABSENT
    assert landmark.position is None
    assert landmark.evidence.suppressed_position is not None
    assert landmark.covariance is not None


def test_a_presence_head_alone_says_nothing_of_limbs():
    detection = detect(ExactNetwork(fields=False))
    evidence = detection.landmarks[COVERED].evidence
    assert detection.limbs is None
    assert evidence.presence_head > 0.9 and evidence.surprisal is None
    assert evidence.not_assessable == ""


def test_an_absent_landmark_keeps_its_evidence():
    found = detect(ExactNetwork(absent=[COVERED], nowhere=[COVERED])).landmarks[COVERED]
    assert found.state is LandmarkState.ABSENT
    assert found.evidence.surprisal == pytest.approx(1)
