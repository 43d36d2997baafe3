"""Two hundred random sequences of what people do: nothing breaks, leaks or shows a stale number."""

from __future__ import annotations

import gc
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar
from weakref import WeakSet

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from quick_detection import QuickDetector, QuickWorker, answer, small_image

pytest.importorskip("slicer", reason="slicer-core is not installed")

import slicer

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.imaging import Modality
from HipLandmarksLib.measurement import Reference, measure
from HipLandmarksLib.review import Command
from HipLandmarksLib.scene import HipStudy, add_volume, load_scene, save_scene
from HipLandmarksLib.scene.editing import StudyEditor
from HipLandmarksLib.scene.prepare import new_scene
from HipLandmarksLib.session.hip_session import HipSession

SEQUENCES = 200
STEPS = 14
MOST_VOLUMES = 3
COMMANDS = tuple(command for command in Command if not command.for_face)
REFERENCES = tuple(line for line in Reference if line is not Reference.NONE)
KINDS = st.sampled_from([Modality.MR, Modality.XRAY])
SHIFTS = st.tuples(*(st.integers(-12, 12) for _ in range(2)))
REUSED_ADDRESS = "DataNodeCache inconsistency"
"""The hierarchy's cache of addresses is cleaned by Slicer's application, which is not here."""
POINT_EVENTS = ("PointModifiedEvent", "PointStartInteractionEvent", "PointRemovedEvent")


