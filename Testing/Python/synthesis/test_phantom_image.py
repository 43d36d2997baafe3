"""The phantom looks like a T1-weighted coronal hip MRI, and is the same for the same seed."""

from __future__ import annotations

from dataclasses import replace
from time import process_time

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.imaging import Modality
from HipLandmarksLib.synthesis import (
    Acquisition,
    BodyParameters,
    HipParameters,
    PhantomParameters,
    TissueIntensities,
    best_slices,
    make_phantom,
    random_parameters,
)

SMALL = Acquisition(shape=(11, 128, 128), spacing_mm=(2.734, 2.734, 5.2))


@pytest.fixture(scope="module")
def slice_case():
    """The default phantom's landmark slice at full resolution."""
    parameters = PhantomParameters()
    return make_phantom(parameters, seed=3, slices=[best_slices(parameters)[Side.RIGHT]])


def patch(case, offset_mm, size: int = 3, side: Side = Side.RIGHT) -> np.ndarray:
    """Pixels around a point given as (lateral, up) mm from the head centre."""
    sign = 1 if side is Side.LEFT else -1
    shift = np.array([sign * offset_mm[0], 0, offset_mm[1]])
    point = case.landmarks.position(side, "FHC") + shift
    i, j, _ = np.rint(case.image.to_ijk(point)).astype(int)
    return case.image.pixels[0, j - size : j + size + 1, i - size : i + size + 1].astype(float)


class TestAppearance:
    def test_it_is_a_coronal_mr_volume_like_the_scanner_gives(self) -> None:
        image = make_phantom(PhantomParameters(acquisition=SMALL)).image
        assert image.modality is Modality.MR
        assert image.orientation == "coronal"
        assert image.spacing == pytest.approx(SMALL.spacing_mm)
        assert image.calibration.calibrated
        assert image.pixels.dtype == np.int16
        assert image.to_lps([1, 0, 0])[0] > image.to_lps([0, 0, 0])[0]  # i to the patient's left
        assert image.to_lps([0, 1, 0])[2] < image.to_lps([0, 0, 0])[2]  # j downwards
        assert image.to_lps([0, 0, 1])[1] > image.to_lps([0, 0, 0])[1]  # k backwards

    def test_fat_is_brighter_than_marrow_than_muscle_than_cortex(self, slice_case) -> None:
        pixels = slice_case.image.pixels[0].astype(float)
        head = np.median(patch(slice_case, (0, 0), 5))
        muscle = np.median(patch(slice_case, (-38, -35), 4))  # obturator externus
        shaft = patch(slice_case, (0, 0), 60)[90:120]
        fat = np.percentile(pixels, 97)
        cortex = np.percentile(shaft, 2)
        assert fat > head > muscle > cortex
        assert head > 1.4 * muscle
        assert muscle > 1.5 * cortex

    def test_a_dark_line_separates_head_and_pelvis(self, slice_case) -> None:
        column = patch(slice_case, (-3, 24), 9)[:, 7:12].mean(axis=1)
        marrow = np.median(patch(slice_case, (0, 0), 5))
        assert column.min() < 0.35 * marrow
        assert column[0] > 0.6 * marrow  # ilium above
        assert column[-1] > 0.6 * marrow  # head below

    def test_more_noise_is_more_noise(self) -> None:
        quiet = replace(SMALL, noise=0.01, field_edge_mm=0)
        loud = replace(quiet, noise=0.08)
        spread = []
        for scan in (quiet, loud):
            parameters = PhantomParameters(acquisition=replace(scan, bias=0, texture=0))
            one, two = (make_phantom(parameters, seed, [5]).image.pixels[0] for seed in (1, 2))
            spread.append(np.std(one.astype(float) - two))
        assert spread[1] == pytest.approx(8 * spread[0], rel=0.2)

    def test_cam_and_normal_hips_differ_only_at_the_junction(self) -> None:
        scan = Acquisition(noise=0, texture=0, bias=0)
        normal = PhantomParameters(right=HipParameters(alpha_deg=42), acquisition=scan)
        cam = PhantomParameters(right=HipParameters(alpha_deg=75), acquisition=scan)
        k = best_slices(normal)[Side.RIGHT]
        cases = [make_phantom(p, slices=[k]) for p in (normal, cam)]
        junction = [np.mean(patch(case, (22.6, 6.4), 0)) for case in cases]
        centre = [np.mean(patch(case, (0, 0), 4)) for case in cases]
        assert abs(junction[0] - junction[1]) > 40
        assert centre[0] == pytest.approx(centre[1], abs=3)


def marrow_edge(case, side: Side, degrees: float) -> tuple[float, float]:
    """(x, z) mm from FHC of the steepest fall of brightness along a ray, 0 deg = up, medially."""
    sign = 1 if side is Side.LEFT else -1
    distance = np.arange(17.0, 24.0, 0.1)  # short of the acetabulum's cortex
    turn = np.radians(degrees)
    x, z = -sign * distance * np.sin(turn), distance * np.cos(turn)
    points = case.landmarks.position(side, "FHC") + np.stack([x, 0 * x, z], axis=-1)
    i, j, _ = case.image.to_ijk(points).T
    profile = map_coordinates(case.image.pixels[0].astype(float), [j, i], order=1)
    n = int(np.argmin(np.gradient(profile)))
    return x[n], z[n]


