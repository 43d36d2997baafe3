"""What a step from slice to slice costs: points, numbers, tables, plots and views, not drawn.

Both wall time and the processor time of this thread are given: on a machine that is busy with
other work only the latter says something about this code. Compared with the plain way: on each
step all landmarks are set anew and every slice is measured again.

Goal (2 cores): median 30 ms per step. Run: python Testing/benchmarks/bench_explorer.py
"""

from __future__ import annotations

import argparse
import gc
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import slicer
from bench_drag import Stopwatch, make_case, report

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, LandmarkStack, Side, StackSlice
from HipLandmarksLib.imaging import HipImage
from HipLandmarksLib.measurement import ViewPlane
from HipLandmarksLib.measurement.volume import anterior_mm
from HipLandmarksLib.scene import HipStudy
from HipLandmarksLib.scene.editing import StudyEditor
from HipLandmarksLib.scene.exploration import RADIAL_VIEW, StackExplorer

GOAL_MS = 30.0
_VIEWS = ("Red", "Green", "Yellow", RADIAL_VIEW)
sys.path.append(str(Path(__file__).parent.parent / "Python"))


def make_stack(image: HipImage, landmarks: HipLandmarks, count: int) -> LandmarkStack:
    """Slices with all common points of both hips, which lie a little elsewhere on each."""
    plane, middle = ViewPlane.from_image(image), count // 2
    slices = []
    for index in range(count):
        x, y, z = (float(v) for v in image.to_lps([0.0, 0.0, float(index)]))
        away = 0.1 * (index - middle)
        points = [_moved(point, away, y) for point in landmarks.values()]
        depth = anterior_mm(plane, (x, y, z))
        slices.append(StackSlice(index, depth, HipLandmarks.of(points, case_id="bench")))
    return LandmarkStack.of(slices, dict.fromkeys(Side, middle), "bench")


def _moved(point: Landmark, away: float, y: float) -> Landmark:
    assert point.position is not None
    return replace(point, position=(point.position[0] + away, y, point.position[2] + away))


def add_views(scene: Any, volume: Any) -> None:
    """Slice views that show the image."""
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(scene, True)
    for name in _VIEWS:
        for kind in ("vtkMRMLSliceCompositeNode", "vtkMRMLSliceNode"):
            node = scene.CreateNodeByClass(kind)
            node.UnRegister(None)
            node.SetLayoutName(name)
            node.SetSingletonTag(name)
            scene.AddNode(node)
        scene.GetSingletonNode(name, "vtkMRMLSliceCompositeNode").SetBackgroundVolumeID(
            volume.GetID()
        )
    scene.GetSingletonNode("Green", "vtkMRMLSliceNode").SetOrientationToCoronal()


def there_and_back(explorer: StackExplorer, rounds: int, watch: Stopwatch) -> None:
    """Step through the whole stack and back."""
    explorer.go_to(explorer.stack.indices[0])
    for way in (1, -1) * rounds:
        for _ in range(len(explorer.stack) - 1):
            watch.time(explorer.step, way)


def plainly(study: HipStudy, explorer: StackExplorer, watch: Stopwatch) -> None:
    """Time the plain way: all points are set anew, and all slices measured."""
    explorer.close()

    def once(index: int) -> None:
        study.set_landmarks(explorer.stack.at(index).landmarks)
        explorer.exploration.measured_again(explorer.stack)

    for index in explorer.stack.indices[:20]:
        watch.time(once, index)


def main() -> None:
    """Print the figures and whether the goal is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slices", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    from explored_case import side_exploration

    from HipLandmarksLib.exploration import HipExploration

    image, landmarks = make_case(options.slices)
    stack = make_stack(image, landmarks, options.slices)
    study = HipStudy.create(slicer.vtkMRMLScene(), image, stack.case())
    add_views(study.scene, study.volume_node)
    sides = {side: side_exploration(side, stack, 4.0) for side in Side}
    plane = ViewPlane.from_image(image)
    found = HipExploration(stack, sides, plane, study.settings).measured_again(stack)
    begin, first, steps, plain = Stopwatch(), Stopwatch(), Stopwatch(), Stopwatch()
    editor = StudyEditor(study)
    explorer = begin.time(lambda: StackExplorer.create(study, found, editor=editor))
    report(f"beginning with {options.slices} slices (once)", begin)
    there_and_back(explorer, 1, first)
    gc.collect()
    report("step, every slice for the first time", first)
    there_and_back(explorer, options.rounds, steps)
    figures = report("step", steps)
    drags = Stopwatch()
    for index in explorer.stack.indices[:20]:
        explorer.go_to(index)
        node = study.points_node(Side.RIGHT)
        row = node.GetControlPointIndexByLabel("LCP")
        r, a, s = node.GetNthControlPointPosition(row)
        drags.time(node.SetNthControlPointPosition, row, r, a, s + 1.0)
    report("a point is moved: plots and tables follow", drags)
    plainly(study, explorer, plain)
    plain_figures = report("the plain way", plain)
    ratio = figures["median CPU"] / plain_figures["median CPU"]
    print(f"a step takes {ratio:.2f} of the plain way")
    for kind in ("wall", "CPU"):
        verdict = "met" if figures[f"median {kind}"] <= GOAL_MS else "MISSED"
        print(f"goal {GOAL_MS} ms per step, median {kind}: {verdict}")


if __name__ == "__main__":
    main()
