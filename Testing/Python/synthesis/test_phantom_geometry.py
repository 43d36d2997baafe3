"""The phantom's landmarks measure exactly what was dialled in."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from HipLandmarksLib.anatomy import LandmarkState, Side, SourceKind
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.imaging import HipImage, Modality
from HipLandmarksLib.imaging.calibration import Calibration, SpacingProvenance
from HipLandmarksLib.measurement import MeasurementSettings, Reference, ViewPlane, measure
from HipLandmarksLib.synthesis import (
    Acquisition,
    HipParameters,
    PhantomParameters,
    best_slices,
    exact_landmarks,
    landmarks_on_slice,
    make_phantom,
    random_parameters,
    slice_depth,
)
from HipLandmarksLib.synthesis.hip import HipModel

IDS = ("alpha", "lce", "nsa", "femoral_offset_mm")


def view() -> ViewPlane:
    """The coronal plane of an image with the phantom's orientation."""
    matrix = np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1]], dtype=float)
    pixels = np.arange(512, dtype=np.float32).reshape(2, 16, 16)
    calibration = Calibration(SpacingProvenance.PATIENT_PLANE)
    return ViewPlane.from_image(HipImage(pixels, matrix, Modality.MR, calibration))


def measured(landmarks) -> dict[tuple[Side, str], float | None]:
    settings_ = MeasurementSettings(
        reference=Reference.IMAGE, calibration=Calibration(SpacingProvenance.PATIENT_PLANE)
    )
    return {(m.side, m.id): m.value for m in measure(landmarks, view(), settings_, ids=IDS)}


@st.composite
def hips(draw) -> HipParameters:
    radius = draw(st.floats(18, 28))
    alpha = draw(st.floats(36, 92))
    widest = radius * math.sin(math.radians(min(alpha, 90)))
    return HipParameters(
        head_radius_mm=radius,
        alpha_deg=alpha,
        lce_deg=draw(st.floats(0, 60)),
        neck_shaft_angle_deg=draw(st.floats(112, 145)),
        neck_length_mm=radius * draw(st.floats(1.95, 2.5)),
        neck_radius_mm=min(radius * draw(st.floats(0.5, 0.66)), widest),
        anteversion_deg=draw(st.floats(0, 18)),
        shaft_adduction_deg=draw(st.floats(-4, 9)),
        trochanter_height_mm=draw(st.floats(-12, 0)),
        plane_depth_mm=draw(st.floats(1, 5)),
        head_depth_mm=draw(st.floats(-5, 5)),
    )


class TestMeasurementsReturnTheDials:
    @settings(max_examples=60, deadline=None)
    @given(right=hips(), left=hips(), tilt=st.floats(-5, 5))
    def test_alpha_lce_neck_shaft_angle_and_offset_on_both_sides(self, right, left, tilt) -> None:
        parameters = PhantomParameters(right=right, left=left, obliquity_deg=tilt)
        try:
            landmarks = exact_landmarks(parameters)
        except ConfigurationError as error:
            assume("not defined" not in str(error))
            raise
        values = measured(landmarks)
        for side in Side:
            hip = parameters.hip(side)
            assert values[side, "alpha"] == pytest.approx(hip.alpha_deg, abs=0.1)
            assert values[side, "lce"] == pytest.approx(hip.lce_deg, abs=0.1)
            if landmarks[side, "SHD"].state is LandmarkState.VISIBLE:
                assert values[side, "nsa"] == pytest.approx(hip.neck_shaft_angle_deg, abs=0.1)
                offset = values[side, "femoral_offset_mm"]
                assert offset == pytest.approx(hip.femoral_offset_mm, abs=0.1)

    def test_the_default_measures_its_defaults(self) -> None:
        parameters = PhantomParameters()
        values = measured(exact_landmarks(parameters))
        for side in Side:
            found = [values[side, id_] for id_ in IDS]
            assert found == pytest.approx([46.0, 32.0, 128.0, 52 * math.sin(math.radians(128))])

    def test_the_random_population_measures_its_draws(self) -> None:
        rng = np.random.default_rng(5)
        for _ in range(25):
            parameters = random_parameters(rng)
            values = measured(exact_landmarks(parameters))
            for side in Side:
                hip = parameters.hip(side)
                assert values[side, "alpha"] == pytest.approx(hip.alpha_deg, abs=0.1)
                assert values[side, "lce"] == pytest.approx(hip.lce_deg, abs=0.1)


