"""Two passes over a film: the whole of it, then each hip at its own scale as a right hip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ..anatomy import PresenceEvidence, Side
from ..errors import ImageError
from ..imaging import DISPLAYS, HipImage, PlaneTransform, with_orientation
from .card import BundleCard
from .channels import PROSTHESIS_KEY
from .decoding import DecodedPoint
from .evidence import LimbId, SliceEvidence
from .film_card import FilmSettings
from .film_frame import film_input, upright_film, whole_film_frame
from .film_hip import HipFit, fit_hip
from .film_refusal import NO_SIGNS, HipSigns
from .film_sides import display_is_known
from .limb_scores import LimbScore
from .map_reader import DecodedPoints, MapReader
from .sides import HEAD
from .views import View

_LEAST_HEAD_DISTANCE_MM = 60.0
"""Two femoral heads are never nearer; adult distances are 140 to 220 mm."""

_UPRIGHT = ("usual", "mirrored")


@dataclass(frozen=True, eq=False)
class FilmPoint:
    """A landmark as one of the passes sees it.

    Attributes:
        decoded: in the output pixels of ``plane``.
        plane: from stored pixels of the film.
        threshold: presence from which on the pass calls it present.
        evidence: further signs of presence, for models that give them.
    """

    decoded: DecodedPoint
    plane: PlaneTransform
    threshold: float
    evidence: PresenceEvidence | None = None


@dataclass(frozen=True, eq=False)
class FilmHip:
    """One hip as both passes see it.

    Attributes:
        points: every landmark of the model by key.
        signs: what speaks for a hip.
        prosthesis: probability that its femoral head is artificial; 0 when the model cannot tell.
        limbs: projection of every limb's field; None for models without fields.
    """

    points: Mapping[str, FilmPoint]
    signs: HipSigns
    prosthesis: float
    limbs: Mapping[LimbId, LimbScore] | None


class FilmModel:
    """A film model ready to run; both passes share one processor."""

    def __init__(self, whole: MapReader, hip: MapReader) -> None:
        """Join the reader of whole films and that of single hips."""
        assert whole.card.film is not None
        self._whole, self._hip = whole, hip
        self.settings: FilmSettings = whole.card.film

    @property
    def card(self) -> BundleCard:
        """Of the first pass, which is that of the model."""
        return self._whole.card

    def read(self, image: HipImage, views: Sequence[View]) -> dict[Side, FilmHip]:
        """The hips of a film by the side that they look like on the upright film.

        Args:
            image: a single image.
            views: that are averaged; the second pass leaves out mirrored ones.

        Raises:
            ImageError: when nothing on it looks like a hip.
        """
        hips = self._candidates(image, views)
        found = self._accepted(hips)
        if not found:
            raise ImageError(self._refusal(image, hips) + self._hint(image))
        return found

    def _accepted(self, hips: Mapping[Side, FilmHip]) -> dict[Side, FilmHip]:
        criteria = self.settings.criteria
        return {side: hip for side, hip in hips.items() if criteria.accept(hip.signs)}

    def _hint(self, image: HipImage) -> str:
        """Pictures are often stored turned; it is told which turn would do, and not guessed."""
        if display_is_known(image):
            return ""
        for name, (columns_to, rows_to) in DISPLAYS.items():
            if name not in _UPRIGHT:
                turned = with_orientation(image, columns_to, rows_to)
                if self._accepted(self._candidates(turned, [View()])):
                    return f" It would be one if it is shown {name}: then add --display {name}."
        return ""

    def signs(self, image: HipImage, views: Sequence[View] = (View(),)) -> HipSigns:
        """What speaks for a hip on ``image``: the signs of its best candidate."""
        hips = self._candidates(image, views).values()
        return max((hip.signs for hip in hips), key=lambda s: s.agreeing, default=NO_SIGNS)

    def _candidates(self, image: HipImage, views: Sequence[View]) -> dict[Side, FilmHip]:
        upright = upright_film(image)
        whole = whole_film_frame(upright.shape, self.settings.side_px)
        seen = upright.then(whole.matrix, whole.shape)
        ((points, _),) = self._whole.read(_batch(image, [seen]), views)
        fits = self._told_apart(
            {side: fit for side in Side if (fit := self._fit(points, whole, side)) is not None}
        )
        if not fits:
            return {}
        planes = [upright.then(fit.plane.matrix, fit.plane.shape) for fit in fits.values()]
        unmirrored = [view for view in views if not view.mirror] or [View()]
        read = self._hip.read(_batch(image, planes), unmirrored)
        return {
            side: self._joined(side, points, seen, plane, own, evidence)
            for side, plane, (own, evidence) in zip(fits, planes, read, strict=True)
        }

    def _fit(self, points: DecodedPoints, whole: PlaneTransform, side: Side) -> HipFit | None:
        """The frame of one hip by its points on the whole film."""
        own = {key: point for (of, key), point in points.items() if of is side}
        places = {key: whole.backward(point.xy) for key, point in own.items()}
        return fit_hip(
            {key: (float(x), float(y)) for key, (x, y) in places.items()},
            _weights(own, self._whole.card.presence_threshold),
            self.settings.reference,
            side,
        )

    def _told_apart(self, fits: Mapping[Side, HipFit]) -> dict[Side, HipFit]:
        """Both hips, the right one on the left of the picture; else the one better borne out."""
        if len(fits) < 2:
            return dict(fits)
        reference = self.settings.reference
        head = reference.points[HEAD]
        x = {side: float(fit.plane.backward(head)[0]) for side, fit in fits.items()}
        mm = {side: _scale(fit.plane) * reference.pixel_mm for side, fit in fits.items()}
        if (x[Side.LEFT] - x[Side.RIGHT]) * min(mm.values()) >= _LEAST_HEAD_DISTANCE_MM:
            return dict(fits)
        better = max(fits, key=lambda side: (len(fits[side].agreeing), -fits[side].misfit))
        return {better: fits[better]}

    def _joined(
        self,
        side: Side,
        early: DecodedPoints,
        seen: PlaneTransform,
        plane: PlaneTransform,
        own: DecodedPoints,
        evidence: SliceEvidence | None,
    ) -> FilmHip:
        """What both passes together say of one hip."""
        late = {key: point for (_, key), point in own.items()}
        threshold = self._hip.card.presence_threshold
        signs = {} if evidence is None else {k: e for (_, k), e in evidence.landmarks.items()}
        points = {k: FilmPoint(p, plane, threshold, signs.get(k)) for k, p in late.items()}
        points |= self._beyond_the_crop(side, early, seen, plane, points)
        prosthesis = points.pop(PROSTHESIS_KEY, None)
        fit = fit_hip(
            {key: point.xy for key, point in late.items()},
            _weights(late, threshold),
            self.settings.reference,
            Side.RIGHT,
        )
        likely = 0.0 if prosthesis is None else prosthesis.decoded.presence
        limbs = None if evidence is None or not evidence.limbs else evidence.limbs
        return FilmHip(points, HipSigns.of(fit), likely, limbs)

    def _beyond_the_crop(
        self,
        side: Side,
        early: DecodedPoints,
        seen: PlaneTransform,
        plane: PlaneTransform,
        late: Mapping[str, FilmPoint],
    ) -> dict[str, FilmPoint]:
        """Landmarks, such as the far end of a long shaft, that only the first pass can see."""
        threshold = self._whole.card.presence_threshold
        found = {}
        for (of, key), point in early.items():
            missed = of is side and key in late and late[key].decoded.presence < late[key].threshold
            if missed and point.presence >= threshold:
                there = plane.forward(seen.backward(point.xy))
                if _outside(there, plane.shape):
                    found[key] = FilmPoint(point, seen, threshold)
        return found

    def _refusal(self, image: HipImage, hips: Mapping[Side, FilmHip]) -> str:
        criteria, keys = self.settings.criteria, len(self.settings.reference.keys)
        best = max((hip.signs for hip in hips.values()), key=lambda s: s.agreeing, default=NO_SIGNS)
        if best.agreeing < criteria.least_points:
            why = (
                f"at most {best.agreeing} of the {keys} landmarks of a hip lie as they do in a hip "
                f"({criteria.least_points} are needed)"
            )
        else:
            why = "the landmarks do not lie as they do in a hip"
        return (
            f"{image.name} does not look like an AP film of the hips: {why}. Give a frontal film "
            "of the pelvis or hip, upright, bone bright; place the points by hand if it is one."
        )


def _batch(image: HipImage, planes: Sequence[PlaneTransform]) -> torch.Tensor:
    pixels = image.pixels[0]
    return torch.from_numpy(np.stack([film_input(pixels, plane) for plane in planes]))[:, None]


def _weights(points: Mapping[str, DecodedPoint], threshold: float) -> dict[str, float]:
    return {k: p.presence if p.presence >= threshold else 0.0 for k, p in points.items()}


def _scale(plane: PlaneTransform) -> float:
    return float(np.sqrt(abs(np.linalg.det(plane.matrix[:2, :2]))))


def _outside(xy: np.ndarray, shape: tuple[int, int]) -> bool:
    height, width = shape
    return not (0 <= xy[0] <= width - 1 and 0 <= xy[1] <= height - 1)
