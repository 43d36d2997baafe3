"""The test of cams: exact alpha of unseen simulated hips against what a model reads."""

import numpy as np
import pytest

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.training.cam_test import CamTest, cam_slices, cam_test
from HipLandmarksLib.training.simulated import simulated_slices

KEYS = ("FHC", "NA", "LAE", "LCP", "SHP", "SHD")


class ReadsTheLabels:
    """A detector that knows the exact points, with LCP turned down the rim by ``turn`` degrees."""

    def __init__(self, slices, turn=0.0):
        self.by_image = {id(labelled.image): labelled for labelled in slices}
        self.turn = np.radians(turn)
        self.card = type("Card", (), {"presence_threshold": 0.5})

    def predict(self, image, indices):
        labels = self.by_image[id(image)].labels
        points = {}
        for (side, key), label in labels.items():
            if label.ij is not None:
                xy = np.array(label.ij)
                if key == "LCP":
                    xy = self._turned(xy, np.array(labels[(side, "FHC")].ij), side)
                points[(side, key)] = type("Point", (), {"xy": xy, "presence": 1.0})
        plane = type("Plane", (), {"backward": staticmethod(lambda xy: xy)})
        return [type("Prediction", (), {"points": points, "plane": plane})]

    def _turned(self, point, centre, side):
        turn = self.turn if side is Side.RIGHT else -self.turn
        x, y = point - centre
        c, s = np.cos(-turn), np.sin(-turn)
        return centre + np.array([c * x - s * y, s * x + c * y])


@pytest.fixture(scope="module")
def slices():
    return cam_slices(12, 17, KEYS)


def test_a_model_that_knows_the_points_reads_every_cam(slices):
    result = cam_test(ReadsTheLabels(slices), slices)
    assert max(result.exact) > 60
    assert result.measured == pytest.approx(result.exact)
    figures = result.figures()
    assert (figures["cam_sensitivity"], figures["cam_specificity"]) == (1.0, 1.0)
    assert figures["cams"] == sum(alpha >= 60 for alpha in result.exact) > 0


def test_a_model_that_sets_the_cam_point_too_low_shows_the_bias(slices):
    figures = cam_test(ReadsTheLabels(slices, turn=30), slices).figures()
    assert figures["alpha_bias_of_cams_deg"] == pytest.approx(-30, abs=0.1)
    assert figures["cam_sensitivity"] < 1.0


def test_a_hip_that_is_not_found_is_a_missed_cam():
    figures = CamTest((70.0, 80.0, 40.0), (71.0, None, 41.0)).figures()
    assert figures["not_found"] == 1
    assert figures["cam_sensitivity"] == 0.5
    assert figures["cam_specificity"] == 1.0
    assert figures["alpha_mae_deg"] == 1.0


def test_no_hip_of_the_test_is_among_the_training_hips(slices):
    trained = simulated_slices(3, 17, KEYS)
    for labelled in trained:
        assert not any(np.array_equal(labelled.image.pixels, t.image.pixels) for t in slices)
