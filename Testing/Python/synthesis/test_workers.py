"""Several processes give the same results in the same order as one, and say why they fail."""

from __future__ import annotations

import os
import signal

import pytest

from HipLandmarksLib.errors import ConfigurationError, HipLandmarksError
from HipLandmarksLib.synthesis.radiograph.workers import in_order


def slow_first(number: int) -> int:
    """The first numbers take longest, so that results come out of order."""
    import time

    time.sleep(0.2 if number < 2 else 0.0)
    return number * number


def refuse_three(number: int) -> int:
    if number == 3:
        raise ConfigurationError("Three is not possible.")
    return number


def die_at_three(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def own_process(_: int) -> int:
    return os.getpid()


@pytest.mark.parametrize("workers", [1, 3])
def test_results_come_in_the_order_of_their_numbers(workers):
    numbers = [0, 1, 2, 3, 5, 8]
    assert list(in_order(slow_first, numbers, workers)) == [(n, n * n) for n in numbers]


def test_several_processes_share_the_work():
    found = dict(in_order(own_process, range(12), 2))
    assert len(set(found.values())) == 2 and os.getpid() not in found.values()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failure_is_raised_as_it_was(workers):
    done = []
    with pytest.raises(ConfigurationError, match="Three is not possible"):
        done.extend(in_order(refuse_three, range(6), workers))


def test_a_killed_process_is_told_and_nothing_hangs():
    with pytest.raises(HipLandmarksError, match="ended unexpectedly"):
        list(in_order(die_at_three, range(8), 2))


def test_nothing_to_do_is_done_at_once():
    assert list(in_order(slow_first, [], 4)) == []
