"""``make_phantom``: a coronal T1-weighted hip MRI with exact landmarks, from parameters alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from .. import __version__
from ..anatomy import HipLandmarks, Landmark, LandmarkState, Side, Source, SourceKind
from ..errors import ConfigurationError
from ..imaging import HipImage, Modality
from ..imaging.calibration import Calibration, SpacingProvenance
from .body import Body, streaks
from .canvas import Canvas
from .hip import HipModel
from .muscles import paint_muscles
from .parameters import PhantomParameters
from .scanner import blurred, border, magnitude, receive_field, textured
from .waves import Waves

SOURCE = Source(SourceKind.SIMULATION, "hip phantom", __version__)


@dataclass(frozen=True)
class PhantomCase:
    """A phantom image and what is known of it exactly.

    Attributes:
        image: coronal MRI, modality MR, int16 pixels.
        landmarks: exact landmarks in LPS mm, on the landmark slice of each side where it shows
            them; NB, SHP, SHD and GT otherwise on the slice nearest to their structure.
        slices: landmark slice of each side, as index into ``volume`` (see ``slice_indices``).
        slice_indices: index in the full volume of every slice of ``image``.
        parameters: what the phantom was made from.
        seed: seed of noise and texture.
    """

    image: HipImage
    landmarks: HipLandmarks
    slices: dict[Side, int]
    slice_indices: tuple[int, ...]
    parameters: PhantomParameters
    seed: int

    def landmarks_on(self, index: int) -> HipLandmarks:
        """Exact landmarks on slice ``index`` of ``image``; see :func:`landmarks_on_slice`."""
        return landmarks_on_slice(self.parameters, self.slice_indices[index])


def make_phantom(
    parameters: PhantomParameters | None = None,
    seed: int = 0,
    slices: Sequence[int] | None = None,
) -> PhantomCase:
    """Voxelise a phantom.

    Args:
        parameters: shape, tissue and scan; the default is an unremarkable adult.
        seed: seed of noise, texture and receive field; equal seeds give equal pixels.
        slices: indices of the volume's slices to make (ascending, evenly spaced); all by default.
            A slice has the same pixels whether made alone or with its neighbours.

    Raises:
        ConfigurationError: when a landmark of the dialled geometry cannot lie on its slice, or
            ``slices`` are not in the volume.
    """
    parameters = parameters or PhantomParameters()
    indices = _checked_slices(parameters, slices)
    painter = _Painter(parameters, seed)
    pixels = np.stack([painter.slice(k) for k in indices])
    image = HipImage(
        pixels,
        _ijk_to_lps(parameters, indices),
        Modality.MR,
        Calibration(SpacingProvenance.PATIENT_PLANE),
        name=f"phantom_{seed}",
        metadata={"Description": "Simulated hip phantom, no patient", "Seed": str(seed)},
    )
    return PhantomCase(
        image, exact_landmarks(parameters), best_slices(parameters), indices, parameters, seed
    )


def best_slices(parameters: PhantomParameters) -> dict[Side, int]:
    """Index of the landmark slice of each side in the full volume."""
    return {side: HipModel.of(parameters, side).plane_index for side in Side}


def landmarks_on_slice(parameters: PhantomParameters, index: int) -> HipLandmarks:
    """Exact landmarks on one slice of the volume.

    A landmark is held only where its definition is beyond doubt: FHC while the slice cuts the
    sphere well inside, LCP where head and neck section join, LAE where the rim covers the head,
    NA, NB, SHP and SHD near their axis. The others are not annotated (absent from the mapping).

    Raises:
        ConfigurationError: when the volume has no such slice.
    """
    (index,) = _checked_slices(parameters, [index])
    y = slice_depth(parameters, index)
    points = []
    for side in Side:
        model = HipModel.of(parameters, side)
        for key, (x, z) in model.points_at(y).items():
            points.append(Landmark(side, key, model.to_lps(x, y, z), source=SOURCE))
    return HipLandmarks.of(points, case_id="phantom")


def exact_landmarks(parameters: PhantomParameters) -> HipLandmarks:
    """The phantom's landmarks: each on the slice where it is best defined.

    FHC, NA, LCP and LAE lie on the landmark slice; NB, SHP and SHD too where it shows them, else
    on the slice nearest to their axis; GT lies where it is highest. A point outside the field of
    view is absent, with a note.

    Raises:
        ConfigurationError: when the landmark slice does not show head, neck and rim as dialled.
    """
    points: list[Landmark] = []
    for side in Side:
        model = HipModel.of(parameters, side)
        for key, point in model.best_points().items():
            if point is None:
                points.append(
                    Landmark(side, key, None, LandmarkState.ABSENT, SOURCE, note="out of the image")
                )
            else:
                points.append(Landmark(side, key, model.to_lps(*point), source=SOURCE))
    return HipLandmarks.of(points, case_id="phantom")


def slice_depth(parameters: PhantomParameters, index: int) -> float:
    """LPS y (mm) of a slice of the full volume."""
    scan = parameters.acquisition
    return scan.centre_lps_mm[1] + (index - (scan.shape[0] - 1) / 2) * scan.spacing_mm[2]


class _Painter:
    """Paints the slices of one phantom; holds what they share."""

    def __init__(self, parameters: PhantomParameters, seed: int) -> None:
        self.parameters, self.seed = parameters, seed
        scan = parameters.acquisition
        self.x = _axis(scan.shape[2], scan.spacing_mm[0], scan.centre_lps_mm[0])[None, :]
        self.z = -_axis(scan.shape[1], scan.spacing_mm[1], -scan.centre_lps_mm[2])[:, None]
        self.hips = [HipModel.of(parameters, side) for side in Side]
        self.body = Body(parameters.body, parameters.tissues)
        rng = np.random.default_rng([parameters.body.variant, 13])
        self.warps = [Waves.random(rng, 14, (38.0, 150.0)) for _ in range(2)]

    def slice(self, index: int) -> NDArray[np.int16]:
        """One finished slice of the volume."""
        scan = self.parameters.acquisition
        rng = np.random.default_rng([self.seed, 31, index])
        y = slice_depth(self.parameters, index)
        signal = textured(self._signal(y), scan, rng)
        signal = blurred(signal, scan)
        if scan.bias > 0:
            signal = signal * receive_field(self.x, y, self.z, scan, self.seed)
        image = magnitude(signal, scan, rng)
        if scan.field_edge_mm > 0:
            image = image * border(signal.shape, scan)
        return np.asarray(np.rint(np.minimum(image * scan.fat_signal, 32767)), dtype=np.int16)

    def _signal(self, y: float) -> NDArray[np.float32]:
        """Tissue signal averaged through the slice thickness."""
        scan = self.parameters.acquisition
        soft = self._soft_tissue(y)
        offsets = (np.arange(scan.subplanes) + 0.5) / scan.subplanes - 0.5
        total = np.zeros_like(soft.pixels)
        for offset in offsets * scan.thickness_mm:
            plane = Canvas(soft.pixels.copy(), soft.x, y + float(offset), soft.z, soft.pixel_mm)
            for hip in self.hips:
                hip.paint(plane)
            total += plane.pixels
        return total / np.float32(len(offsets))

    def _soft_tissue(self, y: float) -> Canvas:
        scan, body, tissues = (
            self.parameters.acquisition,
            self.parameters.body,
            self.parameters.tissues,
        )
        pixels = np.zeros((self.z.size, self.x.size), dtype=np.float32)
        canvas = Canvas(pixels, self.x, y, self.z, max(scan.spacing_mm[:2]))
        self.body.paint_background(canvas)
        self.body.paint_organs(canvas)
        signals = (tissues.muscle, 0.95 * tissues.fat)
        for hip in self.hips:
            paint_muscles(hip.half(canvas), body.scale, body.muscle, signals, body.variant)
        self._warp(canvas)
        if body.fat_streaks > 0:
            muscle = np.abs(canvas.pixels - tissues.muscle) < 0.02
            canvas.pixels[...] += (
                muscle * streaks(body, canvas) * np.float32(0.7) * (tissues.fat - tissues.muscle)
            )
        self.body.paint_spine(canvas)
        return canvas

    def _warp(self, canvas: Canvas) -> None:
        """Make the soft tissue irregular by a smooth displacement."""
        amplitude = self.parameters.body.warp_mm
        if amplitude == 0:
            return
        steps = self.parameters.acquisition.spacing_mm
        dx, dz = [
            wave.on_plane(canvas.x, canvas.y, canvas.z) * np.float32(0.6 * amplitude / step)
            for wave, step in zip(self.warps, steps, strict=False)
        ]
        rows = np.arange(canvas.pixels.shape[0], dtype=np.float32)[:, None]
        columns = np.arange(canvas.pixels.shape[1], dtype=np.float32)[None, :]
        canvas.pixels[...] = ndimage.map_coordinates(
            canvas.pixels, [rows + dz, columns + dx], order=1, mode="nearest"
        )


def _axis(count: int, step: float, centre: float) -> NDArray[np.float32]:
    return ((np.arange(count) - (count - 1) / 2) * step + centre).astype(np.float32)


def _ijk_to_lps(parameters: PhantomParameters, indices: tuple[int, ...]) -> NDArray[np.float64]:
    scan = parameters.acquisition
    si, sj, sk = scan.spacing_mm
    step = indices[1] - indices[0] if len(indices) > 1 else 1
    cx, _, cz = scan.centre_lps_mm
    matrix = np.eye(4)
    matrix[:3, :3] = [[si, 0, 0], [0, 0, sk * step], [0, -sj, 0]]
    matrix[:3, 3] = [
        cx - (scan.shape[2] - 1) / 2 * si,
        slice_depth(parameters, indices[0]),
        cz + (scan.shape[1] - 1) / 2 * sj,
    ]
    return matrix


def _checked_slices(parameters: PhantomParameters, slices: Sequence[int] | None) -> tuple[int, ...]:
    count = parameters.acquisition.shape[0]
    indices = tuple(range(count)) if slices is None else tuple(int(k) for k in slices)
    if not indices or min(indices) < 0 or max(indices) >= count:
        raise ConfigurationError(f"slices {indices} are not in 0 to {count - 1}; choose others.")
    steps = {b - a for a, b in pairwise(indices)}
    if len(steps) > 1 or min(steps, default=1) < 1:
        raise ConfigurationError(f"slices {indices} must ascend in even steps, such as 10, 11, 12.")
    return indices