class Desk(RuleBasedStateMachine):
    """One scene, a session, and an editor for the study that is shown."""

    living: ClassVar[WeakSet[Any]] = WeakSet()
    said: ClassVar[Callable[[], str]] = staticmethod(lambda: "")
    """What was written to the error stream since the last call."""

    @initialize(kinds=st.lists(KINDS, max_size=2))
    def open_application(self, kinds: list[Modality]) -> None:
        """A scene with up to two studies."""
        self.rooms = ExitStack()
        self.folder = Path(self.rooms.enter_context(tempfile.TemporaryDirectory()))
        self.editor: StudyEditor | None = None
        self.volume: Any = None
        self.intact = True
        self.numbered = 0
        self.take(new_scene())
        for kind in kinds:
            self.load(kind)
            self.detect()

    def take(self, scene: Any) -> None:
        self.scene = scene
        worker: Any = QuickWorker(answer)
        self.session = HipSession(scene, lambda kind: QuickDetector(answer), worker)

    @property
    def volumes(self) -> list[Any]:
        scene, kind = self.scene, "vtkMRMLScalarVolumeNode"
        return [
            scene.GetNthNodeByClass(i, kind) for i in range(scene.GetNumberOfNodesByClass(kind))
        ]

    @property
    def studies(self) -> list[HipStudy]:
        found = (self.session.study(volume) for volume in self.volumes)
        return [study for study in found if study is not None]

    def show(self, volume: Any) -> None:
        """Switch to a volume, as its choice in the panel does."""
        study = self.session.study(volume)
        if self.editor is not None and self.editor.study is study and study is not None:
            return
        self.leave()
        self.volume = volume
        if study is not None:
            self.editor = StudyEditor(study, self.folder / "journal")
            self.living.add(study)
            self.living.add(self.editor)

    def leave(self) -> None:
        if self.editor is not None:
            self.editor.close()
        self.editor = self.volume = None

    @precondition(lambda self: len(self.volumes) < MOST_VOLUMES)
    @rule(kind=KINDS)
    def load(self, kind: Modality) -> None:
        """Another image."""
        self.numbered += 1
        self.show(add_volume(self.scene, small_image(kind, f"case {self.numbered}")))

    @precondition(lambda self: self.volumes)
    @rule(data=st.data())
    def switch(self, data: Any) -> None:
        """Another study."""
        self.show(data.draw(st.sampled_from(self.volumes)))

    @precondition(lambda self: self.volume is not None)
    @rule()
    def detect(self) -> None:
        """In this process."""
        self.session.detect(self.volume)
        self.show(self.volume)

    @precondition(lambda self: self.volume is not None)
    @rule(polls=st.integers(0, 4), cancel=st.booleans())
    def detect_in_the_worker(self, polls: int, cancel: bool) -> None:
        """It may be cancelled at any time; the scene is as before then."""
        before = self.nodes()
        run = self.session.begin_detection(self.volume)
        for _ in range(polls):
            run.poll()
        assert self.nodes() == before
        if cancel:
            run.cancel()
            assert run.finish() is None and self.nodes() == before
        else:
            assert run.finish() is not None
        self.show(self.volume)

    @precondition(lambda self: self.editor is not None)
    @rule(data=st.data(), shifts=st.lists(SHIFTS, min_size=1, max_size=4))
    def drag(self, data: Any, shifts: list[tuple[int, int]]) -> None:
        """A point with the mouse: the beginning, some moves, the end."""
        node, index = self.point(data)
        if node is None:
            return
        before = self.places(self.editor.study)
        node.InvokeEvent(node.PointStartInteractionEvent)
        for right, up in shifts:
            r, a, s = node.GetNthControlPointPosition(index)
            node.SetNthControlPointPosition(index, r + right, a, s + up)
            self.numbers_are_fresh()
        node.InvokeEvent(node.PointEndInteractionEvent)
        after = self.places(self.editor.study)
        if after != before:  # the whole drag is one step
            assert self.editor.execute(Command.UNDO).done
            assert self.places(self.editor.study) == before
            assert self.editor.execute(Command.REDO).done
        assert self.places(self.editor.study) == after

    @precondition(lambda self: self.editor is not None)
    @rule(data=st.data())
    def delete(self, data: Any) -> None:
        """A point with the Delete key, which only unsets it in a list of a fixed length."""
        node, index = self.point(data)
        if node is not None:
            assert node.GetFixedNumberOfControlPoints()
            node.UnsetNthControlPointPosition(index)

    @precondition(lambda self: self.editor is not None)
    @rule(data=st.data(), shifts=st.lists(SHIFTS, min_size=1, max_size=3), clicks=st.booleans())
    def place(self, data: Any, shifts: list[tuple[int, int]], clicks: bool) -> None:
        """A point that is not placed: a preview follows the mouse until it clicks or leaves."""
        node, index = self.point(data, "PositionUndefined")
        if node is None:
            return
        before = self.places(self.editor.study)
        for right, up in shifts:
            node.SetNthControlPointPosition(index, right, 0.0, up, node.PositionPreview)
            assert self.places(self.editor.study) == before, "a preview is no landmark"
        if clicks:
            node.SetNthControlPointPosition(index, *shifts[-1], 0.0, node.PositionDefined)
        else:
            node.UnsetNthControlPointPosition(index)
            assert self.places(self.editor.study) == before

    @precondition(lambda self: self.editor is not None)
    @rule(data=st.data(), commands=st.lists(st.sampled_from(COMMANDS), min_size=1, max_size=4))
    def command(self, data: Any, commands: list[Command]) -> None:
        """Keys of the review on some point."""
        items = self.editor.items
        if items:
            self.editor.go_to(data.draw(st.sampled_from(items)).id)
        for command in commands:
            outcome = self.editor.execute(command)
            assert outcome.done or outcome.reason.endswith(".")
            self.numbers_are_fresh()

    @precondition(lambda self: self.editor is not None)
    @rule(times=st.integers(1, 8))
    def undo_and_redo(self, times: int) -> None:
        """As often back as forth: every point is where it was."""
        before = self.places(self.editor.study)
        done = 0
        for _ in range(times):
            done += self.editor.execute(Command.UNDO).done
        for _ in range(done):
            assert self.editor.execute(Command.REDO).done
        assert self.places(self.editor.study) == before

    @precondition(lambda self: self.studies)
    @rule(data=st.data(), name=st.sampled_from(["", "case 1", "Hüfte", "a/b:c"]))
    def rename(self, data: Any, name: str) -> None:
        """A volume, a list or a table, with any words."""
        study = data.draw(st.sampled_from(self.studies))
        nodes = [study.volume_node, study.table_node, *map(study.points_node, Side)]
        data.draw(st.sampled_from([node for node in nodes if node is not None])).SetName(name)

    @precondition(lambda self: self.studies)
    @rule(data=st.data(), reference=st.sampled_from(REFERENCES))
    def choose_another_reference(self, data: Any, reference: Reference) -> None:
        """The numbers of one study change, the points do not."""
        study = data.draw(st.sampled_from(self.studies))
        before = self.places(study)
        study.measure_with(replace(study.settings, reference=reference))
        assert self.places(study) == before

    @precondition(lambda self: self.studies)
    @rule(data=st.data())
    def remove_a_node(self, data: Any) -> None:
        """In the Data module: a list, a table or the image itself."""
        study = data.draw(st.sampled_from(self.studies))
        nodes = [study.table_node, *map(study.points_node, Side), study.volume_node]
        node = data.draw(st.sampled_from([node for node in nodes if node is not None]))
        if node is self.volume:
            self.leave()
        self.intact = False
        self.scene.RemoveNode(node)

    @precondition(lambda self: self.volumes)
    @rule()
    def close_scene(self) -> None:
        """As the module hears it: first the studies are let go."""
        self.leave()
        self.session.close()
        self.scene.Clear(0)
        assert self.studies == [] and self.volumes == []
        self.intact = True

    @precondition(lambda self: self.studies and self.intact)
    @rule()
    def save_and_reload(self) -> None:
        """Points, settings and the history of every study come back."""
        undoable = self.editor is not None and self.editor.can_undo
        shown = None if self.volume is None else self.volumes.index(self.volume)
        before = [(s.settings, self.places(s)) for s in self.studies]
        save_scene(self.scene, self.folder / "scene.mrb")
        self.leave()
        self.session.close()
        self.take(load_scene(self.folder / "scene.mrb"))
        self.session.reopen()
        after = [(s.settings, self.places(s)) for s in self.studies]
        assert sorted(map(repr, after)) == sorted(map(repr, before))
        if shown is not None:
            self.show(self.volumes[shown])
            assert undoable == (self.editor is not None and self.editor.can_undo)

    @invariant()
    def numbers_are_fresh(self) -> None:
        """Every study shows what measuring its points anew gives, and its points are the lists'."""
        for study in (getattr(self, "session", None) and self.studies) or ():
            assert self.places(study) == self.places_in_lists(study)
            if study.problem:
                continue
            fresh = measure(study.landmarks, study.plane, study.settings)
            assert values(study.measurements) == values(fresh)

    @invariant()
    def slicers_libraries_do_not_complain(self) -> None:
        """They only write a line where others would raise."""
        lines = [line for line in self.said().splitlines() if "ERR|" in line]
        assert [line for line in lines if REUSED_ADDRESS not in line] == []

    def teardown(self) -> None:
        """Nothing of ours hangs on the nodes any more, and there are no more nodes than needed."""
        if not hasattr(self, "session"):
            return
        if self.intact:
            self.no_node_is_left_over()
        self.leave()
        self.session.end()
        self.nobody_observes()
        self.scene.Clear(0)
        self.rooms.close()

    def no_node_is_left_over(self) -> None:
        """No more nodes of any class than in a fresh scene with as many new studies."""
        scene = new_scene()
        session = HipSession(scene, lambda kind: QuickDetector(answer))
        copies = [add_volume(scene, small_image(Modality.MR, "copy")) for _ in self.volumes]
        for copy in copies[: len(self.studies)]:
            session.detect(copy)
            StudyEditor(session.study(copy), self.folder / "fresh").close()
        too_many = classes(self.scene) - classes(scene)
        session.close()
        scene.Clear(0)
        assert not too_many

    def nobody_observes(self) -> None:
        plain = self.scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "plain")
        for index in range(self.scene.GetNumberOfNodesByClass("vtkMRMLMarkupsFiducialNode")):
            node = self.scene.GetNthNodeByClass(index, "vtkMRMLMarkupsFiducialNode")
            for name in POINT_EVENTS:
                event = getattr(node, name)
                assert node.HasObserver(event) == plain.HasObserver(event), name
        bare = slicer.vtkMRMLScene()
        for name in ("StartCloseEvent", "EndSaveEvent"):
            event = getattr(bare, name)
            assert self.scene.HasObserver(event) == bare.HasObserver(event), name

    def point(self, data: Any, status: str = "PositionDefined") -> tuple[Any, int]:
        """A point of the study that is shown: its list and number; None when there is none."""
        lists = [self.editor.study.points_node(side) for side in Side]
        placed = [
            (node, index)
            for node in lists
            if node is not None
            for index in range(node.GetNumberOfControlPoints())
            if node.GetNthControlPointPositionStatus(index) == getattr(node, status)
        ]
        return data.draw(st.sampled_from(placed)) if placed else (None, -1)

    def nodes(self) -> list[str]:
        """Every node with its time of change."""
        nodes = map(self.scene.GetNthNode, range(self.scene.GetNumberOfNodes()))
        return [f"{node.GetID()} {node.GetMTime()}" for node in nodes]

    @staticmethod
    def places(study: HipStudy) -> dict[Any, Any]:
        """Where the study has its points, to a thousandth of a millimetre."""
        points = study.landmarks.items()
        return {id_: rounded(p.position) for id_, p in points if p.position is not None}

    @staticmethod
    def places_in_lists(study: HipStudy) -> dict[Any, Any]:
        """Where Slicer's point lists have them."""
        found = {}
        for side in Side:
            node = study.points_node(side)
            for index in range(0 if node is None else node.GetNumberOfControlPoints()):
                if node.GetNthControlPointPositionStatus(index) == node.PositionDefined:
                    r, a, s = node.GetNthControlPointPosition(index)
                    found[side, node.GetNthControlPointLabel(index)] = rounded((-r, -a, s))
        return found


