"""What is usual for the limbs of a model, and how far a limb is beyond it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from HipLandmarksLib.errors import UncertaintyError
from HipLandmarksLib.uncertainty import (
    AgreementObservation,
    Calibration,
    CalibrationProvenance,
    UsualAgreement,
    UsualSurprisal,
    fit_agreement,
)

PLAIN = UsualSurprisal(0.10, 0.20, 100)
LIMB = "FHC-NA"


def surprisal(agreement: float) -> float:
    return float(np.log(agreement) / np.log(1e-3))


def observed(part: str, count: int, seed: int = 1) -> list[AgreementObservation]:
    values = np.random.default_rng(seed).uniform(0.0, 0.2, count)
    return [AgreementObservation(part, float(value)) for value in values]


def test_within_the_usual_there_is_nothing_to_say():
    assert PLAIN.excess(0.0) == PLAIN.excess(0.10) == PLAIN.excess(0.20) == 0.0


def test_half_the_least_usual_agreement_is_a_doubt_of_one_half():
    least = np.exp(0.20 * np.log(1e-3))
    assert PLAIN.excess(surprisal(least / 2)) == pytest.approx(0.5)
    assert PLAIN.excess(surprisal(least / 10)) == pytest.approx(0.9)


def test_images_that_dull_all_fields_by_a_third_are_as_usual():
    alike = UsualSurprisal(0.10, 0.101, 100)
    middle = np.exp(0.10 * np.log(1e-3))
    assert alike.excess(surprisal(0.67 * middle)) == 0.0
    assert alike.excess(surprisal(0.60 * middle)) > 0.05


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_doubt_grows_with_surprisal_and_stays_a_share(a, b, first, second):
    usual = UsualSurprisal(min(a, b), max(a, b), 30)
    less, more = sorted((first, second))
    assert 0.0 <= usual.excess(less) <= usual.excess(more) <= 1.0


def test_each_part_has_its_own_usual_and_rare_ones_that_of_all():
    found = fit_agreement([*observed(LIMB, 400), *observed("TD-ISCH", 5, seed=2)])
    assert set(found.parts) == {LIMB}
    assert found.of(LIMB).middle == pytest.approx(0.1, abs=0.02)
    assert found.of(LIMB).edge == pytest.approx(0.19, abs=0.01)
    assert found.of("TD-ISCH") is found.others and found.others.count == 405


def test_too_few_cases_are_refused():
    with pytest.raises(UncertaintyError, match="at least 20"):
        fit_agreement(observed(LIMB, 19))


def test_the_usual_is_kept_with_the_calibration_and_earlier_ones_have_none():
    told = CalibrationProvenance("test", 9, 9, "2000-01-01")
    known = Calibration(told, agreement=fit_agreement(observed(LIMB, 50)))
    again = Calibration.from_dict(known.to_dict())
    assert isinstance(again.agreement, UsualAgreement)
    assert again.agreement.of(LIMB).edge == pytest.approx(known.agreement.of(LIMB).edge, abs=1e-4)
    earlier = {name: part for name, part in known.to_dict().items() if name != "agreement"}
    assert Calibration.from_dict(earlier).agreement is None


@pytest.mark.parametrize("damaged", [{}, {"": [0.1, 0.2]}, {"": [0.3, 0.2, 5]}, {"": "?"}, []])
def test_a_damaged_record_is_refused(damaged):
    told = CalibrationProvenance("test", 9, 9, "2000-01-01")
    data = {**Calibration(told).to_dict(), "agreement": damaged}
    with pytest.raises(UncertaintyError):
        Calibration.from_dict(data)
