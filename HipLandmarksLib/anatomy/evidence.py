"""What speaks for or against the presence of a landmark, beside the model's confidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import isfinite
from typing import Any


@dataclass(frozen=True)
class PresenceEvidence:
    """Signs of a landmark's presence that some models give (the uncertainty module of paper 2).

    None of them is a calibrated probability except in name: ``presence_head`` is trained as one.

    Attributes:
        presence_head: probability of presence by a head of its own, in [0, 1]; None without it.
        limb_agreement: how far the part affinity fields between this and its neighbouring
            landmarks bear it out, in [0, 1]; None without fields, or when not assessable.
        surprisal: log(limb_agreement) / log(eps), 0 (borne out) to 1; None as above.
        paper_uncertainty: -w log(w + eps) of paper 2 for w = limb_agreement; None as above.
        not_assessable: why a model with fields does not say how far they bear it out; "" when it
            does, and without fields.

    Raises:
        ValueError: when a number is not finite.
    """

    presence_head: float | None = None
    limb_agreement: float | None = None
    surprisal: float | None = None
    paper_uncertainty: float | None = None
    not_assessable: str = ""

    def __post_init__(self) -> None:
        for name, value in self.numbers().items():
            if value is not None and not isfinite(value):
                raise ValueError(f"The evidence {name} of a landmark must be finite, got {value}.")

    def numbers(self) -> dict[str, float | None]:
        """The signs by name, without the reason."""
        return {each.name: getattr(self, each.name) for each in fields(self)[:-1]}

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; inverse of :meth:`from_dict`."""
        return {**self.numbers(), "not_assessable": self.not_assessable}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PresenceEvidence:
        """Read :meth:`to_dict`; signs that a file does not hold are not known.

        Raises:
            ValueError: when a sign is no finite number.
        """
        names = cls().numbers()
        given = {name: data[name] for name in names if data.get(name) is not None}
        for name, value in given.items():
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise ValueError(f"the evidence {name} must be a number, not {value!r}")
        return cls(**given, not_assessable=str(data.get("not_assessable", "")))
