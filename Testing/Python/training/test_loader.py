"""Batches made ahead are the batches made in line; errors arrive at the step they belong to."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.detection import Channels, Preprocessing
from HipLandmarksLib.errors import ImageError
from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance
from HipLandmarksLib.training import Augmentation, LabelledSlice, PointLabel
from HipLandmarksLib.training.loader import BatchLoader, useful_threads
from HipLandmarksLib.training.pools import Pools
from HipLandmarksLib.training.sampling import Sampler

STEPS = 6
CROP = (64, 96)


def slice_of(case):
    pixels = np.random.default_rng(sum(map(ord, case))).normal(size=(1, 80, 100))
    matrix = np.array([[1.2, 0, 0, 0], [0, 0, 5, 0], [0, -1.2, 0, 0], [0, 0, 0, 1.0]])
    calibration = Calibration(SpacingProvenance.PATIENT_PLANE)
    image = HipImage(pixels.astype(np.float32), matrix, Modality.MR, calibration)
    labels = {(Side.RIGHT, "FHC"): PointLabel((30.0, 40.0))}
    return LabelledSlice(case, image, 0, labels, frozenset({"R"}))


@pytest.fixture
def make():
    """The batch of a step, as the trainer makes it."""
    pools = Pools.of([slice_of("a"), slice_of("b")], [], Preprocessing(), 0, 0)
    sampler = Sampler(Channels.of_keys(("FHC",)), CROP, Augmentation())

    def batch(step):
        rng = np.random.default_rng([17, step])
        return sampler.batch(pools.draw(3, rng), rng)

    return batch


def same(one, other):
    return all(np.array_equal(vars(one)[name], vars(other)[name]) for name in vars(one))


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_batches_made_ahead_are_those_made_in_line(make, threads):
    with BatchLoader(make, STEPS, threads) as loader:
        found = [loader.take(step) for step in range(STEPS)]
    assert all(same(batch, make(step)) for step, batch in enumerate(found))
    assert not same(found[0], found[1])


def test_a_resumed_run_begins_anywhere(make):
    with BatchLoader(make, STEPS, 2) as loader:
        assert same(loader.take(4), make(4))
        assert same(loader.take(1), make(1))  # even backwards
        assert same(loader.take(5), make(5))


class Counted:
    """Notes which steps were made, and in which threads."""

    def __init__(self):
        self.made, self.threads = [], set()

    def __call__(self, step):
        self.made.append(step)
        self.threads.add(threading.current_thread())
        return step


def test_only_what_is_needed_is_made_and_only_once():
    counted = Counted()
    with BatchLoader(counted, STEPS, 2, ahead=3) as loader:
        assert [loader.take(step) for step in range(STEPS)] == list(range(STEPS))
    assert sorted(counted.made) == list(range(STEPS))


def test_no_more_is_made_ahead_than_asked_for():
    counted = Counted()
    with BatchLoader(counted, 1000, 1, ahead=2) as loader:
        loader.take(0)
    assert set(counted.made) <= {0, 1, 2}


def test_without_threads_nothing_is_made_ahead():
    counted = Counted()
    with BatchLoader(counted, STEPS, 0) as loader:
        loader.take(2)
    assert counted.made == [2]
    assert counted.threads == {threading.current_thread()}


def test_no_thread_outlives_the_loader():
    counted = Counted()
    with pytest.raises(KeyboardInterrupt), BatchLoader(counted, 50, 3) as loader:
        loader.take(0)
        raise KeyboardInterrupt
    assert counted.threads
    assert not any(thread.is_alive() for thread in counted.threads)


def test_an_error_arrives_at_the_step_it_belongs_to():
    def make(step):
        if step == 2:
            raise ImageError("step 2 is broken")
        return step

    with BatchLoader(make, STEPS, 2) as loader:
        assert loader.take(0) == 0
        assert loader.take(1) == 1
        with pytest.raises(ImageError, match="step 2"):
            loader.take(2)
        assert loader.take(3) == 3


@pytest.mark.parametrize("threads", [0, 2])
def test_a_slice_that_cannot_be_drawn_is_named(threads):
    pools = Pools.of([slice_of("p07")], [], Preprocessing(), 0, 0)
    broken = replace(pools.full[0], pixels=None)
    sampler = Sampler(Channels.of_keys(("FHC",)), CROP, Augmentation())

    def make(step):
        return sampler.batch([broken], np.random.default_rng(step))

    with (
        BatchLoader(make, STEPS, threads) as loader,
        pytest.raises(ImageError, match="p07, slice 0"),
    ):
        loader.take(0)


def test_a_processor_that_trains_keeps_its_cores():
    assert useful_threads("cpu") == 1
    assert useful_threads("cuda") >= 1
