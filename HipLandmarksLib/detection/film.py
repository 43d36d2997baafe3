"""Two passes over a film: the whole of it, then each hip at its own scale as a right hip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ..anatomy import Side
from ..errors import ImageError
from ..imaging import DISPLAYS, HipImage, PlaneTransform, with_orientation
from .card import BundleCard
from .channels import PROSTHESIS_KEY
from .decoding import DecodedPoint
from .film_card import FilmSettings
from .film_frame import film_input, upright_film, whole_film_frame
from .film_head import with_points_on_contours
from .film_hip import LEAST_POINTS, HipFit, Point, fit_hip
from .film_letters import FilmLetter, film_letters, letter_places
from .film_pair import are_apart, are_partners
from .film_reading import FilmHip, FilmPoint, FilmReading
from .film_refusal import NO_SIGNS, HipCriteria, HipSigns
from .film_sides import display_is_known
from .letter_reader import LetterReader
from .map_reader import DecodedPoints, MapReader, MapReading
from .sides import HEAD
from .views import View

_UPRIGHT = ("usual", "mirrored")

_FRAME_OFF_MM = 6.0
"""Frames farther off, on average over the hip, are set right and the hip is read once more."""


@dataclass(frozen=True, eq=False)
class _FirstPass:
    """All points on the whole film, and the plane from its stored pixels.

    ``letters`` are places on the upright film where letters may lie.
    """

    points: DecodedPoints
    letters: Sequence[tuple[float, float]]
    plane: PlaneTransform
    threshold: float

    def of(self, side: Side) -> dict[str, FilmPoint]:
        """The points of one hip."""
        return {
            key: FilmPoint(point, self.plane, self.threshold)
            for (own, key), point in self.points.items()
            if own is side
        }


class FilmModel:
    """A film model ready to run; both passes share one processor."""

    def __init__(
        self, whole: MapReader, hip: MapReader, letters: LetterReader | None = None
    ) -> None:
        """Join the readers of whole films and of single hips, and that of letters, if any."""
        assert whole.card.film is not None
        self._whole, self._hip, self._letters = whole, hip, letters
        self.settings: FilmSettings = whole.card.film

    def limit_batch(self, images: int) -> None:
        """Send at most so many images through either network at once."""
        self._whole.limit_batch(images)
        self._hip.limit_batch(images)

    @property
    def card(self) -> BundleCard:
        """Of the first pass, which is that of the model."""
        return self._whole.card

    @property
    def hip_card(self) -> BundleCard:
        """Of the second pass."""
        return self._hip.card

    def read(self, image: HipImage, views: Sequence[View]) -> FilmReading:
        """The hips of a film by the side that they look like on the upright film, and its letters.

        Args:
            image: a single image.
            views: that are averaged; the second pass leaves out mirrored ones.

        Returns:
            One or two hips; of two, one may be a part that the criteria alone would not accept.

        Raises:
            ImageError: when nothing on it looks like a hip.
        """
        hips, first = self._candidates(image, views)
        found = self._accepted(hips)
        if not found:
            raise ImageError(self._refusal(image, hips) + self._hint(image))
        reference = self.settings.reference
        placed = {s: with_points_on_contours(image, hip, reference) for s, hip in found.items()}
        return FilmReading(placed, self._read_letters(image, first, found))

    def _read_letters(
        self, image: HipImage, first: _FirstPass, hips: Mapping[Side, FilmHip]
    ) -> tuple[FilmLetter, ...] | None:
        if self._letters is None:
            return None
        frames = {side: hip.frame for side, hip in hips.items()}
        places, reference = first.letters, self.settings.reference
        return film_letters(self._letters, image, upright_film(image), places, frames, reference)

    def is_whole(self, hip: FilmHip) -> bool:
        """Whether a hip is accepted by itself, not only beside its partner."""
        return self.settings.criteria.accept(hip.signs)

    def _accepted(self, hips: Mapping[Side, FilmHip]) -> dict[Side, FilmHip]:
        """The hips; beside one also the few landmarks of the other that the film still shows."""
        criteria = self.settings.criteria
        whole = {side: hip for side, hip in hips.items() if criteria.accept(hip.signs)}
        if len(whole) == len(hips) or not whole:
            return whole
        frames = {side: hip.frame for side, hip in hips.items()}
        (part,) = (hip for side, hip in hips.items() if side not in whole)
        seen = HipCriteria(LEAST_POINTS, criteria.most_misfit).accept(part.signs)
        return dict(hips) if seen and are_partners(frames, self.settings.reference) else whole

    def _hint(self, image: HipImage) -> str:
        """Pictures are often stored turned; it is told which turn would do, and not guessed."""
        if display_is_known(image):
            return ""
        turns = [name for name in DISPLAYS if name not in _UPRIGHT]
        signs = {n: self.signs(with_orientation(image, *DISPLAYS[n])) for n in turns}
        best = max(turns, key=lambda name: signs[name].agreeing)
        if not self.settings.criteria.accept(signs[best]):
            return ""
        return f" It would be one if it is shown {best}: then add --display {best}."

    def signs(self, image: HipImage, views: Sequence[View] = (View(),)) -> HipSigns:
        """What speaks for a hip on ``image``: the signs of its best candidate."""
        hips, _ = self._candidates(image, views)
        return max((hip.signs for hip in hips.values()), key=lambda s: s.agreeing, default=NO_SIGNS)

    def _candidates(
        self, image: HipImage, views: Sequence[View]
    ) -> tuple[dict[Side, FilmHip], _FirstPass]:
        """What might be a hip, and what the first pass saw."""
        upright = upright_film(image)
        whole = whole_film_frame(upright.shape, self.settings.side_px)
        seen = upright.then(whole.matrix, whole.shape)
        early = self._whole.read(_batch(image, [seen]), views)[0]
        points = early.points
        fits = self._told_apart(
            {side: fit for side in Side if (fit := self._fit(points, whole, side)) is not None}
        )
        letters = letter_places(early.maps, self.card.channels, whole)
        first = _FirstPass(points, letters, seen, self._whole.card.presence_threshold)
        if not fits:
            return {}, first
        frames = {side: fit.plane for side, fit in fits.items()}
        hips = self._second_pass(image, upright, frames, first, views)
        moved = {s: frame for s, hip in hips.items() if (frame := self._moved(hip)) is not None}
        again = self._second_pass(image, upright, moved, first, views) if moved else {}
        better = {s: hip for s, hip in again.items() if _rank(hip.signs) > _rank(hips[s].signs)}
        return {**hips, **better}, first

    def _second_pass(
        self,
        image: HipImage,
        upright: PlaneTransform,
        frames: Mapping[Side, PlaneTransform],
        first: _FirstPass,
        views: Sequence[View],
    ) -> dict[Side, FilmHip]:
        """Every hip through its frame, all in one call."""
        planes = [upright.then(frame.matrix, frame.shape) for frame in frames.values()]
        unmirrored = [view for view in views if not view.mirror] or [View()]
        read = self._hip.read(_batch(image, planes), unmirrored)
        return {
            side: self._joined(first.of(side), frames[side], plane, own)
            for side, plane, own in zip(frames, planes, read, strict=True)
        }

    def _moved(self, hip: FilmHip) -> PlaneTransform | None:
        """The frame by a hip's own points of the second pass, where the first one's was far off.

        What is not accepted as a hip stays as it is: a second look would see one in much.
        """
        reference = self.settings.reference
        if hip.fit is None or not self.is_whole(hip):
            return None
        mean = np.array([reference.points[key] for key in reference.keys])
        off = np.linalg.norm(hip.fit.plane.forward(mean) - mean, axis=1).mean()
        if off * reference.pixel_mm < _FRAME_OFF_MM:
            return None
        return hip.frame.then(hip.fit.plane.matrix)

    def _fit(self, points: DecodedPoints, whole: PlaneTransform, side: Side) -> HipFit | None:
        """The frame of one hip by its points on the whole film."""
        own = {key: point for (of, key), point in points.items() if of is side}
        places, weights = _shape_of(own, self._whole.card.presence_threshold)
        on_film = {key: whole.backward(xy) for key, xy in places.items()}
        back = {key: (float(x), float(y)) for key, (x, y) in on_film.items()}
        return fit_hip(back, weights, self.settings.reference, side)

    def _told_apart(self, fits: Mapping[Side, HipFit]) -> dict[Side, HipFit]:
        """Both hips, the right one on the left of the picture; else the one better borne out."""
        frames = {side: fit.plane for side, fit in fits.items()}
        if len(fits) < 2 or are_apart(frames, self.settings.reference):
            return dict(fits)
        better = max(fits, key=lambda side: (len(fits[side].agreeing), -fits[side].misfit))
        return {better: fits[better]}

    def _joined(
        self,
        early: Mapping[str, FilmPoint],
        frame: PlaneTransform,
        plane: PlaneTransform,
        reading: MapReading,
    ) -> FilmHip:
        """What both passes together say of one hip."""
        late, evidence = {key: p for (_, key), p in reading.points.items()}, reading.evidence
        threshold = self._hip.card.presence_threshold
        signs = {} if evidence is None else {k: e for (_, k), e in evidence.landmarks.items()}
        points = {k: FilmPoint(p, plane, threshold, signs.get(k)) for k, p in late.items()}
        points |= _beyond_the_crop(early, points, plane)
        prosthesis = points.pop(PROSTHESIS_KEY, None)
        places, weights = _shape_of(late, threshold)
        fit = fit_hip(places, weights, self.settings.reference, Side.RIGHT)
        likely = 0.0 if prosthesis is None else prosthesis.decoded.presence
        limbs = None if evidence is None or not evidence.limbs else evidence.limbs
        return FilmHip(points, frame, fit, likely, limbs, reading, plane)

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


def _rank(signs: HipSigns) -> tuple[int, float]:
    return signs.agreeing, -signs.misfit


def _batch(image: HipImage, planes: Sequence[PlaneTransform]) -> torch.Tensor:
    pixels = image.pixels[0]
    return torch.from_numpy(np.stack([film_input(pixels, plane) for plane in planes]))[:, None]


def _shape_of(
    points: Mapping[str, DecodedPoint], threshold: float
) -> tuple[dict[str, Point], dict[str, float]]:
    """Places and weights by which a hip is known; an artificial head stands where a head is."""
    places = {key: point.xy for key, point in points.items()}
    weights = {k: p.presence if p.presence >= threshold else 0.0 for k, p in points.items()}
    if weights.get(PROSTHESIS_KEY) and not weights.get(HEAD):
        places[HEAD], weights[HEAD] = places[PROSTHESIS_KEY], weights[PROSTHESIS_KEY]
    return places, weights


def _beyond_the_crop(
    early: Mapping[str, FilmPoint], late: Mapping[str, FilmPoint], plane: PlaneTransform
) -> dict[str, FilmPoint]:
    """Landmarks, such as the far end of a long shaft, that only the first pass can see."""
    return {
        key: point
        for key, point in early.items()
        if key in late
        and point.is_present
        and not late[key].is_present
        and _outside(plane.forward(point.plane.backward(point.decoded.xy)), plane.shape)
    }


def _outside(xy: np.ndarray, shape: tuple[int, int]) -> bool:
    height, width = shape
    return not (0 <= xy[0] <= width - 1 and 0 <= xy[1] <= height - 1)
