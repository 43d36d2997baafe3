"""What the open panel adds to a drag: the event itself, and the turn of the event loop after it.

The panel is the module's own, in real Qt (PySide6 behind PythonQt's rules, see
``Testing/Python/pythonqt``, which adds its own cost to every call of Qt), with the review list, all
common points of both hips and all their measurements. Nothing is rendered. Wall time and the
processor time of this thread are given; on a busy machine only the latter says something.

Goal (2 cores): median of an event 5 ms, with the panel attached.
Run: python Testing/benchmarks/bench_module.py
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
from math import cos, pi, sin
from pathlib import Path
from typing import Any

import numpy as np
from bench_drag import Stopwatch, make_case

TESTS = Path(__file__).resolve().parents[1] / "Python"
GOAL_MS = 5.0
EVENTS_PER_TURN = 3


def drag(study: Any, side: Any, rounds: int, turn: Any) -> tuple[Stopwatch, Stopwatch]:
    """Lead the cam point round in a circle: times of the events, and of the turns after them."""
    events, turns = Stopwatch(), Stopwatch()
    node = study.points_node(side)
    index = node.GetControlPointIndexByLabel("LCP")
    r, a, s = node.GetNthControlPointPosition(index)
    node.InvokeEvent(node.PointStartInteractionEvent)
    for step in range(rounds):
        angle = 2 * pi * step / 60
        place = (r + 3 * sin(angle), a, s + 3 * (1 - cos(angle)))
        events.time(node.SetNthControlPointPosition, index, *place)
        if step % EVENTS_PER_TURN == EVENTS_PER_TURN - 1:
            turns.time(turn)
    node.InvokeEvent(node.PointEndInteractionEvent)
    return events, turns


def line(name: str, times: Stopwatch) -> str:
    """Median and 99th percentile, wall and processor time."""
    wall, cpu = np.array(times.wall), np.array(times.cpu)
    return (
        f"{name:<34}{np.median(wall):8.2f}{np.percentile(wall, 99):8.2f}"
        f"{np.median(cpu):10.2f}{np.percentile(cpu, 99):8.2f}"
    )


def measure(rounds: int) -> None:
    """Drag without and with the panel, and print the times."""
    sys.path.insert(0, str(TESTS))
    import pythonqt
    from PySide6.QtCore import QCoreApplication

    from HipLandmarksLib.anatomy import Side

    module = TESTS.parents[1] / "HipLandmarks" / "HipLandmarks.py"
    with pythonqt.desktop() as desktop:
        widget = desktop.open_module(module)
        image, landmarks = make_case()
        from HipLandmarksLib.scene import add_volume

        volume = add_volume(desktop.slicer.mrmlScene, image)
        study = widget.logic.session.show(volume, landmarks)
        plain, _ = drag(study, Side.RIGHT, rounds, lambda: None)
        widget.ui.volume.setCurrentNode(volume)
        pythonqt.process_events()
        widget.ui.results.setCurrentCell(0, 0)
        gc.collect()
        attached, turns = drag(study, Side.RIGHT, rounds, QCoreApplication.processEvents)
        print(f"{'ms':<34}{'median':>8}{'p99':>8}{'cpu med':>10}{'cpu p99':>8}")
        print(line("event, no panel", plain))
        print(line("event, panel attached", attached))
        print(line(f"turn after {EVENTS_PER_TURN} events (tables)", turns))
        verdict = "met" if np.median(attached.cpu) <= GOAL_MS else "MISSED"
        print(f"Goal: median of an event with the panel attached {GOAL_MS:.0f} ms: {verdict}.")
        desktop.close_module(widget)


def main() -> None:
    """Measure once; reviews are autosaved into a folder that goes afterwards."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=300, help="drag events per run")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HIPLANDMARKS_MODELS"] = str(Path(folder) / "models")
        measure(parser.parse_args().events)


if __name__ == "__main__":
    main()
