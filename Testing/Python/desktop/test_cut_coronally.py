"""An axial volume of equal spacing can be detected: the panel goes on with coronal slices of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from HipLandmarksLib.imaging import coronal_angle_deg
from HipLandmarksLib.scene import add_volume, image_of_volume


def test_the_panel_goes_on_with_coronal_slices(hands):
    axial = np.array([[1.5, 0, 0, 0], [0, 1.5, 0, 0], [0, 0, 1.5, 0], [0, 0, 0, 1.0]])
    pixels = np.random.default_rng(0).integers(0, 900, (30, 32, 34)).astype(np.int16)
    image = replace(hands.case.image, pixels=pixels, ijk_to_lps=axial, name="cube")
    chosen = add_volume(hands.scene, image)
    hands.ui.volume.setCurrentNode(chosen)
    hands.turn()
    hands.press("detect")
    volume = hands.widget.panel.desk.volume
    assert volume is not chosen and volume.GetName() == "cube (coronal)"
    assert coronal_angle_deg(image_of_volume(volume)) == 0
    hands.wait_for(lambda: hands.ui.detect.text == "Detect landmarks")
    assert hands.session.study(volume) is not None
    assert hands.session.study(chosen) is None
