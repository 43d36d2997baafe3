"""The overlay picture: right panels, right size, something to see, labels apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread

from HipLandmarksLib.anatomy import HipLandmarks, Side
from HipLandmarksLib.imaging import HipImage
from HipLandmarksLib.measurement import Measurement
from HipLandmarksLib.report import CaseReport
from HipLandmarksLib.report.overlay import draw_overlay, make_panels, write_overlay


@pytest.fixture
def case(image: HipImage, landmarks: HipLandmarks, measurements: list[Measurement]) -> CaseReport:
    return CaseReport.of(image, landmarks, measurements)


def _texts(figure: Figure) -> list[str]:
    return [t.get_text() for axes in figure.axes for t in axes.texts] + [
        t.get_text() for t in figure.texts
    ]


def test_hips_on_different_slices_get_a_panel_each_right_first(case: CaseReport) -> None:
    panels = make_panels(case)
    assert [panel.view.index for panel in panels] == [2, 3]
    assert [panel.hips[0].side for panel in panels] == [Side.RIGHT, Side.LEFT]


def test_hips_on_one_slice_share_one_panel(case: CaseReport) -> None:
    (panel,) = make_panels(replace(case, slices={Side.RIGHT: 3, Side.LEFT: 3}))
    assert [hip.side for hip in panel.hips] == [Side.RIGHT, Side.LEFT]
    right, left = (np.mean([p.xy[0] for p in hip.points]) for hip in panel.hips)
    assert right < left, "the patient's right belongs on the viewer's left"


def test_the_crop_holds_everything_that_is_drawn(case: CaseReport) -> None:
    for panel in make_panels(case):
        left, top, right, bottom = panel.window
        for hip in panel.hips:
            low, high = hip.extent()
            assert left < low[0] and high[0] < right
            assert top < low[1] and high[1] < bottom


def test_pixels_keep_their_aspect(case: CaseReport) -> None:
    figure = draw_overlay(case)
    for axes in figure.axes:
        x0, x1 = axes.get_xlim()
        y0, y1 = axes.get_ylim()
        extent = axes.get_window_extent()
        assert extent.width / abs(x1 - x0) == pytest.approx(extent.height / abs(y1 - y0), rel=1e-3)


def test_the_picture_says_what_it_shows(case: CaseReport) -> None:
    texts = _texts(draw_overlay(case))
    everything = "\n".join(texts)
    for word in ("case_7", "mri-coronal 1.0", "not a medical device", "95 %", "20 mm"):
        assert word in everything
    assert texts.count("R") == texts.count("L") == 2
    for key in ("FHC", "NA", "LAE", "LCP"):
        assert texts.count(key) == 2
    assert sum(text.startswith("alpha") for text in texts) == 2
    assert sum(text.startswith("LCE") and text.endswith("*") for text in texts) == 2


def test_no_two_labels_overlap(case: CaseReport) -> None:
    figure = draw_overlay(case)
    figure.draw_without_rendering()
    for axes in figure.axes:
        labels = [t.get_window_extent() for t in axes.texts if t.get_text() not in ("R", "L")]
        for number, first in enumerate(labels):
            assert not any(first.overlaps(second) for second in labels[number + 1 :])


def test_the_png_is_large_and_not_empty(tmp_path: Path, case: CaseReport) -> None:
    write_overlay(tmp_path / "o.png", case)
    pixels = imread(tmp_path / "o.png")[..., :3]
    height, width = pixels.shape[:2]
    assert width >= 1600
    assert 500 <= height <= 1600
    assert pixels.std() > 0.05
    coloured = np.ptp(pixels, axis=2) > 0.3
    assert coloured.sum() > 1000, "rays and arcs are drawn in colour"


def test_the_grey_picture_lies_under_the_landmarks(case: CaseReport, image: HipImage) -> None:
    """A bright block around the right head centre must be found around the drawn FHC."""
    pixels = np.asarray(image.pixels).copy()
    i, j, k = np.round(image.to_ijk(case.landmarks.position(Side.RIGHT, "FHC"))).astype(int)
    pixels[:] = 10
    pixels[k, j - 1 : j + 2, i - 1 : i + 2] = 1000
    panel = make_panels(replace(case, image=replace(image, pixels=pixels)))[0]
    fhc = next(point for point in panel.hips[0].points if point.key == "FHC")
    rows, columns = np.nonzero(panel.view.pixels > 500)
    np.testing.assert_allclose(fhc.xy, [columns.mean() * 2.0, rows.mean() * 2.0], atol=1.0)


def test_a_case_without_any_landmark_shows_the_middle_slice(
    image: HipImage, tmp_path: Path
) -> None:
    case = CaseReport.of(image, HipLandmarks.of([]), [])
    (panel,) = make_panels(case)
    assert panel.view.index == 3
    write_overlay(tmp_path / "o.png", case)
    assert imread(tmp_path / "o.png").std() > 0.05


def test_a_case_without_image_has_no_overlay(landmarks: HipLandmarks) -> None:
    with pytest.raises(ValueError, match="image"):
        draw_overlay(CaseReport.of(None, landmarks, []))
