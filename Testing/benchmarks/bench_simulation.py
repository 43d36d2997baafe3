"""Speed of simulated films: path lengths of all bones of a view, in one run with plain ways.

Compares the projector with a loop over triangles that does the same, and with a ray caster in
double precision (VTK's cell locator), both on a part of the work scaled up; then gives views per
second, outer and inner surfaces together, on the processor and on a GPU where there is one.

    python Testing/benchmarks/bench_simulation.py [--bones FOLDER] [--size PIXELS] [--repeats N]

Without a folder of bones (one subject) five ellipsoids with as many triangles stand in for them.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from HipLandmarksLib.synthesis.radiograph import Camera
from HipLandmarksLib.synthesis.radiograph.cortex import inner_surface
from HipLandmarksLib.synthesis.radiograph.projector import trace
from HipLandmarksLib.synthesis.surfaces import BoneSurface, read_bones

TRIANGLES_OF_LOOP = 4000
RAYS_OF_CASTER = 4000


def stand_in(centre: tuple[float, float, float], radii: tuple[float, float, float]) -> BoneSurface:
    """An ellipsoid of 40 000 triangles."""
    rings, sectors = 100, 200
    theta = np.linspace(0, np.pi, rings + 2)[1:-1, None]
    phi = np.linspace(0, 2 * np.pi, sectors, endpoint=False)
    x, y = np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi)
    ring = np.stack([x, y, np.broadcast_to(np.cos(theta), x.shape)], axis=-1).reshape(-1, 3)
    points = np.vstack([ring, [[0, 0, 1], [0, 0, -1]]]) * radii + centre
    index = np.arange(len(ring)).reshape(rings, sectors)
    after = np.roll(index, -1, axis=1)
    upper, lower, right = index[:-1], index[1:], after[:-1]
    sides = [(upper, lower, after[1:]), (upper, after[1:], right)]
    faces = [np.stack(corners, axis=-1).reshape(-1, 3) for corners in sides]
    top, bottom = np.full(sectors, len(ring)), np.full(sectors, len(ring) + 1)
    faces += [np.stack([top, index[0], after[0]], axis=-1)]
    faces += [np.stack([bottom, after[-1], index[-1]], axis=-1)]
    return BoneSurface(points, np.concatenate(faces))


def bones(folder: str | None) -> list[BoneSurface]:
    """Five surfaces."""
    if folder:
        return list(read_bones(folder).bones.values())
    pairs = [((s * 75.0, 0.0, 30.0), (60.0, 25.0, 90.0)) for s in (-1, 1)]
    pairs += [((s * 110.0, 0.0, -150.0), (22.0, 25.0, 170.0)) for s in (-1, 1)]
    return [stand_in(*pair) for pair in [*pairs, ((0.0, 50.0, 60.0), (45.0, 30.0, 60.0))]]


def seconds(work: Callable[[], object], repeats: int) -> float:
    """Median time after one run to warm up."""
    times = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        work()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def triangle_loop(surface: BoneSurface, camera: Camera, count: int) -> NDArray[np.float64]:
    """The same sum triangle by triangle, without a rule for shared edges."""
    total = np.zeros(camera.shape)
    xy = camera.project(surface.vertices)
    normal = np.cross(camera.column_step, camera.row_step)
    depth = (surface.vertices - camera.source) @ normal
    depth = depth / ((camera.origin - camera.source) @ normal)
    for face in surface.faces[np.linspace(0, len(surface.faces) - 1, count).astype(int)]:
        corners = xy[face]
        low = np.maximum(np.ceil(corners.min(axis=0)), 0).astype(int)
        high = np.minimum(np.floor(corners.max(axis=0)), np.array(camera.shape[::-1]) - 1)
        if np.any(high < low):
            continue
        rows, columns = np.mgrid[low[1] : int(high[1]) + 1, low[0] : int(high[0]) + 1]
        basis = np.vstack([corners.T, np.ones(3)])
        if abs(np.linalg.det(basis)) < 1e-12:
            continue
        points = np.stack([columns.ravel(), rows.ravel(), np.ones(rows.size)])
        share = np.linalg.solve(basis, points)
        inside = np.all(share >= 0, axis=0)
        near = (share / depth[face][:, None]).sum(axis=0)
        sign = np.sign(np.linalg.det(basis))
        total[rows.ravel()[inside], columns.ravel()[inside]] += sign / near[inside]
    return total


def ray_caster(surface: BoneSurface, camera: Camera, count: int) -> float:
    """Seconds for ``count`` rays through one surface with VTK's cell locator."""
    import vtk
    from vtk.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray

    mesh, points, cells = vtk.vtkPolyData(), vtk.vtkPoints(), vtk.vtkCellArray()
    points.SetData(numpy_to_vtk(surface.vertices, deep=True))
    offsets = np.arange(0, 3 * len(surface.faces) + 1, 3)
    connectivity = numpy_to_vtkIdTypeArray(surface.faces.ravel(), deep=True)
    cells.SetData(numpy_to_vtkIdTypeArray(offsets, deep=True), connectivity)
    mesh.SetPoints(points)
    mesh.SetPolys(cells)
    locator = vtk.vtkStaticCellLocator()
    locator.SetDataSet(mesh)
    locator.BuildLocator()
    hits, ids = vtk.vtkPoints(), vtk.vtkIdList()
    pixels = np.linspace(0, camera.shape[0] * camera.shape[1] - 1, count).astype(int)
    row, column = np.unravel_index(pixels, camera.shape)
    ends = camera.origin + column[:, None] * camera.column_step + row[:, None] * camera.row_step
    start = time.perf_counter()
    for end in ends:
        locator.IntersectWithLine(camera.source, end, 1e-6, hits, ids)
    return time.perf_counter() - start


def line(name: str, spent: float, reference: float) -> None:
    """One row of the table."""
    print(f"{name:52s}{1e3 * spent:10.0f} ms{1 / spent:9.2f} /s{spent / reference:9.2f}")


def main() -> None:
    """Print one line per way."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--bones", help="folder of one subject's bone surfaces")
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--repeats", type=int, default=7)
    arguments = parser.parse_args()
    outer = bones(arguments.bones)
    inner = [inner_surface(bone, np.full(len(bone.vertices), 0.8)) for bone in outer]
    size = arguments.size
    camera = Camera.anteroposterior((size, size), 430.0 / size)
    count = sum(len(bone.faces) for bone in outer)
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    print(f"{len(outer)} bones, {count} triangles, {size} x {size} pixels")
    whole = seconds(lambda: trace(outer, camera), arguments.repeats)
    line("path lengths, all bones", whole, whole)
    part = seconds(lambda: triangle_loop(outer[0], camera, TRIANGLES_OF_LOOP), 1)
    line("loop over triangles (scaled up)", part * count / TRIANGLES_OF_LOOP, whole)
    cast = sum(ray_caster(bone, camera, RAYS_OF_CASTER) for bone in outer)
    line("ray caster, VTK float64 (scaled up)", cast * size * size / RAYS_OF_CASTER, whole)
    devices = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
    for device in devices:
        both = seconds(lambda d=device: trace([*outer, *inner], camera, d), arguments.repeats)
        line(f"view: total and dense bone, {device}", both, whole)


if __name__ == "__main__":
    main()
