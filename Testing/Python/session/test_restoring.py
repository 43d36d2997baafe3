"""What a crash left of an image, its slices and the choice of slices is offered and taken up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from explored_case import CHOSEN, choices, explored
from explored_volume import volume_image
from study_moves import move

from HipLandmarksLib.anatomy import LandmarkId, Side
from HipLandmarksLib.measurement import Edge, MeasurementSettings
from HipLandmarksLib.review import Command

pytest.importorskip("slicer", reason="slicer-core is not installed")

import slicer

from HipLandmarksLib.scene import HipStudy, add_volume
from HipLandmarksLib.scene.exploration import StackExplorer
from HipLandmarksLib.session import Editors, Explorers, HipSession
from HipLandmarksLib.session.restoring import KeptWork, Restoring

RIGHT, LEFT = Side.RIGHT, Side.LEFT
RIGHT_LCP, LEFT_LCP = (RIGHT, "LCP"), (LEFT, "LCP")
IMAGE = volume_image()
FOUND = explored(IMAGE)


class Program:
    """One run of a face, until it crashes."""

    def __init__(self, folder: Path, landmarks: bool = True, stack: bool = True) -> None:
        self.session = HipSession(slicer.vtkMRMLScene())
        self.editors = Editors(folder)
        self.explorers = Explorers(self.editors)
        self.restoring = Restoring(self.editors, self.explorers)
        self.volume = add_volume(self.session.scene, IMAGE)
        if landmarks:
            self.session.show(self.volume, FOUND.stack.case())
        if landmarks and stack:
            self.explorers.create(self.study, FOUND, choices(FOUND.stack))

    @property
    def study(self) -> Any:
        return self.session.study(self.volume)

    @property
    def explorer(self) -> StackExplorer:
        found = self.explorers.of(self.study)
        assert found is not None
        return found

    @property
    def offer(self) -> KeptWork | None:
        return self.restoring.look(IMAGE, self.study)

    def restore(self) -> None:
        assert self.offer is not None
        self.restoring.restore(self.session, self.volume, IMAGE, self.offer)

    def edit(self, id_: LandmarkId, index: int | None = None) -> Any:
        """Move a point upwards on a slice, by default on the one that is shown."""
        if index is not None:
            self.explorer.go_to(index)
        self.editors.of(self.study)
        move(self.study, id_, (0.0, 0.0, 4.0))
        return self.study.landmarks[id_].position

    def end(self) -> None:
        """Let go of the files, as the end of a process does."""
        self.explorers.close()
        self.editors.close()
        self.session.close()


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Any]:
    programs: list[Program] = []

    def begin(**how: bool) -> Program:
        for program in programs:
            program.end()
        programs.append(Program(tmp_path, **how))
        return programs[-1]

    yield begin
    programs[-1].end()


def stack_at(program: Program, id_: LandmarkId, index: int) -> Any:
    return program.explorer.stack.at(index).landmarks[id_].position


def test_edited_slices_and_the_taken_one_are_there_again_without_a_detection(run: Any) -> None:
    before = run()
    here, there = before.edit(RIGHT_LCP), before.edit(LEFT_LCP, 14)
    before.explorer.choose(RIGHT, 8)
    third = before.edit(RIGHT_LCP)

    after = run(landmarks=False)
    offer = after.offer
    assert offer is not None and offer.ready
    assert set(offer.reviews) == {"", "R14 L14", "R8 L14"}
    assert "changes: 4" in offer.words and "changes of their own: 2" in offer.words
    after.restore()
    assert dict(after.explorer.stack.chosen) == {RIGHT: 8, LEFT: CHOSEN[LEFT]}
    taken = {side: choice.by_reader for side, choice in after.explorer.choices.items()}
    assert taken == {RIGHT: True, LEFT: False}
    assert stack_at(after, RIGHT_LCP, 10) == pytest.approx(here)
    assert stack_at(after, LEFT_LCP, 14) == pytest.approx(there)
    assert stack_at(after, RIGHT_LCP, 8) == pytest.approx(third)
    assert after.explorer.at_chosen and after.offer is None


def test_each_restored_slice_brings_its_history(run: Any) -> None:
    run().edit(RIGHT_LCP, 9)
    after = run(landmarks=False)
    after.restore()
    after.explorer.go_to(9)
    editor = after.editors.of(after.study)
    assert editor is not None and editor.execute(Command.UNDO).done
    untouched = FOUND.stack.at(9).landmarks[RIGHT_LCP].position
    assert after.study.landmarks[RIGHT_LCP].position == pytest.approx(untouched)


def test_what_was_restored_survives_the_next_crash(run: Any) -> None:
    place = run().edit(RIGHT_LCP, 9)
    run(landmarks=False).restore()
    after = run(landmarks=False)
    after.restore()
    assert stack_at(after, RIGHT_LCP, 9) == pytest.approx(place)


def test_where_slices_were_detected_again_their_edits_join_them(run: Any) -> None:
    place = run().edit(RIGHT_LCP, 9)
    after = run()
    assert after.offer is not None and after.offer.stack is None
    after.restore()
    assert stack_at(after, RIGHT_LCP, 9) == pytest.approx(place)
    assert after.explorer.at_chosen


def test_a_home_review_is_not_put_onto_another_slice(run: Any) -> None:
    place = run().edit(RIGHT_LCP)
    after = run()
    after.explorer.go_to(15)
    after.restore()
    assert stack_at(after, RIGHT_LCP, CHOSEN[RIGHT]) == pytest.approx(place)
    assert after.explorer.stack.at(15) == FOUND.stack.at(15)


def test_without_the_slices_it_says_what_to_do_and_deletes_nothing(
    run: Any, tmp_path: Path
) -> None:
    run().edit(RIGHT_LCP, 9)
    for path in tmp_path.glob("*.slices.jsonl"):
        path.write_bytes(path.read_bytes()[:100])
    after = run(stack=False)
    offer = after.offer
    assert offer is not None and not offer.ready and set(offer.waiting) == {"R9 L9"}
    assert "choose all slices and press Detect" in offer.words
    after.explorers.create(after.study, FOUND)
    assert after.offer is not None and after.offer.ready


def test_slices_to_which_nothing_was_done_are_not_offered(run: Any, tmp_path: Path) -> None:
    run()
    assert len(list(tmp_path.glob("*.slices.jsonl"))) == 1
    assert run(landmarks=False).offer is None
    assert list(tmp_path.iterdir()) == []


def test_a_saved_scene_needs_no_autosave_of_its_slices(run: Any, tmp_path: Path) -> None:
    before = run()
    before.edit(RIGHT_LCP, 9)
    before.editors.saved(before.study)
    before.explorers.saved()
    assert run(landmarks=False).offer is None


def test_accepted_points_are_offered_although_none_was_moved(run: Any) -> None:
    before = run(stack=False)
    editor = before.editors.of(before.study)
    editor.go_to(RIGHT_LCP)
    editor.execute(Command.ACCEPT)
    after = run(stack=False)
    after.restore()
    assert after.editors.of(after.study).state(RIGHT_LCP).accepted
    assert after.offer is None


def test_a_restored_review_is_measured_as_it_was(run: Any) -> None:
    before = run(stack=False)
    before.editors.of(before.study)
    before.study.measure_with(replace(before.study.settings, edge=Edge.SOURCIL))
    before.edit(RIGHT_LCP)
    shown = [m.display for m in before.study.measurements]
    after = run(landmarks=False)
    assert "changes: 2" in after.offer.words
    after.restore()
    assert after.study.settings.edge is Edge.SOURCIL
    assert [m.display for m in after.study.measurements] == shown
    assert after.offer is None


def test_the_way_of_measuring_that_a_detection_brought_comes_back_with_the_review(
    run: Any, tmp_path: Path
) -> None:
    before = run(landmarks=False)
    how = MeasurementSettings.for_image(IMAGE, edge=Edge.SOURCIL)
    points = FOUND.stack.case()
    study = HipStudy.create(
        before.session.scene, IMAGE, points, volume_node=before.volume, settings=how
    )
    before.session.reopen()
    study.close()
    assert list(tmp_path.iterdir()) == []
    before.edit(RIGHT_LCP)
    after = run(landmarks=False)
    after.restore()
    assert after.study.settings.edge is Edge.SOURCIL


def test_settings_alone_are_offered_once_there_is_something_to_measure(run: Any) -> None:
    before = run(stack=False)
    before.editors.of(before.study)
    before.study.measure_with(replace(before.study.settings, patient_age_years=31.0))
    after = run(landmarks=False)
    assert after.offer is None
    after.session.show(after.volume, FOUND.stack.case())
    assert after.offer is not None and after.offer.ready
    after.restore()
    assert after.study.settings.patient_age_years == 31.0
    assert after.offer is None


def test_a_saved_scene_needs_no_autosave_of_its_settings(run: Any, tmp_path: Path) -> None:
    before = run(stack=False)
    before.editors.of(before.study)
    before.study.measure_with(replace(before.study.settings, patient_age_years=31.0))
    before.editors.saved(before.study)
    assert list(tmp_path.iterdir()) == []


def test_a_later_review_that_is_in_the_scene_hides_no_earlier_one(run: Any) -> None:
    place = run(stack=False).edit(RIGHT_LCP)
    later = run(stack=False)
    later.editors.of(later.study)
    move(later.study, RIGHT_LCP, (0.0, 0.0, 2.0))
    move(later.study, RIGHT_LCP, (0.0, 0.0, -2.0))
    after = run(stack=False)
    after.restore()
    assert after.study.landmarks[RIGHT_LCP].position == pytest.approx(place)


def test_discarded_work_is_gone(run: Any, tmp_path: Path) -> None:
    run().edit(RIGHT_LCP, 9)
    after = run(landmarks=False)
    after.restoring.discard(after.offer)
    assert after.offer is None and list(tmp_path.iterdir()) == []


def test_another_running_program_keeps_its_work(run: Any, tmp_path: Path) -> None:
    before = run()
    before.edit(RIGHT_LCP, 9)
    other = Program(tmp_path, landmarks=False)
    assert other.offer is None
    other.end()
