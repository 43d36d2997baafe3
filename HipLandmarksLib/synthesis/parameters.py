"""``PhantomParameters``: every dial of the analytic hip phantom, validated."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..anatomy import Side
from ..errors import ConfigurationError
from .junction import RadialCam
from .neck import check_neck
from .ranges import Range, check_ranges

_HIP_RANGES: Mapping[str, Range] = {
    "head_radius_mm": (15, 32),
    "alpha_deg": (30, 95),
    "lce_deg": (-5, 65),
    "neck_shaft_angle_deg": (105, 150),
    "neck_length_mm": (35, 75),
    "neck_radius_mm": (7, 20),
    "anteversion_deg": (-5, 30),
    "shaft_radius_mm": (9, 20),
    "shaft_cortex_mm": (1.5, 8),
    "shaft_adduction_deg": (-12, 15),
    "trochanter_height_mm": (-20, 12),
    "joint_space_mm": (1.5, 7),
    "plane_depth_mm": (-6, 12),
    "head_depth_mm": (-15, 15),
}
_BODY_RANGES: Mapping[str, Range] = {
    "scale": (0.8, 1.25),
    "half_width_mm": (130, 260),
    "muscle": (0.6, 1.25),
    "fat_streaks": (0, 1),
    "bladder_mm": (0, 60),
    "bowel_loops": (0, 60),
    "warp_mm": (0, 8),
}
_ACQUISITION_RANGES: Mapping[str, Range] = {
    "thickness_mm": (0.1, 12),
    "psf_fwhm_mm": (0, 5),
    "noise": (0, 0.3),
    "bias": (0, 0.8),
    "texture": (0, 0.5),
    "field_edge_mm": (0, 60),
    "subplanes": (1, 9),
}


@dataclass(frozen=True)
class HipParameters:
    """Shape of one hip; lengths in mm, angles in degrees.

    Angles and the femoral offset hold *in the coronal plane of the landmark slice*, which is what
    a reader measures there; the neck additionally leaves that plane by ``anteversion_deg``.

    Attributes:
        head_radius_mm: radius of the spherical femoral head (bone).
        alpha_deg: alpha angle on the landmark slice: the contour leaves the head circle there.
            With a ``cam`` it is alpha in the radial planes beside the bump.
        lce_deg: lateral centre-edge angle (bone edge, against the image vertical).
        neck_shaft_angle_deg: projected neck-shaft angle.
        neck_length_mm: head centre to shaft axis, along the projected neck axis.
        neck_radius_mm: radius of the narrowest neck; less than head radius * sin(alpha).
        anteversion_deg: angle of the neck axis to the coronal plane, head in front.
        shaft_radius_mm: outer radius of the shaft.
        shaft_cortex_mm: thickness of the shaft's cortex.
        shaft_adduction_deg: tilt of the shaft in the coronal plane, distal end medial.
        trochanter_height_mm: height of the greater trochanter's tip above the head centre.
        joint_space_mm: from the head's bone to the acetabulum's bone.
        plane_depth_mm: wanted depth of the landmark slice behind the head centre; the nearest
            slice is taken.
        head_depth_mm: antero-posterior position of the head centre, positive behind the origin.
        cam: a bump at a place of the clock face; None for one on the landmark slice.
    """

    head_radius_mm: float = 23.0
    alpha_deg: float = 46.0
    lce_deg: float = 32.0
    neck_shaft_angle_deg: float = 128.0
    neck_length_mm: float = 52.0
    neck_radius_mm: float = 13.5
    anteversion_deg: float = 12.0
    shaft_radius_mm: float = 13.5
    shaft_cortex_mm: float = 4.5
    shaft_adduction_deg: float = 4.0
    trochanter_height_mm: float = -3.0
    joint_space_mm: float = 3.2
    plane_depth_mm: float = 3.0
    head_depth_mm: float = 0.0
    cam: RadialCam | None = None

    def __post_init__(self) -> None:
        check_ranges(self, _HIP_RANGES)
        check_neck(self, widest_share=1.0, shortest_radii=1.6)
        if self.cam is not None and self.cam.alpha_deg < self.alpha_deg:
            raise ConfigurationError(
                f"The cam's alpha is {self.cam.alpha_deg:g} deg, less than alpha_deg beside it "
                f"({self.alpha_deg:g}); choose a larger one."
            )

    @property
    def femoral_offset_mm(self) -> float:
        """Distance of the head centre from the shaft line in the coronal plane, mm."""
        return self.neck_length_mm * math.sin(math.radians(self.neck_shaft_angle_deg))


@dataclass(frozen=True)
class BodyParameters:
    """Soft tissue and patient size.

    Attributes:
        scale: size of pelvis and muscles relative to the template.
        half_width_mm: half the width of the body at the hips, skin included.
        muscle: thickness of the muscles relative to the template.
        fat_streaks: 0 lean muscle to 1 strongly streaked with fat.
        bladder_mm: half-width of the bladder; 0 for none.
        bowel_loops: number of bowel loops in the pelvis.
        warp_mm: amplitude of the smooth irregularity of soft tissue.
        variant: seed of the soft tissue's irregularities.
    """

    scale: float = 1.0
    half_width_mm: float = 186.0
    muscle: float = 1.0
    fat_streaks: float = 0.35
    bladder_mm: float = 34.0
    bowel_loops: int = 26
    warp_mm: float = 3.0
    variant: int = 0

    def __post_init__(self) -> None:
        check_ranges(self, _BODY_RANGES)


@dataclass(frozen=True)
class TissueIntensities:
    """T1-weighted signal of each tissue as a fraction of subcutaneous fat (1.0)."""

    fat: float = 1.0
    marrow: float = 0.66
    pelvic_marrow: float = 0.58
    vertebra: float = 0.46
    muscle: float = 0.31
    cartilage: float = 0.38
    fluid: float = 0.20
    cortex: float = 0.06
    disc: float = 0.16
    bladder: float = 0.5
    bowel: float = 0.42
    gas: float = 0.04
    skin: float = 0.55
    air: float = 0.0

    def __post_init__(self) -> None:
        check_ranges(self, dict.fromkeys(self.__dataclass_fields__, (0.0, 2.0)))
        if not self.cortex < self.muscle < self.marrow:
            raise ConfigurationError(
                "On a T1-weighted image cortex is darker than muscle and muscle darker than "
                f"marrow; got cortex {self.cortex:g}, muscle {self.muscle:g}, "
                f"marrow {self.marrow:g}."
            )


@dataclass(frozen=True)
class Acquisition:
    """Coronal scan: i grows to the patient's left, j downwards, k backwards.

    Attributes:
        shape: (slices, rows, columns).
        spacing_mm: (column step, row step, slice step).
        centre_lps_mm: LPS position of the volume's centre.
        thickness_mm: slice thickness (the rest of the slice step is gap).
        subplanes: samples through the thickness for the partial volume of bone.
        psf_fwhm_mm: in-plane point spread function, full width at half maximum.
        noise: standard deviation of the complex noise, as fraction of fat (Rician magnitude).
        bias: relative amplitude of the smooth receive field.
        texture: relative amplitude of fine tissue texture.
        field_edge_mm: depth of the curved dark border left by gradient unwarping.
        fat_signal: pixel value of fat.
    """

    shape: tuple[int, int, int] = (36, 384, 384)
    spacing_mm: tuple[float, float, float] = (0.911458, 0.911458, 5.2)
    centre_lps_mm: tuple[float, float, float] = (0.0, 5.0, 48.0)
    thickness_mm: float = 4.0
    subplanes: int = 3
    psf_fwhm_mm: float = 1.1
    noise: float = 0.025
    bias: float = 0.25
    texture: float = 0.04
    field_edge_mm: float = 10.0
    fat_signal: float = 640.0

    def __post_init__(self) -> None:
        check_ranges(self, _ACQUISITION_RANGES)
        if len(self.shape) != 3 or min(self.shape[1:]) < 16 or self.shape[0] < 1:
            raise ConfigurationError(
                f"shape is {self.shape}; give (slices, rows, columns) with at least one slice "
                "and 16 rows and columns."
            )
        if len(self.spacing_mm) != 3 or not all(0.05 <= step <= 20 for step in self.spacing_mm):
            raise ConfigurationError(
                f"spacing_mm is {self.spacing_mm}; give three steps between 0.05 and 20 mm."
            )
        if not self.fat_signal > 0:
            raise ConfigurationError(f"fat_signal is {self.fat_signal:g}; it must be positive.")


@dataclass(frozen=True)
class PhantomParameters:
    """Both hips, body, tissues and scan of one phantom.

    Attributes:
        right: the patient's right hip.
        left: the patient's left hip.
        interhead_distance_mm: distance of the two head centres.
        obliquity_deg: in-plane tilt of the pelvis, positive when the patient's left is higher.
        body: soft tissue and size.
        tissues: signal of each tissue.
        acquisition: grid, blur, noise.

    Raises:
        ConfigurationError: when a value is out of range or contradicts another.
    """

    right: HipParameters = field(default_factory=HipParameters)
    left: HipParameters = field(default_factory=HipParameters)
    interhead_distance_mm: float = 174.0
    obliquity_deg: float = 0.0
    body: BodyParameters = field(default_factory=BodyParameters)
    tissues: TissueIntensities = field(default_factory=TissueIntensities)
    acquisition: Acquisition = field(default_factory=Acquisition)

    def __post_init__(self) -> None:
        check_ranges(self, {"interhead_distance_mm": (130, 230), "obliquity_deg": (-10, 10)})

    def hip(self, side: Side) -> HipParameters:
        """Parameters of one side."""
        return self.left if side is Side.LEFT else self.right

    def mirrored(self) -> PhantomParameters:
        """The mirror image: sides swapped, tilt and centre reversed."""
        x, y, z = self.acquisition.centre_lps_mm
        return replace(
            self,
            right=self.left,
            left=self.right,
            obliquity_deg=-self.obliquity_deg,
            acquisition=replace(self.acquisition, centre_lps_mm=(-x, y, z)),
        )
