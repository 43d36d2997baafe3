"""Alpha and LCE of hips that were measured by hand and by other code on real MRI."""

from __future__ import annotations

import json
from math import atan2, degrees

import pytest

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, Side
from HipLandmarksLib.imaging import read_image
from HipLandmarksLib.measurement import MeasurementSettings, Reference, ViewPlane, measure


@pytest.mark.parametrize("name", ["case_01", "case_03", "case_08"])
def test_alpha_and_lce_of_a_real_case(name, shared_data):
    """The reference values are rounded to 0.1 degrees, the points to 0.01 px.

    Their LCE is against the pixel column; ours against the patient's superior direction. The
    difference is the roll of the slices, which is taken out here.
    """
    data = json.loads((shared_data / "mri" / "landmarks.json").read_text(encoding="utf-8"))
    case = data["cases"][name]
    image = read_image(shared_data / "mri" / f"{name}.nrrd")
    points = []
    for side in Side:
        hip = case[side.word]
        for key in ("FHC", "NA", "LAE", "LCP"):
            position = tuple(image.to_lps([*hip[f"{key}_ij"], hip["on_slice"]]))
            points.append(Landmark(side, key, position))
    settings = MeasurementSettings.for_image(image, reference=Reference.IMAGE)
    plane = ViewPlane.from_image(image)
    results = measure(HipLandmarks.of(points), plane, settings)
    values = {(m.side, m.id): m.value for m in results}
    roll = degrees(atan2(*plane.project(-image.ijk_to_lps[:3, 1])))
    for side, lateral in ((Side.RIGHT, -1.0), (Side.LEFT, 1.0)):
        lce = values[(side, "lce")] - lateral * roll
        assert values[(side, "alpha")] == pytest.approx(case[side.word]["alpha_deg"], abs=0.15)
        assert lce == pytest.approx(case[side.word]["lce_deg"], abs=0.15)
