"""A costly drawing never gets in the way of a drag, and is always up to date at its end."""

from __future__ import annotations

import pytest

pytest.importorskip("slicer", reason="slicer-core is not installed")
from HipLandmarksLib.scene.doubt.throttle import BUDGET_S, FRAME_S, Throttle


class Drawing:
    """Takes ``cost`` seconds of a clock that only it and :meth:`wait` move."""

    def __init__(self, cost: float) -> None:
        self.cost = cost
        self.now = 0.0
        self.times: list[float] = []
        self.throttle = Throttle(self.draw, lambda: self.now)

    def draw(self) -> None:
        self.times.append(self.now)
        self.now += self.cost

    def drag(self, seconds: float, every: float) -> None:
        """Ask once per mouse event."""
        self.throttle.start_drag()
        end = self.now + seconds
        while self.now < end:
            self.throttle.ask()
            self.now += every


def test_without_a_drag_it_is_drawn_at_once() -> None:
    drawing = Drawing(cost=1.0)
    for _ in range(3):
        drawing.throttle.ask()
    assert len(drawing.times) == 3 and not drawing.throttle.pending


def test_during_a_drag_it_is_drawn_once_per_frame() -> None:
    drawing = Drawing(cost=BUDGET_S / 4)
    drawing.drag(seconds=1.0, every=0.002)
    gaps = [b - a for a, b in zip(drawing.times, drawing.times[1:], strict=False)]
    assert min(gaps) >= FRAME_S
    assert 20 <= len(drawing.times) <= 30


def test_what_takes_too_long_waits_for_the_end() -> None:
    drawing = Drawing(cost=10 * BUDGET_S)
    drawing.drag(seconds=2.0, every=0.005)
    assert len(drawing.times) == 1  # that is how it knows
    assert drawing.throttle.pending
    drawing.throttle.end_drag()
    assert len(drawing.times) == 2 and not drawing.throttle.pending


def test_the_end_of_a_drag_draws_only_what_is_left() -> None:
    drawing = Drawing(cost=0.0)
    drawing.throttle.start_drag()
    drawing.throttle.ask()
    drawing.throttle.end_drag()
    assert len(drawing.times) == 1
