"""An exploration in a process of its own: the same result, or the reason in one sentence."""

from __future__ import annotations

import pytest
from explored_case import explored
from explored_volume import volume_image

from HipLandmarksLib.anatomy import LandmarkStack, StackSlice
from HipLandmarksLib.errors import ExplorationError, WorkerError
from HipLandmarksLib.exploration.explore import explore
from HipLandmarksLib.session.exploring import ExplorationInProgress


@pytest.fixture
def question():
    image = volume_image()
    found = explored(image, range(12, 13))
    return image, found.stack, found.settings


def test_it_finds_what_an_exploration_in_this_process_finds(question):
    run = ExplorationInProgress(*question)
    assert run.finish().to_dict() == explore(*question).to_dict()
    assert run.is_over and not run._folder.exists()


def test_a_stack_of_another_image_is_refused_in_the_same_words(question):
    image, stack, settings = question
    moved = LandmarkStack.of(
        [StackSlice(e.index, e.depth_mm + 30.0, e.landmarks) for e in stack], stack.chosen
    )
    with pytest.raises(ExplorationError, match="slices lie elsewhere"):
        ExplorationInProgress(image, moved, settings).finish()


def test_a_process_that_was_killed_is_told(question):
    run = ExplorationInProgress(*question)
    run._process.kill()
    with pytest.raises(WorkerError, match="could not be explored"):
        run.finish()


def test_cancelled_it_leaves_nothing(question):
    run = ExplorationInProgress(*question)
    run.cancel()
    run.cancel()
    assert run.is_over and not run._folder.exists()
