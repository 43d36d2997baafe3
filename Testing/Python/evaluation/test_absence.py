"""Every sign of absence that a model gives is put to the same test."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from HipLandmarksLib.anatomy import PresenceEvidence, Side
from HipLandmarksLib.evaluation import (
    AbsenceSign,
    AbsenceTest,
    Evaluation,
    EvaluationCase,
    LandmarkPair,
    Outcome,
    absence_tests,
    evaluate_run,
    summarise_presence,
)
from HipLandmarksLib.report.evaluation.tables import presence_table

Make = Callable[..., EvaluationCase]


def pair(
    outcome: Outcome, evidence: PresenceEvidence | None = None, confidence: float | None = None
) -> LandmarkPair:
    return LandmarkPair(
        "c", "p", Side.RIGHT, "LAE", outcome, confidence=confidence, evidence=evidence
    )


def by_sign(pairs: Sequence[LandmarkPair]) -> dict[AbsenceSign, AbsenceTest]:
    return {test.sign: test for test in absence_tests(pairs)}


THERE = [
    pair(Outcome.FOUND, PresenceEvidence(0.9, 0.9, 0.02, 0.09), 0.9),
    pair(Outcome.MISSED, PresenceEvidence(0.6, 0.5, 0.10, 0.35), 0.4),
]
ABSENT = [
    pair(Outcome.INVENTED, PresenceEvidence(0.7, 0.01, 0.67, 0.05), 0.8),
    pair(Outcome.RIGHTLY_ABSENT, PresenceEvidence(0.1, 0.001, 1.0, 0.006), 0.1),
]


def test_each_sign_has_the_hand_counted_auroc() -> None:
    """Four pairs of an absent landmark and one that is there, for every sign."""
    found = by_sign([*THERE, *ABSENT])
    assert {sign: test.auroc for sign, test in found.items()} == {
        AbsenceSign.CONFIDENCE: 0.75,  # 0.8 against 0.4 is the wrong way round
        AbsenceSign.PRESENCE_HEAD: 0.75,
        AbsenceSign.SURPRISAL: 1.0,
        AbsenceSign.PAPER_UNCERTAINTY: 0.0,  # certain where the fields say no
    }
    assert all((t.there, t.absent, t.not_assessed) == (2, 2, 0) for t in found.values())


def test_a_landmark_that_is_not_assessable_is_counted_apart_and_never_certain() -> None:
    alone = PresenceEvidence(0.9, not_assessable="none of its limbs can be measured")
    found = by_sign([*THERE, *ABSENT, pair(Outcome.INVENTED, alone)])
    surprisal, head = found[AbsenceSign.SURPRISAL], found[AbsenceSign.PRESENCE_HEAD]
    assert (surprisal.auroc, surprisal.absent, surprisal.not_assessed) == (1.0, 2, 1)
    assert (head.absent, head.not_assessed) == (3, 0)


def test_signs_that_no_prediction_gives_are_not_tested() -> None:
    assert list(by_sign([pair(Outcome.FOUND, confidence=0.9)])) == [AbsenceSign.CONFIDENCE]
    assert by_sign([pair(Outcome.FOUND)]) == {}


def test_without_absent_landmarks_there_is_no_auroc() -> None:
    assert by_sign(THERE)[AbsenceSign.SURPRISAL].auroc is None


def test_the_summary_keeps_the_auroc_by_confidence() -> None:
    assert summarise_presence([*THERE, *ABSENT]).auroc_absence == 0.75
    assert summarise_presence([pair(Outcome.FOUND)]).auroc_absence is None


def with_evidence(case: EvaluationCase, evidence: PresenceEvidence) -> EvaluationCase:
    predicted = case.predicted
    for landmark in list(predicted.values()):
        predicted = predicted.with_landmark(replace(landmark, evidence=evidence))
    return replace(case, predicted=predicted)


@pytest.fixture
def evaluation(make_case: Make) -> Evaluation:
    """One patient with all landmarks, one without any; the fields tell them apart."""
    places = {"FHC": (0.0, 0.0), "NA": (30.0, -25.0)}
    there = make_case("p1", places, places, confidence=0.5)
    absent = make_case("p2", places, dict.fromkeys(places), confidence=0.5)
    cases = [
        with_evidence(there, PresenceEvidence(0.9, 0.9, 0.02, 0.09)),
        with_evidence(absent, PresenceEvidence(0.1, 0.01, 0.67, 0.05)),
    ]
    return Evaluation((evaluate_run(cases, "run"),))


def test_the_json_names_every_sign_and_every_landmarks_evidence(evaluation: Evaluation) -> None:
    (run,) = json.loads(json.dumps(evaluation.to_dict(), allow_nan=False))["runs"]
    aurocs = {test["sign"]: test["auroc"] for test in run["presence"]["absence"]}
    assert aurocs == {
        "confidence": 0.5,
        "presence head": 1.0,
        "surprisal of the limbs": 1.0,
        "uncertainty of paper 2": 0.0,
    }
    assert {point["evidence"]["surprisal"] for point in run["points"]} == {0.02, 0.67}


def test_the_report_shows_every_sign(evaluation: Evaluation) -> None:
    html = presence_table(evaluation.first)
    for sign in AbsenceSign:
        assert f"AUROC for absence by {sign.value}" in html
    assert "4 there, 4 absent" in html
