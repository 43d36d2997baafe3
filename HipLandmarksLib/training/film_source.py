"""Training samples of a film model: cached bone views, framed, exposed and labelled at random."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..anatomy import HipLandmarkId, Side
from ..detection.channels import MARKER_KEY, PROSTHESIS_KEY
from ..detection.film_frame import normalise_film, whole_film_frame
from ..detection.film_hip import ReferenceHip, fit_hip
from ..errors import ImageError
from ..imaging import PlaneTransform
from ..synthesis.radiograph.look import Preset
from ..synthesis.radiograph.objects import FilmObject, ObjectScene, SideMarker, random_objects
from ..synthesis.radiograph.view import BoneView
from .film_bones import varied_bones
from .film_config import FilmConfig, FilmPass
from .film_exposure import exposed_film
from .film_negatives import negative_picture
from .film_sample import FilmSample, SampleFrame, head_places, known_points
from .film_views import TrainingViews
from .sampling import Batch

_ATTEMPTS = 4
_HEAD_RADIUS_MM = 24.0
_BESIDE = 0.04
"""Share of the hip's crops that lie anywhere on the film: most landmarks are absent there."""
_WRONG_LETTER = 0.35
_MIRROR_WRITTEN = 0.3
"""Shares of the letters that lie on the other side, and face down: letters are to be read, not to
be guessed from where they lie, since they tell that a film is mirrored."""