class TestImageShowsTheGeometry:
    @pytest.mark.parametrize("side", list(Side))
    def test_the_circle_through_the_marrow_edge_has_its_centre_at_fhc(self, side: Side) -> None:
        parameters = PhantomParameters(acquisition=Acquisition(noise=0, texture=0, bias=0))
        case = make_phantom(parameters, slices=[best_slices(parameters)[side]])
        edge = np.array([marrow_edge(case, side, d) for d in range(-35, 100, 5)])
        system = np.column_stack([2 * edge, np.ones(len(edge))])
        (x, z, c), *_ = np.linalg.lstsq(system, (edge**2).sum(axis=1), rcond=None)
        assert np.hypot(x, z) < 0.35
        radius = np.sqrt(c + x * x + z * z)
        assert radius == pytest.approx(23.0 - 1.1, abs=0.6)  # head radius less the cortex


class TestSeeds:
    def test_equal_seeds_give_equal_pixels_and_others_do_not(self) -> None:
        parameters = PhantomParameters(acquisition=SMALL)
        first, again, other = (make_phantom(parameters, seed).image.pixels for seed in (1, 1, 2))
        assert np.array_equal(first, again)
        assert not np.array_equal(first, other)

    def test_a_slice_is_the_same_alone_and_in_the_volume(self) -> None:
        parameters = PhantomParameters(acquisition=SMALL)
        whole = make_phantom(parameters, 4)
        part = make_phantom(parameters, 4, slices=[4, 5, 6])
        assert np.array_equal(whole.image.pixels[4:7], part.image.pixels)
        assert part.image.to_lps([3, 4, 1]) == pytest.approx(whole.image.to_lps([3, 4, 5]))
        assert part.landmarks_on(1) == whole.landmarks_on(5)

    def test_the_population_is_varied_finite_and_reproducible(self) -> None:
        draws = [random_parameters(np.random.default_rng(seed)) for seed in range(40)]
        assert draws[0] == random_parameters(np.random.default_rng(0))
        alphas = [p.right.alpha_deg for p in draws]
        coverage = [p.left.lce_deg for p in draws]
        assert min(alphas) < 42 and max(alphas) > 65
        assert min(coverage) < 22 and max(coverage) > 42
        for parameters in draws[:4]:
            k = best_slices(parameters)[Side.LEFT]
            pixels = make_phantom(parameters, slices=[k]).image.pixels
            assert pixels.min() >= 0 and pixels.max() > 100

    def test_a_slice_takes_a_fraction_of_a_second(self) -> None:
        parameters = PhantomParameters()
        make_phantom(parameters, slices=[17])
        start = process_time()
        make_phantom(parameters, slices=[16, 17, 18])
        assert process_time() - start < 3.0  # 0.1 s each on an idle core; slack for busy machines


class TestValidation:
    @pytest.mark.parametrize(
        ("make", "words"),
        [
            (lambda: HipParameters(alpha_deg=120), "alpha_deg is 120"),
            (lambda: HipParameters(head_radius_mm=float("nan")), "head_radius_mm is nan"),
            (lambda: HipParameters(alpha_deg=35, neck_radius_mm=16), "thinner neck"),
            (lambda: HipParameters(neck_length_mm=35, head_radius_mm=25), "1.6 head radii"),
            (lambda: BodyParameters(half_width_mm=20), "half_width_mm"),
            (lambda: TissueIntensities(cortex=0.9), "cortex is darker"),
            (lambda: Acquisition(shape=(0, 384, 384)), "at least one slice"),
            (lambda: Acquisition(spacing_mm=(0.9, 0.9, 0.0)), "spacing_mm"),
            (lambda: PhantomParameters(obliquity_deg=40), "obliquity_deg is 40"),
        ],
    )
    def test_impossible_dials_are_refused_with_a_reason(self, make, words: str) -> None:
        with pytest.raises(ConfigurationError, match=words):
            make()

    def test_slices_outside_the_volume_or_uneven_are_refused(self) -> None:
        parameters = PhantomParameters(acquisition=SMALL)
        with pytest.raises(ConfigurationError, match="not in 0 to 10"):
            make_phantom(parameters, slices=[11])
        with pytest.raises(ConfigurationError, match="even steps"):
            make_phantom(parameters, slices=[1, 2, 5])

    def test_a_volume_that_misses_the_head_is_refused(self) -> None:
        scan = Acquisition(shape=(5, 64, 64), centre_lps_mm=(0, 80, 48), spacing_mm=(5, 5, 5))
        with pytest.raises(ConfigurationError, match="from the right head centre"):
            make_phantom(PhantomParameters(acquisition=scan))

    def test_a_plane_without_neck_is_refused(self) -> None:
        turned = HipParameters(anteversion_deg=30, plane_depth_mm=-6)
        with pytest.raises(ConfigurationError, match="not defined on the landmark slice"):
            make_phantom(PhantomParameters(left=turned), slices=[16])
