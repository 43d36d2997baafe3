"""Alpha by the clock face, on isotropic MRI of simulated hips with a cam at a known place."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.errors import ConfigurationError, ExplorationError
from HipLandmarksLib.exploration import RadialSettings, Sight, radial_map
from HipLandmarksLib.exploration.radial_limits import blur_mm, limit_sentences
from HipLandmarksLib.imaging import HipImage
from HipLandmarksLib.measurement import MeasurementStatus
from HipLandmarksLib.measurement.volume import HeadSphere, RadialPlane
from HipLandmarksLib.synthesis import Acquisition, HipParameters, PhantomParameters, make_phantom
from HipLandmarksLib.synthesis.head_truth import HeadTruth
from HipLandmarksLib.synthesis.junction import RadialCam

CORTEX_MM = 1.4
HIPS = PhantomParameters(
    right=HipParameters(alpha_deg=46, cam=RadialCam(40.0, 72.0, 35.0)),
    left=HipParameters(
        alpha_deg=44, head_radius_mm=24.0, anteversion_deg=6.0, cam=RadialCam(75.0, 80.0, 28.0)
    ),
    acquisition=Acquisition(
        shape=(62, 116, 262),
        spacing_mm=(1.0, 1.0, 1.0),
        thickness_mm=1.0,
        centre_lps_mm=(0.0, 4.0, -6.0),
        subplanes=1,
        field_edge_mm=0.0,
    ),
)


@pytest.fixture(scope="module")
def isotropic() -> HipImage:
    return make_phantom(HIPS, seed=3).image


@pytest.fixture(scope="module")
def thick(isotropic: HipImage) -> HipImage:
    """The same hips in slices of 5 mm: each is the mean of five."""
    count = isotropic.n_slices // 5
    pixels = isotropic.pixels[: 5 * count].reshape(count, 5, *isotropic.pixels.shape[1:])
    matrix = isotropic.ijk_to_lps.copy()
    matrix[:3, 3] += 2 * matrix[:3, 2]
    matrix[:3, 2] *= 5
    return HipImage(
        pixels.mean(axis=1).astype(np.float32), matrix, isotropic.modality, isotropic.calibration
    )


def head_of(truth: HeadTruth, shift=(0.0, 0.0, 0.0)) -> HeadSphere:
    x, y, z = (value + by for value, by in zip(truth.centre, shift, strict=True))
    return HeadSphere((x, y, z), truth.radius_mm - CORTEX_MM)


def mapped(image: HipImage, side: Side, shift=(0.0, 0.0, 0.0), **settings: float):
    """Truth and map of one side; the sphere that is given lies off by ``shift`` mm."""
    truth = HeadTruth.of(HIPS, side)
    neck = truth.on_axis(30.0)
    return truth, radial_map(image, side, head_of(truth, shift), neck, RadialSettings(**settings))


def turned(a: float, b: float) -> float:
    return abs((a - b + 180.0) % 360.0 - 180.0)


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("shift", [(0.0, 0.0, 0.0), (0.8, -0.8, 0.8)])
def test_alpha_by_the_clock_the_place_of_the_cam_and_omega_are_those_dialled(
    isotropic, side, shift
) -> None:
    truth, found = mapped(isotropic, side, shift)
    assert all(section.sight is not Sight.UNSEEN for section in found.sections)
    errors = [s.alpha_deg - truth.alpha_deg(s.theta_deg) for s in found.sections]
    assert np.mean(np.abs(errors)) < 2.0
    assert np.percentile(np.abs(errors), 90) < 3.0
    assert turned(found.bump_theta_deg, truth.femur.hip.cam.theta_deg) < 15.0
    assert found.omega.omega_deg == pytest.approx(truth.omega_deg(60.0), abs=10.0)
    assert found.maximum.alpha_deg == pytest.approx(truth.femur.hip.cam.alpha_deg, abs=3.0)
    within = [s.ci95[0] <= truth.alpha_deg(s.theta_deg) <= s.ci95[1] for s in found.sections]
    assert np.mean(within) > 0.85


def test_the_sphere_is_settled_on_the_edge_of_the_marrow(isotropic) -> None:
    truth, found = mapped(isotropic, Side.LEFT, (1.0, 1.0, -1.0), step_deg=45.0)
    assert np.linalg.norm(np.subtract(found.frame.head, truth.centre)) < 0.5
    assert found.radius_mm == pytest.approx(truth.radius_mm - CORTEX_MM, abs=0.4)


def test_a_bump_has_a_height_and_a_slim_neck_has_none(isotropic) -> None:
    truth, found = mapped(isotropic, Side.LEFT, step_deg=30.0)
    assert len(found.sections) == 12
    assert turned(found.highest.theta_deg, truth.femur.hip.cam.theta_deg) <= 30.0
    assert found.highest.cam_height_mm > 0.6
    assert found.at(240.0).cam_height_mm < 0.3


def test_exit_points_lie_on_the_sphere_and_in_their_plane(isotropic) -> None:
    _, found = mapped(isotropic, Side.RIGHT, step_deg=45.0)
    for section in found.sections:
        along, away, off = found.frame.in_plane(section.exit_point, section.theta_deg)
        assert off == pytest.approx(0.0, abs=1e-6)
        assert np.hypot(along, away) == pytest.approx(found.radius_mm)
        assert len(section.contour) > 50


def test_an_isotropic_image_has_no_limits_to_tell_of(isotropic) -> None:
    _, found = mapped(isotropic, Side.LEFT, step_deg=45.0)
    assert all("apart" not in limit for limit in found.limits)
    assert found.clock_resolution_deg < 3.0


def test_thick_slices_say_what_they_do_not_show(thick) -> None:
    truth, found = mapped(thick, Side.LEFT)
    unseen = [section for section in found.sections if section.sight is Sight.UNSEEN]
    assert unseen
    assert all(s.alpha_deg is None and s.ci95 is None and s.reason for s in unseen)
    assert "5.0 mm apart" in found.limits[0]
    assert any("Not seen: " in limit for limit in found.limits)
    assert any("cannot rule one out" in limit for limit in found.limits)
    seen = [section for section in found.sections if section.alpha_deg is not None]
    within = [s.ci95[0] <= truth.alpha_deg(s.theta_deg) <= s.ci95[1] for s in seen]
    assert seen and np.mean(within) > 0.75


def test_where_a_part_of_the_clock_is_not_seen_omega_is_not_zero(thick) -> None:
    _, found = mapped(thick, Side.LEFT, step_deg=30.0, threshold_deg=120.0)
    assert found.omega.omega_deg is None
    assert "not all of them are seen" in found.omega.reason


def test_a_junction_at_the_border_of_the_image_is_not_seen(isotropic) -> None:
    truth = HeadTruth.of(HIPS, Side.LEFT)
    front = round(float(isotropic.to_ijk(truth.centre)[2])) - 16
    matrix = isotropic.ijk_to_lps.copy()
    matrix[:3, 3] += front * matrix[:3, 2]
    cut = replace(isotropic, pixels=isotropic.pixels[front:], ijk_to_lps=matrix)
    _, found = mapped(cut, Side.LEFT, step_deg=45.0)
    assert found.at(90.0).sight is Sight.UNSEEN
    assert "border" in found.at(90.0).reason
    assert found.at(180.0).alpha_deg == pytest.approx(truth.alpha_deg(180.0), abs=4.0)


def test_the_map_goes_into_json(isotropic) -> None:
    _, found = mapped(isotropic, Side.RIGHT, step_deg=45.0)
    text = json.loads(json.dumps(found.to_dict()))
    assert text["side"] == Side.RIGHT.value
    assert [section["clock"] for section in text["sections"][:3]] == ["12:00", "1:30", "3:00"]


def test_what_defines_no_clock_face_is_refused_in_words(isotropic) -> None:
    truth = HeadTruth.of(HIPS, Side.LEFT)
    head, neck = head_of(truth), truth.on_axis(30.0)
    one = replace(isotropic, pixels=isotropic.pixels[30:31])
    cases = [
        (isotropic, HeadSphere(head.centre), neck, "radius"),
        (one, head, neck, "several slices"),
        (isotropic, head, head.centre, "less than 2 mm apart"),
        (isotropic, HeadSphere((500.0, 0.0, 0.0), 20.0), (530.0, 0.0, -20.0), "dark"),
    ]
    for image, sphere, point, words in cases:
        with pytest.raises(ExplorationError, match=words):
            radial_map(image, Side.LEFT, sphere, point)


def test_a_head_that_is_none_is_refused(isotropic) -> None:
    noise = np.random.default_rng(0).uniform(0, 900, isotropic.pixels.shape).astype(np.float32)
    with pytest.raises(ExplorationError, match="No edge of bright marrow"):
        mapped(replace(isotropic, pixels=noise), Side.LEFT)
    with pytest.raises(ExplorationError):
        mapped(isotropic, Side.LEFT, (0.0, 0.0, 15.0))


@pytest.mark.parametrize("settings", [{"step_deg": 7.0}, {"threshold_deg": float("nan")}])
def test_settings_that_cannot_be_are_refused(settings) -> None:
    with pytest.raises(ConfigurationError):
        RadialSettings(**settings)


class TestLimits:
    def section(self, theta: float, sight: Sight):
        from HipLandmarksLib.exploration import RadialSection

        plane = RadialPlane(theta, None, None, None, MeasurementStatus.DEGENERATE, "")
        return RadialSection(plane, (), sight, 1.0, None)

    def test_neighbouring_places_are_named_as_one_arc_also_past_12_o_clock(self) -> None:
        unseen = {330.0, 0.0, 150.0}
        sections = [
            self.section(30.0 * n, Sight.UNSEEN if 30.0 * n in unseen else Sight.CLEAR)
            for n in range(12)
        ]
        assert limit_sentences(sections, 1.0, 20.0) == ("Not seen: 5:00 and 11:00 to 12:00.",)

    def test_nothing_seen_is_said_at_once(self) -> None:
        sections = [self.section(30.0 * n, Sight.UNSEEN) for n in range(12)]
        assert "Not seen: the whole clock face." in limit_sentences(sections, 5.2, 20.0)

    def test_samples_lie_apart_as_far_as_the_slices_along_their_normal(self, thick) -> None:
        assert blur_mm(thick, [0.0, 1.0, 0.0]) == pytest.approx(5.0)
        assert blur_mm(thick, [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]) == pytest.approx([1.0, 1.0])