def rounded(position: Any) -> tuple[float, ...]:
    return tuple(round(value, 3) + 0.0 for value in position)


def values(measurements: Any) -> dict[Any, Any]:
    """What is shown of measurements, without rounding of the last digits."""
    return {
        (m.id, m.side): (None if m.value is None else round(m.value, 6), m.status, m.reason)
        for m in measurements
    }


def classes(scene: Any) -> Counter[str]:
    """How many nodes of each class; storage nodes come with saving, singletons with use."""
    nodes = map(scene.GetNthNode, range(scene.GetNumberOfNodes()))
    names = (node.GetClassName() for node in nodes if not node.GetSingletonTag())
    return Counter(name for name in names if "Storage" not in name)


def test_two_hundred_random_sequences_break_nothing_and_leave_nothing_behind(capfd, monkeypatch):
    monkeypatch.setattr(Desk, "said", staticmethod(lambda: capfd.readouterr().err))
    run_state_machine_as_test(
        Desk,
        settings=settings(
            max_examples=SEQUENCES,
            stateful_step_count=STEPS,
            deadline=None,
            phases=[Phase.generate],  # shrinking takes minutes; the sequence is told as it is
            suppress_health_check=list(HealthCheck),
        ),
    )
    gc.collect()
    assert len(Desk.living) == 0
