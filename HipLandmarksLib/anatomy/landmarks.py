"""``Landmark`` and ``HipLandmarks``: the points of one case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .evidence import PresenceEvidence
from .types import AnySide, Frame, LandmarkState, Side, Source, SourceKind

HipLandmarkId = tuple[Side, str]
"""(side, key) of a point of one hip."""

LandmarkId = tuple[AnySide, str]
"""(side or midline, key); the points of a list are numbered: RIM1, RIM2, ..., AW1, ..."""


@dataclass(frozen=True)
class Landmark:
    """One named point of one hip or of the midline.

    Attributes:
        side: the patient's side, or the midline.
        key: key of the landmark table, such as ``FHC``.
        position: (x, y, z) in LPS mm, or None when the state has no position.
        state: see :class:`LandmarkState`.
        source: who placed it.
        covariance: 3x3 covariance of the position in mm^2 (LPS axes), or None when unknown; of
            an absent landmark that of the position which was suppressed (see ``evidence``).
        confidence: probability in [0, 1] that the point is present, or None when unknown.
        note: free text, e.g. why a point is absent.
        evidence: further signs of presence that the model gives, or None.
    """

    side: AnySide
    key: str
    position: tuple[float, float, float] | None
    state: LandmarkState = LandmarkState.VISIBLE
    source: Source = field(default_factory=lambda: Source(SourceKind.READER))
    covariance: tuple[tuple[float, float, float], ...] | None = None
    confidence: float | None = None
    note: str = ""
    evidence: PresenceEvidence | None = None

    def __post_init__(self) -> None:
        if self.state.has_position:
            if self.position is None or not all(isfinite(v) for v in self.position):
                raise ValueError(
                    f"{self.side.word} {self.key} is {self.state.value} and needs three finite "
                    f"coordinates, got {self.position}."
                )
        elif self.position is not None:
            raise ValueError(
                f"{self.side.word} {self.key} is {self.state.value} and must not have a position."
            )
        self._check_doubt()

    def _check_doubt(self) -> None:
        rows = self.covariance
        if rows is not None and not all(isfinite(v) for row in rows for v in row):
            raise ValueError(f"The covariance of {self.side.word} {self.key} must be finite.")
        if self.confidence is not None and not isfinite(self.confidence):
            raise ValueError(f"The confidence of {self.side.word} {self.key} must be finite.")

    @property
    def id(self) -> LandmarkId:
        """(side, key)."""
        return (self.side, self.key)

    def point(self) -> NDArray[np.float64]:
        """Position as float64 array of shape (3,), LPS mm.

        Raises:
            ValueError: when the landmark has no position.
        """
        if self.position is None:
            raise ValueError(f"{self.side.word} {self.key} is {self.state.value}: no position.")
        return np.asarray(self.position, dtype=np.float64)

    def moved(self, position: Iterable[float], source: Source) -> Landmark:
        """The same landmark put at ``position`` (LPS mm) by ``source``: visible, no covariance."""
        x, y, z = (float(v) for v in position)
        return replace(
            self,
            position=(x, y, z),
            state=LandmarkState.VISIBLE,
            source=source,
            covariance=None,
            confidence=None,
            note="",
            evidence=None,
        )

    def absent(self, source: Source, note: str = "") -> Landmark:
        """The same landmark marked absent by ``source``."""
        return replace(
            self,
            position=None,
            state=LandmarkState.ABSENT,
            source=source,
            covariance=None,
            note=note,
            evidence=None,
        )


@dataclass(frozen=True)
class HipLandmarks(Mapping[LandmarkId, Landmark]):
    """All annotated points of one case, keyed by (side, key); immutable.

    A missing key is a point that nobody has looked at yet; see :class:`LandmarkState`.

    Attributes:
        items_: the landmarks by id (use the mapping interface to read).
        frame: always LPS mm inside the library.
        case_id: free identifier of the case.
    """

    items_: Mapping[LandmarkId, Landmark]
    frame: Frame = Frame.LPS
    case_id: str = ""

    @classmethod
    def of(cls, landmarks: Iterable[Landmark], case_id: str = "") -> HipLandmarks:
        """Build a case from landmarks.

        Raises:
            ValueError: when one (side, key) occurs twice.
        """
        items: dict[LandmarkId, Landmark] = {}
        for landmark in landmarks:
            if landmark.id in items:
                raise ValueError(f"{landmark.side.word} {landmark.key} is given twice.")
            items[landmark.id] = landmark
        return cls(items, case_id=case_id)

    def __getitem__(self, id_: LandmarkId) -> Landmark:
        return self.items_[id_]

    def __iter__(self) -> Iterator[LandmarkId]:
        return iter(self.items_)

    def __len__(self) -> int:
        return len(self.items_)

    def __hash__(self) -> int:
        return hash((self.case_id, frozenset(self.items_)))

    def side(self, side: AnySide) -> list[Landmark]:
        """The landmarks of one side or of the midline, in insertion order."""
        return [landmark for landmark in self.items_.values() if landmark.side is side]

    def series(self, side: AnySide, key: str) -> list[Landmark]:
        """The numbered points ``key`` + 1, 2, 3, ... of a list that have a position, in order.

        A point that was looked at and is not there is passed over; the first number that nobody
        has looked at ends the list.
        """
        found: list[Landmark] = []
        number = 1
        while (landmark := self.items_.get((side, f"{key}{number}"))) is not None:
            if landmark.position is not None:
                found.append(landmark)
            number += 1
        return found

    def position(self, side: AnySide, key: str) -> NDArray[np.float64] | None:
        """LPS mm position, shape (3,), or None when not annotated or without position."""
        landmark = self.items_.get((side, key))
        if landmark is None or landmark.position is None:
            return None
        return landmark.point()

    def with_landmark(self, landmark: Landmark) -> HipLandmarks:
        """A copy in which ``landmark`` replaces or joins the one of the same id."""
        return replace(self, items_={**self.items_, landmark.id: landmark})

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready representation; inverse of :meth:`from_dict`."""
        from .serialisation import landmarks_to_dict

        return landmarks_to_dict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> HipLandmarks:
        """Read what :meth:`to_dict` wrote.

        Raises:
            LandmarkFileError: when a field is missing or invalid.
        """
        from .serialisation import landmarks_from_dict

        return landmarks_from_dict(data)
