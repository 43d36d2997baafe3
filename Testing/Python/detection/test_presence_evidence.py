"""What a model with fields and presence head says of a landmark that is not where it seems."""

from dataclasses import replace

import numpy as np
import pytest
from exact_network import COVERED, LIMBS, POINTS, ExactNetwork, exact_detector, exact_image

from HipLandmarksLib.anatomy import LandmarkState, Side
from HipLandmarksLib.detection import (
    PartnerBelief,
)
from HipLandmarksLib.detection.limb_scores import LEAST_PROJECTION


def detect(network, views="none", **changes):
    return exact_detector(network, **changes).detect(exact_image(), slice_index=0, views=views)


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
    there = detect(ExactNetwork()).landmarks[COVERED]
    absent = detect(ExactNetwork(nowhere=[COVERED])).landmarks[COVERED]
    assert absent.state is LandmarkState.ABSENT
    assert absent.position is None
    assert absent.evidence.suppressed_position == pytest.approx(there.position, abs=0.01)
    assert np.array(absent.covariance) == pytest.approx(np.array(there.covariance), abs=0.01)
    assert there.evidence.suppressed_position is None


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
