"""What editing costs: undo and redo, and what an attached editor adds to a drag.

A drag event is timed with and without the editor in turns, on the same study in one run. Both
wall time and the processor time of this thread are given: on a machine that is busy with other
work only the latter says something about this code.

Goals (2 cores): undo or redo 5 ms, 0.5 ms more per drag event. Run:
python Testing/benchmarks/bench_editing.py
"""

from __future__ import annotations

import argparse
import gc
import tempfile

import slicer
from bench_drag import OFFSETS, Stopwatch, drag, make_case, report

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.review import Command
from HipLandmarksLib.scene import HipStudy
from HipLandmarksLib.scene.editing import StudyEditor

UNDO_GOAL_MS = 5.0
DRAG_GOAL_MS = 0.5
_KEYS = ("LAE", "FHC", "NA", "SHP")


def drags(study: HipStudy, key: str, events: int, watch: Stopwatch) -> None:
    """Time the events of one drag as the mouse makes it: with a beginning and an end."""
    node = study.points_node(Side.RIGHT)
    node.InvokeCustomModifiedEvent(node.PointStartInteractionEvent)
    drag(study, key, events, watch)
    node.InvokeCustomModifiedEvent(node.PointEndInteractionEvent)


def compare_drags(study: HipStudy, folder: str, events: int, rounds: int) -> float:
    """Print drag events without and with an editor; returns what it adds, ms (median)."""
    alone, edited = Stopwatch(), Stopwatch()
    for _ in range(rounds):
        for key in _KEYS:
            drags(study, key, events, alone)
            editor = StudyEditor(study, folder)
            drags(study, key, events, edited)
            editor.close()
    plain = report("drag event, no editor", alone)
    ours = report("drag event, editor attached", edited)
    return ours["median CPU"] - plain["median CPU"]


def time_steps(editor: StudyEditor, steps: int) -> dict[str, float]:
    """Print undo and redo of one point after ``steps`` steps; returns the figures."""
    for number in range(steps):
        key = list(OFFSETS)[number % len(OFFSETS)]
        editor.go_to((Side.RIGHT, key))
        editor.execute((Command.STEP_UP, Command.ABSENT, Command.RESET)[number % 3])
    undo, redo = Stopwatch(), Stopwatch()
    for _ in range(steps // 2):
        undo.time(editor.undo)
    for _ in range(steps // 2):
        redo.time(editor.redo)
    figures = report(f"undo, history of {steps}", undo)
    later = report(f"redo, history of {steps}", redo)
    return {name: max(figures[name], later[name]) for name in figures}


def main() -> None:
    """Print the figures and whether the goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=150, help="events per drag")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=400, help="length of the history")
    options = parser.parse_args()
    image, landmarks = make_case()
    study = HipStudy.create(slicer.vtkMRMLScene(), image, landmarks)
    with tempfile.TemporaryDirectory() as folder:
        drags(study, "LAE", 60, Stopwatch())  # warm up
        gc.collect()
        added = compare_drags(study, folder, options.events, options.rounds)
        attach = Stopwatch()
        editor = attach.time(StudyEditor, study, folder)
        report("attaching an editor (once)", attach)
        listed, looked = Stopwatch(), Stopwatch()
        for _ in range(100):
            listed.time(lambda: editor.items)
        report("the review list, nothing changed", listed)
        figures = time_steps(editor, options.steps)
        for _ in range(20):
            looked.time(editor.execute, Command.NEXT)
        report("next landmark", looked)
        editor.close()
    verdict = "met" if added <= DRAG_GOAL_MS else "MISSED"
    print(f"an editor adds {added:.3f} ms to a drag event; goal {DRAG_GOAL_MS} ms: {verdict}")
    for kind in ("wall", "CPU"):
        median = figures[f"median {kind}"]
        verdict = "met" if median <= UNDO_GOAL_MS else "MISSED"
        print(f"goal {UNDO_GOAL_MS} ms for undo and redo, median {kind}: {verdict}")


if __name__ == "__main__":
    main()