class FilmSource:
    """Draws samples of one pass; what it draws depends on the random numbers alone.

    Copies in other processes read the views from the disk.
    """

    def __init__(
        self, config: FilmConfig, views: TrainingViews, reference: ReferenceHip | None
    ) -> None:
        """Samples of ``views``.

        Args:
            config: what to show.
            views: of the subjects to draw from.
            reference: frame of the hips; the first pass needs none.
        """
        self.config = config
        self.views = views
        self.reference = reference

    def batch(self, rng: np.random.Generator) -> Batch:
        """``config.batch`` samples."""
        return self.collated([self.sample(rng) for _ in range(self.config.batch)])

    def sample(self, rng: np.random.Generator) -> FilmSample:
        """A random picture; a view that cannot be made a film of is told and left out.

        Raises:
            ImageError: when several views in a row cannot; it names the last one.
        """
        if rng.random() < self.config.negative_share:
            return self._negative(rng)
        told, cause = "", None
        for _ in range(_ATTEMPTS):
            name, view = self.views.draw(rng)
            try:
                return self.of_view(view, rng)
            except Exception as error:  # whatever it is: of thousands of views, say which
                told, cause = f"No training film can be made of {name}: {error}", error
                warnings.warn(told, RuntimeWarning, stacklevel=2)
        raise ImageError(told) from cause

    def of_view(
        self, view: BoneView, rng: np.random.Generator, side: Side | None = None
    ) -> FilmSample:
        """A random film of ``view``; the second pass shows ``side``, any when None."""
        view = varied_bones(view, self.config.bones, rng)
        heads = head_places(view)
        if side is None:
            sides = sorted(heads, key=lambda own: own.value)
            side = sides[int(rng.integers(len(sides)))]
        frame = self._frame(view, side, rng)
        scene = self._scene(view, rng)
        points = known_points(scene.view, frame, self.config.keys, self._named(side))
        points |= self._artificial(scene, frame, side) | self._letters(scene, frame)
        pixels = exposed_film(scene, frame, self._preset(rng), rng)
        radius = heads[side][1] * frame.plane.scale
        shown = FilmSample(normalise_film(pixels), points, _HEAD_RADIUS_MM / radius)
        whole = self.config.show is FilmPass.WHOLE
        return _turned(shown, rng) if whole and rng.random() < self.config.turned_share else shown

    def _scene(self, view: BoneView, rng: np.random.Generator) -> ObjectScene:
        if rng.random() >= self.config.object_share:
            return ObjectScene(view, ())
        lying = random_objects(rng, view, self.config.objects)
        wrong, face_down = rng.random() < _WRONG_LETTER, rng.random() < _MIRROR_WRITTEN
        return ObjectScene(view, tuple(_relettered(item, wrong, face_down) for item in lying))

    def _artificial(
        self, scene: ObjectScene, frame: SampleFrame, side: Side
    ) -> dict[HipLandmarkId, tuple[float, float] | None]:
        """The middle of artificial heads, for models that have a channel for them."""
        if PROSTHESIS_KEY not in self.config.keys:
            return {}
        found: dict[HipLandmarkId, tuple[float, float] | None] = {}
        for shown, own in self._named(side).items():
            label = shown.opposite if frame.mirrored else shown
            place = scene.artificial_heads.get(own)
            found[(label, PROSTHESIS_KEY)] = None if place is None else frame.place(place)
        return found

    def _letters(
        self, scene: ObjectScene, frame: SampleFrame
    ) -> dict[HipLandmarkId, tuple[float, float] | None]:
        """The letters that the film shows, for the pass that reads them."""
        if (Side.RIGHT, MARKER_KEY) not in self.config.channels.ids:
            return {}
        found: dict[HipLandmarkId, tuple[float, float] | None]
        found = {(side, MARKER_KEY): None for side in Side}
        for letter, place in scene.letters:
            says = letter.opposite if frame.mirrored else letter
            found[(says, MARKER_KEY)] = frame.place(place)
        return found

    def collated(self, samples: Sequence[FilmSample]) -> Batch:
        """Samples as the arrays of a training step."""
        ids = self.config.channels.ids
        shape = (len(samples), len(ids))
        absent, weight = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        points = np.zeros((*shape, 2), np.float32)
        for row, sample in enumerate(samples):
            for column, id_ in enumerate(ids):
                if id_ not in sample.points:
                    continue
                weight[row, column] = 1.0
                xy = sample.points[id_]
                absent[row, column] = xy is None
                points[row, column] = (0.0, 0.0) if xy is None else xy
        return Batch(np.stack([s.pixels for s in samples])[:, None], absent, weight, points)

    def _preset(self, rng: np.random.Generator) -> Preset:
        return Preset.ROBUST if rng.random() < self.config.robust_share else Preset.REALISTIC

    def _named(self, side: Side) -> dict[Side, Side]:
        """Side of the view by side of the sample; the second pass shows every hip as right."""
        if self.config.show is FilmPass.WHOLE:
            return {own: own for own in Side}
        return {Side.RIGHT: side}

    def _frame(self, view: BoneView, side: Side, rng: np.random.Generator) -> SampleFrame:
        heads = head_places(view)
        order = sorted(heads, key=lambda own: own.value)
        centres = np.array([heads[own][0] for own in order])
        about = None if self.config.show is FilmPass.WHOLE else order.index(side)
        framing, shape = self.config.framing, view.camera.shape
        film = framing.film(centres, heads[side][1], shape, rng, about)
        if self.config.show is FilmPass.HIP:
            return SampleFrame(film, self._crop(view, side, rng), False, shape)
        mirrored = bool(rng.random() < framing.mirror)
        if mirrored:
            film = film.flipped_horizontally()
        square = whole_film_frame(film.shape, self.config.crop[0])
        return SampleFrame(film, film.then(square.matrix, square.shape), mirrored, shape)

    def _crop(self, view: BoneView, side: Side, rng: np.random.Generator) -> PlaneTransform:
        assert self.reference is not None
        places = {
            key: view.landmarks[(side, key)].xy
            for key in self.reference.keys
            if (side, key) in view.landmarks
        }
        known = {key: xy for key, xy in places.items() if xy is not None}
        fit = fit_hip(known, dict.fromkeys(known, 1.0), self.reference, side)
        if fit is None:
            raise ImageError(f"the {side.word} hip does not fit the mean hip")
        crop = self.config.framing.crop(fit.plane, self.reference.pixel_mm, rng)
        if rng.random() < _BESIDE:
            reach = rng.uniform(-1, 1, 2) * crop.shape[::-1]
            crop = crop.shifted(float(reach[0]), float(reach[1]))
        return crop

    def _negative(self, rng: np.random.Generator) -> FilmSample:
        points = dict.fromkeys(self.config.channels.ids)
        pixels: NDArray[np.float32] = negative_picture(self.config.crop, rng)
        return FilmSample(normalise_film(pixels), points)


def _relettered(item: FilmObject, wrong: bool, face_down: bool) -> FilmObject:
    """A letter that lies on the other side's place or face down; any other object as it is."""
    if not isinstance(item, SideMarker):
        return item
    return replace(item, side=item.side.opposite if wrong else item.side, mirrored=face_down)


def _turned(sample: FilmSample, rng: np.random.Generator) -> FilmSample:
    """The same film on a side or upside down, where nothing is to be found."""
    pixels = np.rot90(sample.pixels, int(rng.integers(1, 4))).copy()
    return FilmSample(pixels, dict.fromkeys(sample.points))
