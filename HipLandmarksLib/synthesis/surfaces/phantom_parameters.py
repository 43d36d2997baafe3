"""``PelvisPhantomParameters``: every dial of the surface phantom, validated."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from ...anatomy import Side
from ...errors import ConfigurationError
from ..neck import check_neck
from ..ranges import Range, check_ranges

_HIP_RANGES: Mapping[str, Range] = {
    "head_radius_mm": (17, 31),
    "alpha_deg": (33, 95),
    "cam_clock_deg": (-45, 50),
    "lce_deg": (-5, 60),
    "roof_inclination_deg": (-15, 40),
    "version_deg": (-15, 40),
    "anterior_sector_deg": (40, 85),
    "fossa_depth_mm": (1, 7),
    "neck_shaft_angle_deg": (105, 150),
    "neck_length_mm": (35, 75),
    "neck_radius_mm": (9, 20),
    "anteversion_deg": (-10, 40),
    "shaft_radius_mm": (10, 20),
    "shaft_adduction_deg": (-5, 12),
    "trochanter_height_mm": (-15, 26),
    "joint_space_mm": (2.5, 5),
}
_PELVIS_RANGES: Mapping[str, Range] = {
    "interhead_distance_mm": (145, 215),
    "size": (0.82, 1.2),
    "inlet_width_mm": (104, 160),
    "subpubic_angle_deg": (50, 115),
    "wing_height": (0.85, 1.15),
    "wing_flare_deg": (-15, 15),
    "symphysis_gap_mm": (2, 9),
    "sacroiliac_gap_mm": (1.5, 4),
    "unevenness_mm": (0, 0.8),
    "variant": (0, 2**31),
}


@dataclass(frozen=True)
class HipSurfaceParameters:
    """Shape of one hip in three dimensions; lengths in mm, angles in degrees.

    Attributes:
        head_radius_mm: radius of the spherical femoral head (bone).
        alpha_deg: alpha on the anteroposterior projection of the neutral femur: there the upper
            contour is 2 % of the radius outside the head circle.
        cam_clock_deg: direction of the largest bump around the neck, 0 superior, 90 anterior; the
            film shows its flank at 0, where ``alpha_deg`` holds.
        lce_deg: lateral centre-edge angle of the bony rim in the coronal plane through the head
            centre.
        roof_inclination_deg: Toennis angle of the roof's weight-bearing arc in that plane, from
            the fossa's upper border to the rim; positive when the lateral end is higher.
        version_deg: anteversion of the acetabular opening in the axial plane through the head
            centre.
        anterior_sector_deg: anterior acetabular sector angle in that plane (Anda 1991); the
            posterior one is larger by twice the version.
        fossa_depth_mm: depth of the acetabular fossa below the lunate surface.
        neck_shaft_angle_deg: true angle between neck axis and proximal shaft axis.
        neck_length_mm: head centre to shaft axis along the neck axis.
        neck_radius_mm: half the height of the narrowest neck; less than head radius * sin(alpha).
        anteversion_deg: angle of the neck axis to the femur's coronal plane about the shaft.
        shaft_radius_mm: outer radius of the shaft at the end of its straight part.
        shaft_adduction_deg: tilt of the shaft axis in the coronal plane, distal end medial.
        trochanter_height_mm: height of the greater trochanter's tip above the head centre, along
            the shaft axis.
        joint_space_mm: from the head's bone to the lunate surface.
    """

    head_radius_mm: float = 23.5
    alpha_deg: float = 46.0
    cam_clock_deg: float = 45.0
    lce_deg: float = 31.0
    roof_inclination_deg: float = 4.0
    version_deg: float = 19.0
    anterior_sector_deg: float = 63.0
    fossa_depth_mm: float = 3.0
    neck_shaft_angle_deg: float = 128.0
    neck_length_mm: float = 52.0
    neck_radius_mm: float = 15.5
    anteversion_deg: float = 12.0
    shaft_radius_mm: float = 14.5
    shaft_adduction_deg: float = 5.0
    trochanter_height_mm: float = 6.0
    joint_space_mm: float = 3.6

    def __post_init__(self) -> None:
        check_ranges(self, _HIP_RANGES)
        check_neck(self, widest_share=0.97, shortest_radii=1.7)
        if not 20.0 <= self.fossa_border_deg <= 75.0:
            raise ConfigurationError(
                f"lce_deg {self.lce_deg:g} with roof_inclination_deg "
                f"{self.roof_inclination_deg:g} puts the fossa's upper border "
                f"{self.fossa_border_deg:g} deg medial of the vertical; the phantom allows 20 to "
                "75 (lce_deg + 2 * roof_inclination_deg)."
            )

    @property
    def socket_radius_mm(self) -> float:
        """Radius of the lunate surface."""
        return self.head_radius_mm + self.joint_space_mm

    @property
    def fossa_border_deg(self) -> float:
        """Upper border of the fossa, medial of the vertical, in the coronal plane.

        The chord from there to the rim rises by the roof inclination, since both ends lie on one
        circle: (border - lce) / 2 = inclination.
        """
        return self.lce_deg + 2.0 * self.roof_inclination_deg

    @property
    def femoral_offset_mm(self) -> float:
        """True distance of the head centre from the shaft axis."""
        return self.neck_length_mm * math.sin(math.radians(self.neck_shaft_angle_deg))


@dataclass(frozen=True)
class PelvisPhantomParameters:
    """Both hips and the pelvic ring; lengths in mm, angles in degrees.

    Attributes:
        right: the patient's right hip.
        left: the patient's left hip.
        interhead_distance_mm: distance of the two head centres.
        size: size of the pelvis apart from its width, relative to the template.
        inlet_width_mm: largest transverse diameter of the pelvic brim.
        subpubic_angle_deg: angle between the inferior pubic rami, in their plane.
        wing_height: height of the iliac wings relative to the template.
        wing_flare_deg: outward tilt of the iliac wings relative to the template.
        symphysis_gap_mm: between the two pubic bones.
        sacroiliac_gap_mm: between sacrum and ilium.
        unevenness_mm: standard deviation of the small bumps of hip bones and sacrum, which leave
            the socket and its rim alone.
        variant: seed of these bumps, 0 or more.

    Raises:
        ConfigurationError: when a value is out of range or contradicts another.
    """

    right: HipSurfaceParameters = field(default_factory=HipSurfaceParameters)
    left: HipSurfaceParameters = field(default_factory=HipSurfaceParameters)
    interhead_distance_mm: float = 176.0
    size: float = 1.0
    inlet_width_mm: float = 126.0
    subpubic_angle_deg: float = 74.0
    wing_height: float = 1.0
    wing_flare_deg: float = 0.0
    symphysis_gap_mm: float = 4.5
    sacroiliac_gap_mm: float = 2.4
    unevenness_mm: float = 0.4
    variant: int = 0

    def __post_init__(self) -> None:
        check_ranges(self, _PELVIS_RANGES)

    def hip(self, side: Side) -> HipSurfaceParameters:
        """Parameters of one side."""
        return self.left if side is Side.LEFT else self.right
