"""The time that is left follows from the speed of this session, also after a resume."""

import io
import sys

import pytest

from HipLandmarksLib.cli.progress import log_lines, progress_bar
from HipLandmarksLib.remaining_time import RemainingTime


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def test_the_time_left_does_not_count_what_an_earlier_session_did():
    clock = Clock()
    left = RemainingTime(clock)
    assert left.after(901, 1000) is None  # resumed: 900 steps are no proof of speed
    clock.now += 20
    assert left.after(911, 1000) == pytest.approx(89 * 2.0)


def test_every_stage_has_a_speed_of_its_own():
    clock = Clock()
    left = RemainingTime(clock)
    left.after(1, 10)
    clock.now += 100
    assert left.after(2, 10) == pytest.approx(800)
    assert left.after(1, 50) is None
    clock.now += 1
    assert left.after(2, 50) == pytest.approx(48)


def test_a_log_file_gets_a_line_every_half_minute_with_the_time_left():
    clock, lines = Clock(), []
    report = log_lines(clock, lines.append)
    for step in range(501, 601):
        clock.now += 7
        report("training", step, 1500)
    assert len(lines) == 100 * 7 // 35
    assert lines[-1] == "training: 600/1500, 1 h 46 min left"
    assert lines[0] == "training: 505/1500, 1 h 57 min left"


def test_the_bar_of_a_terminal_starts_from_the_steps_that_were_done(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress_bar() as report:
        report("training", 501, 1000)
        bar = report.__closure__[0].cell_contents
        assert bar.initial == bar.n == 501
        report("training", 511, 1000)
        assert bar.format_dict["n"] - bar.format_dict["initial"] == 10
        assert bar.format_dict["rate"] is None  # no mean over the steps of another session
