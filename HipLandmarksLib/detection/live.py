"""Doubt that follows a point while it is dragged. Numpy only: no network is asked again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..anatomy import HipLandmarkId, HipLandmarks, Landmark, LandmarkId, SourceKind
from ..uncertainty import NOT_CALIBRATED, Calibration, is_calibrated, predicted_place, whitening
from .limb_scores import LimbScore, LimbState, line_scores
from .limbs import LimbId
from .partners import LimbAgreement, believed_agreement
from .region_maps import RegionMaps

_NO_FIELDS = "the model has no fields between landmarks"
_NO_MAPS = "the model's maps of this place were not kept"


@dataclass(frozen=True)
class PointDoubt:
    """What the model says of a point that lies where it lies now.

    Attributes:
        agreement: how far the limbs bear it out; None with a reason when not assessable.
        outside: whether it lies outside the model's region; None when there is no region.
        reason: why there is no region; "" otherwise.
    """

    agreement: LimbAgreement
    outside: bool | None
    reason: str = ""


@dataclass(frozen=True)
class LiveChange:
    """What a change of points brought about.

    Attributes:
        limbs: limbs that were scored again.
        landmarks: those that were changed, and those whose agreement is another now.
    """

    limbs: Mapping[LimbId, LimbScore]
    landmarks: Mapping[LandmarkId, PointDoubt]


class LiveDoubt:
    """A model's opinion of points that people move. Research software, not a medical device.

    It keeps where the points are; each change scores only the limbs that it touches. A point that
    was placed by a person is there; one that the model reports absent is still looked at where the
    model would have put it; one that a person calls absent bears nobody out.
    """

    def __init__(
        self,
        maps: Sequence[RegionMaps],
        model: HipLandmarks,
        ijk_to_lps: NDArray[np.float64],
        calibration: Calibration | None = None,
        level: float | None = None,
    ) -> None:
        """Nobody has moved a point yet: the first :meth:`follow` should name all of them.

        Args:
            maps: of the detection.
            model: its landmarks, LPS mm.
            ijk_to_lps: 4x4 of the image.
            calibration: of the model; without it there are no regions.
            level: coverage of the regions; None for that of the calibration.
        """
        self._to_ijk = np.linalg.inv(np.asarray(ijk_to_lps, dtype=np.float64))
        self._regions = [_Region(each) for each in maps]
        self._model = model
        self._regional = {id_: _ModelRegion.of(id_, model, calibration, level) for id_ in model}

    def follow(self, landmarks: HipLandmarks, changed: Collection[LandmarkId]) -> LiveChange:
        """Score what a change touches.

        Args:
            landmarks: all points as they are now, LPS mm.
            changed: which of them were moved, placed or taken away since the last call.
        """
        limbs: dict[LimbId, LimbScore] = {}
        doubts: dict[LandmarkId, PointDoubt] = {}
        points = {id_: self._point(landmarks, id_) for id_ in changed}
        for region in self._regions:
            scored, agreements = region.follow(points)
            limbs |= scored
            doubts |= {
                id_: self._doubt(landmarks, id_, agreement) for id_, agreement in agreements.items()
            }
        for left in set(changed) - doubts.keys():
            doubts[left] = self._doubt(landmarks, left, LimbAgreement(None, _NO_MAPS))
        return LiveChange(limbs, doubts)

    def _point(self, landmarks: HipLandmarks, id_: LandmarkId) -> _Point:
        landmark = landmarks.items_.get(id_)
        by_model = landmark is not None and landmark.source.kind is SourceKind.MODEL
        place = None if landmark is None else landmark.position
        if landmark is not None and place is None and by_model:
            place = predicted_place(self._model.items_.get(id_, landmark))
        if landmark is None or place is None:
            return _Point(None, 0.0)
        ijk = self._to_ijk[:3, :3] @ place + self._to_ijk[:3, 3]
        return _Point(ijk[:2], _raw_presence(landmark) if by_model else 1.0)

    def _doubt(
        self, landmarks: HipLandmarks, id_: LandmarkId, agreement: LimbAgreement
    ) -> PointDoubt:
        landmark, region = landmarks.items_.get(id_), self._regional.get(id_)
        if landmark is None or landmark.position is None:
            return PointDoubt(agreement, None, "the point has no position")
        if region is None:
            return PointDoubt(agreement, None, "the model does not look for this point")
        return PointDoubt(agreement, region.leaves_out(landmark.position), region.reason)


@dataclass(frozen=True, eq=False)
class _Point:
    """(i, j) of a point in the image, None when it is not there, and how sure it is there."""

    ij: NDArray[np.float64] | None
    presence: float


@dataclass(frozen=True, eq=False)
class _ModelRegion:
    """Where the model would have a landmark.

    Attributes:
        place: centre, LPS mm.
        whitening: (k, 3); turns offsets in mm into standard deviations. None without a region.
        radius: of the region in standard deviations; None without one.
        reason: why there is none.
    """

    place: tuple[float, float, float] | None
    whitening: NDArray[np.float64] | None
    radius: float | None
    reason: str

    @classmethod
    def of(
        cls,
        id_: LandmarkId,
        model: HipLandmarks,
        calibration: Calibration | None,
        level: float | None,
    ) -> _ModelRegion:
        landmark = model[id_]
        place = predicted_place(landmark)
        if calibration is None:
            return cls(None, None, None, NOT_CALIBRATED)
        if place is None or landmark.covariance is None or not is_calibrated(landmark):
            return cls(None, None, None, "the model gives no calibrated position")
        region = calibration.region(id_[1], level)
        return cls(place, whitening(landmark.covariance), region.radius, region.reason)

    def leaves_out(self, position: Sequence[float]) -> bool | None:
        """Whether a position (LPS mm) lies outside."""
        if self.radius is None or self.place is None or self.whitening is None:
            return None
        deviations = self.whitening @ np.subtract(position, self.place)
        return bool(deviations @ deviations > self.radius**2)


class _Region:
    """The limbs of one region and where their ends lie in it."""

    def __init__(self, maps: RegionMaps) -> None:
        self._maps = maps
        self._place = {id_: number for number, id_ in enumerate(maps.ids)}
        self._limbs = maps.limb_channels
        self._ends = np.array(self._limbs.pairs, dtype=np.intp).reshape(-1, 2)
        count = len(maps.ids)
        self._xy: NDArray[np.float64] = np.full((count, 2), np.nan)
        self._presence = np.zeros(count)
        self._scores = [LimbScore(LimbState.NO_POINT)] * len(maps.limbs)
        self._agreements: dict[HipLandmarkId, LimbAgreement] = {}

    def follow(
        self, points: Mapping[LandmarkId, _Point]
    ) -> tuple[dict[LimbId, LimbScore], dict[HipLandmarkId, LimbAgreement]]:
        """Limbs that were scored again, and agreements of what was moved or is judged anew."""
        moved = {self._place[id_]: p for id_, p in points.items() if id_ in self._place}
        if not moved:
            return {}, {}
        for number, point in moved.items():
            self._presence[number] = point.presence
            self._xy[number] = np.nan if point.ij is None else self._maps.plane.forward(point.ij)
        touched = [n for n, pair in enumerate(self._limbs.pairs) if moved.keys() & set(pair)]
        self._score(touched)
        before, self._agreements = self._agreements, self._agreed()
        judged = {
            id_: agreement
            for id_, agreement in self._agreements.items()
            if id_ in points or agreement != before.get(id_)
        }
        return {self._maps.limbs[n]: self._scores[n] for n in touched if self._is_own(n)}, judged

    def _is_own(self, limb: int) -> bool:
        """A limb between the hips is scored where its start was read."""
        return self._maps.limbs[limb][0][0] in self._maps.sides

    def _score(self, touched: Sequence[int]) -> None:
        """Score these limbs again."""
        starts, ends = (self._xy[self._ends[touched, k]] for k in (0, 1))
        there = ~np.asarray(np.isnan(starts + ends).any(axis=1))
        gone = [LimbScore(LimbState.NO_POINT)] * len(touched)
        fields = self._maps.fields
        scores = gone if fields is None else line_scores(fields, starts, ends, touched)
        for place, n in enumerate(touched):
            self._scores[n] = scores[place] if there[place] else gone[place]

    def _agreed(self) -> dict[HipLandmarkId, LimbAgreement]:
        """What the limbs say of every landmark that was read here."""
        maps = self._maps
        if maps.fields is None:
            found = [LimbAgreement(None, _NO_FIELDS)] * len(maps.ids)
        else:
            found = believed_agreement(
                self._scores, self._presence.tolist(), self._limbs, maps.variances, maps.partners
            )
        pairs = zip(maps.ids, found, strict=True)
        return {id_: agreement for id_, agreement in pairs if id_[0] in maps.sides}


def _raw_presence(landmark: Landmark) -> float:
    """Presence as the network states it, which is what its limbs were weighed with."""
    raw = None if landmark.evidence is None else landmark.evidence.heatmap_presence
    known = landmark.confidence if raw is None else raw
    return 1.0 if known is None else known