class TestContour:
    @settings(max_examples=60, deadline=None)
    @given(hip=hips())
    def test_the_bone_follows_the_head_circle_up_to_lcp_and_leaves_it_there(self, hip) -> None:
        parameters = PhantomParameters(right=hip, left=hip)
        try:
            landmarks = exact_landmarks(parameters)
        except ConfigurationError:
            assume(False)
        model = HipModel.of(parameters, Side.LEFT)
        y = model.femur.plane_depth_mm
        lcp = landmarks.position(Side.LEFT, "LCP") - landmarks.position(Side.LEFT, "FHC")
        radius = math.hypot(lcp[0], lcp[2])
        assert radius == pytest.approx(math.sqrt(hip.head_radius_mm**2 - y * y), abs=1e-6)
        angle = math.atan2(lcp[0], lcp[2])  # from straight up, laterally

        def distance(degrees_beyond: float) -> float:
            turned = angle + math.radians(degrees_beyond)
            x, z = radius * math.sin(turned), radius * math.cos(turned)
            return float(model.femur.signed_distance(np.float64(x), y, np.float64(z)))

        assert all(abs(distance(beyond)) < 1e-4 for beyond in (-60.0, -30.0, -10.0, -1.0))
        assert all(distance(beyond) < -1e-3 for beyond in (2.0, 5.0, 10.0, 20.0))

    def test_lae_is_a_corner_of_the_hip_bone(self) -> None:
        parameters = PhantomParameters()
        model = HipModel.of(parameters, Side.LEFT)
        y = model.femur.plane_depth_mm
        x, z = model.points_at(y + model.head[1])["LAE"]
        heights = np.arange(z - 30, z + 30, 0.25, dtype=np.float32)[:, None]
        columns = np.arange(x - 30, x + 30, 0.25, dtype=np.float32)[None, :]
        bone = model.pelvis.signed_distance(columns, y, heights) < 0
        lateral = columns[0][np.where(bone.any(axis=0))[0]].max()
        near = bone & (np.hypot(columns - x, heights - z) < 1.0)
        assert lateral == pytest.approx(x, abs=0.8)
        assert near.any()
        assert near.mean() * near.size < 0.5 * math.pi / 0.25**2  # a corner, less than a half disc


class TestNeighbouringSlices:
    def test_the_section_of_the_sphere_keeps_its_centre_and_shrinks(self) -> None:
        parameters = PhantomParameters()
        best = best_slices(parameters)[Side.RIGHT]
        for index in range(best - 2, best + 3):
            points = landmarks_on_slice(parameters, index)
            fhc = points.position(Side.RIGHT, "FHC")
            assert fhc == pytest.approx([-87.0, slice_depth(parameters, index), 0.0])

    def test_the_landmark_slice_holds_the_case_landmarks(self) -> None:
        parameters = PhantomParameters()
        case = exact_landmarks(parameters)
        for side, index in best_slices(parameters).items():
            on_slice = landmarks_on_slice(parameters, index)
            for key in ("FHC", "NA", "LAE", "LCP", "NB"):
                assert on_slice.position(side, key) == pytest.approx(case.position(side, key))

    def test_lcp_lies_on_the_head_sphere_on_every_slice_that_has_one(self) -> None:
        parameters = PhantomParameters()
        found = 0
        for index in range(parameters.acquisition.shape[0]):
            lcp = landmarks_on_slice(parameters, index).position(Side.LEFT, "LCP")
            if lcp is not None:
                found += 1
                assert np.linalg.norm(lcp - [87.0, 0.0, 0.0]) == pytest.approx(23.0, abs=1e-6)
        assert found >= 3

    def test_far_slices_hold_no_landmarks(self) -> None:
        parameters = PhantomParameters()
        assert len(landmarks_on_slice(parameters, 0)) == 0
        assert len(landmarks_on_slice(parameters, 35)) == 0

    def test_points_outside_the_field_of_view_are_absent(self) -> None:
        scan = Acquisition(centre_lps_mm=(0.0, 5.0, 100.0))
        landmarks = exact_landmarks(PhantomParameters(acquisition=scan))
        assert landmarks[Side.LEFT, "SHD"].state is LandmarkState.ABSENT
        assert landmarks[Side.LEFT, "FHC"].state is LandmarkState.VISIBLE

    def test_every_landmark_says_that_it_is_simulated(self) -> None:
        for landmark in exact_landmarks(PhantomParameters()).values():
            assert landmark.source.kind is SourceKind.SIMULATION


class TestMirror:
    def test_the_mirrored_phantom_is_the_mirror_image(self) -> None:
        parameters = PhantomParameters(
            right=HipParameters(alpha_deg=66, lce_deg=20),
            left=HipParameters(neck_shaft_angle_deg=120, lce_deg=40),
            obliquity_deg=2.0,
        )
        body = replace(parameters.body, warp_mm=0, fat_streaks=0, bowel_loops=0)
        scan = Acquisition(
            shape=(9, 96, 96),
            spacing_mm=(3.7, 3.7, 5.2),
            centre_lps_mm=(4.0, 5.0, 48.0),
            noise=0,
            bias=0,
            texture=0,
        )
        parameters = replace(parameters, body=body, acquisition=scan)
        original = make_phantom(parameters)
        mirrored = make_phantom(parameters.mirrored())
        difference = np.abs(original.image.pixels[:, :, ::-1] - mirrored.image.pixels)
        # Where the two sides overlap at the midline, the left one is painted last.
        away = np.abs(original.image.to_ijk([0, 0, 0])[0] - np.arange(96)) > 3
        assert np.max(difference[:, :, away[::-1]]) <= 2
        assert np.mean(difference > 2) < 0.005
        for (side, key), landmark in original.landmarks.items():
            twin = mirrored.landmarks[side.opposite, key]
            assert twin.point() == pytest.approx(landmark.point() * [-1, 1, 1], abs=1e-9)
