"""Side markers: every make shows its letter, and only that."""

from __future__ import annotations

import json

import numpy as np
import pytest

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.synthesis.radiograph.materials import Material
from HipLandmarksLib.synthesis.radiograph.objects import (
    LetterShape,
    MarkerFrame,
    MarkerStyle,
    SideMarker,
    path_lengths_of,
)
from HipLandmarksLib.synthesis.radiograph.objects.rays import FilmGrid

from .simple_view import simple_view

RIGHT, LEFT = Side.RIGHT, Side.LEFT


@pytest.fixture(scope="module")
def view():
    return simple_view()


def lead(view, side=RIGHT, **make) -> np.ndarray:
    """mm of lead on the film, of a letter 40 mm high in its middle."""
    height, width = view.camera.shape
    marker = SideMarker(side, (width / 2, height / 2), 40.0, 6.0, **make)
    found = path_lengths_of(marker.pieces(view), FilmGrid.of(view, None))
    return found[Material.LEAD].numpy()


def test_an_outlined_letter_is_hollow(view):
    solid, hollow = lead(view), lead(view, style=MarkerStyle.OUTLINED)
    assert np.all(hollow <= solid + 1e-5)
    assert 0.3 * solid.sum() < hollow.sum() < 0.7 * solid.sum()


@pytest.mark.parametrize("frame", [MarkerFrame.BOX, MarkerFrame.RING])
def test_a_letter_that_is_cut_out_is_the_hole_in_a_sheet(view, frame):
    solid, hole = lead(view) > 0.6, lead(view, style=MarkerStyle.CUT_OUT, frame=frame) > 0.6
    assert not (solid & hole).any()
    rows, columns = np.nonzero(hole)
    box = np.zeros_like(hole)
    box[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] = True
    assert box[solid].all()


@pytest.mark.parametrize("frame", [MarkerFrame.BOX, MarkerFrame.RING])
@pytest.mark.parametrize("side", Side)
def test_a_frame_surrounds_the_letter(view, frame, side):
    bare, framed = lead(view, side) > 0, lead(view, side, frame=frame) > 0
    rows, columns = np.nonzero(framed)
    inner = np.nonzero(bare)
    assert rows.min() < inner[0].min() and rows.max() > inner[0].max()
    assert columns.min() < inner[1].min() and columns.max() > inner[1].max()
    assert framed[bare].all()


def test_initials_lie_below_and_balls_above_the_letter(view):
    bare, more = lead(view), lead(view, initials="AB", balls=2)
    rows = np.nonzero(bare)[0]
    extra = np.nonzero((more > 0) & (bare == 0))[0]
    assert (extra < rows.min()).any() and (extra > rows.max()).any()
    assert not ((extra > rows.min()) & (extra < rows.max())).any()


def test_thin_lead_lets_the_beam_through(view):
    assert lead(view, lead_mm=0.1).max() == pytest.approx(0.1, rel=0.1)


@pytest.mark.parametrize("seed", range(12))
def test_any_form_of_a_letter_stands_upright_and_is_told_from_the_other_one(seed):
    """The stem is on the left; an L has nothing at its upper right, an R has."""
    shape = LetterShape.random(np.random.default_rng(seed))
    for side in Side:
        strokes = shape.strokes(side)
        ends = strokes.reshape(-1, 2)
        assert np.abs(ends[:, 1]).max() == pytest.approx(0.5, abs=1e-6)
        upper_right = ends[(ends[:, 1] < 0.1) & (ends[:, 0] > 0.15 * shape.width)]
        assert bool(len(upper_right)) or side is LEFT
        lower_right = ends[(ends[:, 1] > 0.4) & (ends[:, 0] > 0)]
        assert len(lower_right)


def test_a_random_make_is_told_as_plain_values(view):
    makes = set()
    for seed in range(60):
        marker = SideMarker.of_size(np.random.default_rng(seed), LEFT, (50.0, 60.0), 15.0)
        told = json.loads(json.dumps(marker.describe()))
        assert told["side"] == "L" and told["shape"]["width"] > 0
        makes.add((told["style"], told["frame"]))
        assert marker.pieces(view)
    assert len(makes) >= 6


def test_a_letter_of_no_sense_is_refused():
    with pytest.raises(ConfigurationError):
        LetterShape(width=5.0)
    with pytest.raises(ConfigurationError):
        SideMarker(LEFT, (0.0, 0.0), balls=99)
