"""Autosave: whatever ends the program, what was done is found again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from review_case import PLACE, READER, RIGHT, Clock, calibrated_hips

from HipLandmarksLib.review import (
    EditKind,
    Journal,
    Review,
    ReviewError,
    find_offers,
    image_key,
)
from HipLandmarksLib.review.actions import placed

KEY = image_key(np.arange(24, dtype=np.int16).reshape(2, 3, 4))
FHC = (RIGHT, "FHC")

WRITER = """
import sys, time
sys.path.insert(0, sys.argv[2])
from review_case import *
from test_review_journal import KEY, step
from HipLandmarksLib.review import Journal, Review
clock, review = Clock(), Review.begin(calibrated_hips(), PLACE)
journal = Journal(sys.argv[1], KEY, review)
number = 0
while True:
    number += 1
    clock.wait(5)
    review = step(review, journal, clock, float(number))
    print(number, flush=True)
"""


def step(review: Review, journal: Journal | None, clock: Clock, x: float) -> Review:
    """One more step: the right head centre is put somewhere else."""
    state = placed(FHC, review.state(FHC), (x, 0.0, 0.0), READER)
    edit = review.planned(EditKind.DRAG, {FHC: state}, clock(), "anna")
    assert edit is not None
    if journal is not None:
        journal.edit(edit)
    return review.with_edit(edit)


@pytest.fixture
def begun() -> Review:
    return Review.begin(calibrated_hips(), PLACE)


def written(folder: Path, begun: Review, steps: int) -> tuple[Review, Path]:
    """A journal of some steps, let go of."""
    journal, review = Journal(folder, KEY, begun), begun
    for number in range(steps):
        review = step(review, journal, Clock(), float(number))
    journal.close()
    assert journal.path is not None
    return review, journal.path


def same(found: Review, review: Review) -> bool:
    return (found.present, found.done, found.undone) == (review.present, review.done, review.undone)


def test_nothing_is_written_before_anything_is_done(tmp_path: Path, begun: Review) -> None:
    Journal(tmp_path / "reviews", KEY, begun).close()
    assert list(tmp_path.iterdir()) == []
    assert find_offers(tmp_path / "reviews", KEY) == ()


def test_a_review_is_offered_with_what_it_holds(tmp_path: Path, begun: Review) -> None:
    journal, clock = Journal(tmp_path, KEY, begun), Clock()
    review = step(step(begun, journal, clock, 1.0), journal, clock, 2.0)
    journal.undo()
    journal.close()
    (offer,) = find_offers(tmp_path, KEY)
    assert offer.edits == 3 and offer.whole and offer.last > offer.started
    assert same(offer.review, review.undo())
    assert offer.review.original == calibrated_hips()
    assert find_offers(tmp_path, image_key(np.zeros((2, 3, 4), np.int16))) == ()


def test_points_come_back_where_the_image_lies_now(tmp_path: Path, begun: Review) -> None:
    written(tmp_path, begun, 1)

    class Moved:
        ijk_to_lps = PLACE + np.array([[0, 0, 0, 10.0], *[[0.0] * 4] * 3])

    (offer,) = find_offers(tmp_path, KEY)
    assert offer.landmarks(Moved())[FHC].position == pytest.approx((10.0, 0.0, 0.0))


def test_no_name_is_in_the_name_of_the_file(tmp_path: Path, begun: Review) -> None:
    _, path = written(tmp_path, begun, 1)
    assert "demo" not in path.name and path.name.startswith(KEY)


def test_after_a_save_nothing_is_offered_and_later_steps_are(tmp_path: Path, begun: Review) -> None:
    journal, review = Journal(tmp_path, KEY, begun), begun
    review = step(review, journal, Clock(), 1.0)
    journal.restart(review)
    assert list(tmp_path.iterdir()) == []
    review = step(review, journal, Clock(), 2.0)
    journal.close()
    (offer,) = find_offers(tmp_path, KEY)
    assert offer.edits == 1 and same(offer.review, review)


def test_a_review_that_is_open_is_not_offered_to_others(tmp_path: Path, begun: Review) -> None:
    journal = Journal(tmp_path, KEY, begun)
    step(begun, journal, Clock(), 1.0)
    assert find_offers(tmp_path, KEY) == ()
    journal.close()
    assert len(find_offers(tmp_path, KEY)) == 1


@pytest.mark.parametrize("cut", [1, 7, 60])
def test_a_cut_line_does_not_count_and_that_is_told(
    tmp_path: Path, begun: Review, cut: int
) -> None:
    review, path = written(tmp_path, begun, 4)
    path.write_bytes(path.read_bytes()[:-cut])
    (offer,) = find_offers(tmp_path, KEY)
    assert not offer.whole and offer.edits == 3
    assert offer.review.present == review.undo().present


def test_a_changed_byte_ends_what_can_be_trusted(tmp_path: Path, begun: Review) -> None:
    _, path = written(tmp_path, begun, 4)
    lines = path.read_bytes().split(b"\n")
    lines[2] = lines[2].replace(b"anna", b"otto")
    path.write_bytes(b"\n".join(lines))
    (offer,) = find_offers(tmp_path, KEY)
    assert not offer.whole and offer.edits == 1


def test_what_is_no_journal_is_left_alone(tmp_path: Path, begun: Review) -> None:
    _, path = written(tmp_path, begun, 1)
    path.write_bytes(b"something else\n")
    assert find_offers(tmp_path, KEY) == () and path.exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, begun: Review) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("not a folder")
    with pytest.raises(ReviewError, match="not autosaved"):
        step(begun, Journal(blocked, KEY, begun), Clock(), 1.0)


def test_a_discarded_offer_is_gone(tmp_path: Path, begun: Review) -> None:
    written(tmp_path, begun, 2)
    find_offers(tmp_path, KEY)[0].discard()
    assert list(tmp_path.iterdir()) == []


def test_a_killed_program_loses_nothing_that_it_told_of(tmp_path: Path, begun: Review) -> None:
    """It is killed (SIGKILL) while it writes without a pause."""
    here = Path(__file__).resolve()
    paths = os.pathsep.join([str(here.parent), str(here.parents[1]), str(here.parents[3])])
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path), str(here.parent)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": paths},
    )
    assert process.stdout is not None
    told = 0
    while told < 25:
        told = int(process.stdout.readline())
    process.kill()
    rest = process.stdout.read().split(b"\n")
    process.wait()
    told = int(rest[-2]) if len(rest) > 1 else told
    (offer,) = find_offers(tmp_path, KEY)
    assert told <= offer.edits <= told + 1
    review, clock = begun, Clock()
    for number in range(1, offer.edits + 1):
        clock.wait(5)
        review = step(review, None, clock, float(number))
    assert same(offer.review, review)
