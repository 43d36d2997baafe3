"""Labels cover neither one another nor the points, as long as there is room."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from HipLandmarksLib.report.label_layout import Box, Label, place_labels

FRAME = Box(0, 0, 800, 800)
SIZE = (60.0, 14.0)

anchors = st.lists(
    st.tuples(st.floats(100, 700), st.floats(100, 700)), min_size=1, max_size=8, unique=True
)


def _labels(points: list[tuple[float, float]]) -> list[Label]:
    return [Label(point, SIZE, (400.0, 400.0)) for point in points]


@settings(max_examples=40, deadline=None)
@given(anchors)
def test_labels_never_overlap_and_stay_inside_the_frame(points: list[tuple[float, float]]) -> None:
    boxes = place_labels(_labels(points), np.array(points), FRAME)
    for number, box in enumerate(boxes):
        assert box.outside(FRAME) == pytest.approx(0, abs=1e-6)
        assert all(box.overlap(other) == 0 for other in boxes[number + 1 :])


def test_a_label_leaves_its_own_point_visible() -> None:
    (box,) = place_labels(_labels([(300, 300)]), [(300, 300)], FRAME)
    assert not box.contains(np.array([(300.0, 300.0)])).any()


def test_a_label_stays_near_its_point() -> None:
    (box,) = place_labels(_labels([(300, 300)]), [(300, 300)], FRAME)
    assert np.hypot((box.x0 + box.x1) / 2 - 300, (box.y0 + box.y1) / 2 - 300) < 60


def test_labels_fan_out_from_the_middle() -> None:
    left, right = place_labels(_labels([(300, 400), (500, 400)]), [], FRAME)
    assert left.x1 <= 300 + SIZE[0] / 2
    assert left.x0 + left.x1 < 600
    assert right.x0 + right.x1 > 1000


def test_a_label_at_the_border_turns_inwards() -> None:
    (box,) = place_labels([Label((799, 799), SIZE, (0, 0))], [], FRAME)
    assert box.outside(FRAME) == pytest.approx(0)


def test_box_overlap_is_the_common_area() -> None:
    assert Box(0, 0, 10, 10).overlap(Box(6, 8, 20, 20)) == 8
    assert Box(0, 0, 10, 10).overlap(Box(10, 0, 20, 10)) == 0


def test_a_long_text_does_not_hide_a_short_name() -> None:
    """Rather a few samples of lines than a name."""
    name = Label((400, 400), (20, 12), (400, 300))
    text = Label((400, 415), (700, 16), (400, 300))
    lines = [(x, y) for y in (380, 440, 470) for x in range(60, 740, 60)]
    short, long = place_labels([name, text], lines, FRAME)
    assert short.overlap(long) == 0
