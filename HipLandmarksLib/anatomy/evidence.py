"""What speaks for or against a landmark: signs of its presence, and how far off it may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from math import isfinite
from typing import Any


class ErrorBin(str, Enum):
    """How far off a point is expected to be, in three grades.

    The grades are those of the model's calibration, which measured the error in each of them.
    """

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


_ALWAYS_TOLD = ("presence_head", "limb_agreement", "surprisal", "paper_uncertainty")
_NUMBERS = (
    *_ALWAYS_TOLD,
    "heatmap_presence",
    "peak",
    "template_match",
    "entropy",
    "expected_error_mm",
    "expected_error_percent",
)


@dataclass(frozen=True)
class PresenceEvidence:
    """What a model knows of a landmark beside its position and the probability of its presence.

    The signs of presence are raw: what they amount to is the ``confidence`` of the landmark once
    the model is calibrated.

    Attributes:
        presence_head: probability of presence by a head of its own, in [0, 1]; None without it.
        limb_agreement: how far the part affinity fields between this and its neighbouring
            landmarks bear it out, in [0, 1]; None without fields, or when not assessable.
        surprisal: log(limb_agreement) / log(eps), 0 (borne out) to 1; None as above.
        paper_uncertainty: -w log(w + eps) of paper 2 for w = limb_agreement; None as above.
        not_assessable: why a model with fields does not say how far they bear it out; "" when it
            does, and without fields.
        heatmap_presence: probability of presence by the heatmap (1 - "nowhere") before any
            calibration, in [0, 1].
        peak: height of the heatmap's mode relative to a perfect answer, in [0, 1].
        template_match: normalised cross-correlation of the heatmap about its mode with the
            Gaussian of the training, in [-1, 1].
        entropy: of the heatmap's places relative to a uniform map, in [0, 1].
        expected_error_mm: mean distance in mm from the true place that the calibrated covariance
            stands for; None without calibration, or where the image has no millimetres.
        expected_error_percent: the same in per cent of the femoral head's diameter, for models
            that were calibrated in it.
        error_bin: grade of the expected error; None without calibration.
        suppressed_position: (x, y, z) in LPS mm where the model would have put a point that is
            reported absent; the landmark's covariance then is that of this position.

    Raises:
        ValueError: when a number is not finite.
    """

    presence_head: float | None = None
    limb_agreement: float | None = None
    surprisal: float | None = None
    paper_uncertainty: float | None = None
    not_assessable: str = ""
    heatmap_presence: float | None = None
    peak: float | None = None
    template_match: float | None = None
    entropy: float | None = None
    expected_error_mm: float | None = None
    expected_error_percent: float | None = None
    error_bin: ErrorBin | None = None
    suppressed_position: tuple[float, float, float] | None = None

    def __post_init__(self) -> None:
        for name, value in self.numbers().items():
            if value is not None and not isfinite(value):
                raise ValueError(f"The evidence {name} of a landmark must be finite, got {value}.")
        place = self.suppressed_position
        if place is not None and not (len(place) == 3 and all(isfinite(v) for v in place)):
            raise ValueError(f"A suppressed position needs three finite numbers, got {place}.")

    def numbers(self) -> dict[str, float | None]:
        """The numbers by name, without reason, grade and position."""
        return {name: getattr(self, name) for name in _NUMBERS}

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; inverse of :meth:`from_dict`. Later signs are left out when unknown."""
        numbers = {
            name: value
            for name, value in self.numbers().items()
            if value is not None or name in _ALWAYS_TOLD
        }
        data: dict[str, Any] = {**numbers, "not_assessable": self.not_assessable}
        if self.error_bin is not None:
            data["error_bin"] = self.error_bin.value
        if self.suppressed_position is not None:
            data["suppressed_position"] = list(self.suppressed_position)
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PresenceEvidence:
        """Read :meth:`to_dict`; signs that a file does not hold are not known.

        Raises:
            ValueError: when a sign is no finite number, or grade or position are damaged.
        """
        given = {name: data[name] for name in _NUMBERS if data.get(name) is not None}
        for name, value in given.items():
            _check_number(f"the evidence {name}", value)
        return cls(
            **given,
            not_assessable=str(data.get("not_assessable", "")),
            error_bin=_error_bin(data.get("error_bin")),
            suppressed_position=_position(data.get("suppressed_position")),
        )


def _check_number(what: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{what} must be a number, not {value!r}")


def _error_bin(word: object) -> ErrorBin | None:
    if word is None:
        return None
    if word not in [each.value for each in ErrorBin]:
        known = ", ".join(each.value for each in ErrorBin)
        raise ValueError(f"the grade of an expected error is one of {known}, not {word!r}")
    return ErrorBin(word)


def _position(values: object) -> tuple[float, float, float] | None:
    if values is None:
        return None
    if not isinstance(values, (list, tuple)) or len(values) != 3:
        raise ValueError(f"a suppressed position needs three numbers in mm, not {values!r}")
    for value in values:
        _check_number("a suppressed position in mm", value)
    x, y, z = (float(value) for value in values)
    return (x, y, z)
