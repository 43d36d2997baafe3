"""The worst landmarks as pictures: where they were put, and where they belong."""

from __future__ import annotations

import base64
from html import escape
from io import BytesIO

import numpy as np

from ...evaluation import EvaluationCase, LandmarkPair, RunEvaluation
from ...imaging import window_level
from ..slice_view import SliceView, slice_of
from .html import number

_WINDOW_MM = 100.0
_MOST = 6


def worst_pictures(run: RunEvaluation, most: int = _MOST) -> str:
    """Figures of the hips with the largest error of a landmark; "" without images."""
    cases = {case.name: case for case in run.cases if case.image is not None}
    ordered = sorted(
        (p for p in run.pairs if p.case in cases and p.error_px is not None),
        key=lambda p: -((p.error_mm if p.error_mm is not None else p.error_px) or 0.0),
    )
    hips: dict[tuple[str, str], LandmarkPair] = {}
    for pair in ordered:
        hips.setdefault((pair.case, pair.side.value), pair)
    shown = list(hips.values())[:most]
    return "".join(_figure(cases[pair.case], pair) for pair in shown)


def _figure(case: EvaluationCase, worst: LandmarkPair) -> str:
    assert case.image is not None
    own = [p for p in case.reference.values() if p.side is worst.side and p.position is not None]
    places = np.stack([p.point() for p in own])
    index = slice_of(case.image, places)
    view = SliceView.of(case.image, index)
    centre = view.project(case.reference[(worst.side, worst.key)].point())
    corner = _corner(view, (centre + view.project(places).mean(axis=0)) / 2)
    marks = []
    for point in own:
        truth = view.project(point.point()) - corner
        predicted = case.predicted.position(point.side, point.key)
        found = None if predicted is None else view.project(predicted) - corner
        marks.append(_mark(point.key, truth, found, point.key == worst.key))
    error = (
        f"{number(worst.error_mm, 1)} mm"
        if worst.error_mm is not None
        else (f"{number(worst.error_px, 1)} px")
    )
    words = f"{worst.case}, {worst.side.word} hip, slice {index} (from 0): {worst.key} {error} off"
    size = f"{_WINDOW_MM:.0f}"
    return (
        f'<figure><svg viewBox="0 0 {size} {size}" role="img" aria-label="{escape(words)}">'
        f'<rect width="{size}" height="{size}" fill="#000"/>{_image(view, corner)}'
        f"{''.join(marks)}</svg><figcaption>{escape(words)}</figcaption></figure>"
    )


def _corner(view: SliceView, centre: np.ndarray) -> np.ndarray:
    """Upper left of a window around ``centre``, inside the slice where it fits; picture mm."""
    left, right, bottom, top = view.extent
    corner = centre - _WINDOW_MM / 2
    low = np.array([left, top])
    high = np.maximum(np.array([right, bottom]) - _WINDOW_MM, low)
    return np.asarray(np.clip(corner, low, high))


def _image(view: SliceView, corner: np.ndarray) -> str:
    """The pixels of the window as an embedded PNG, at their place."""
    from PIL import Image

    dy, dx = view.spacing
    rows, columns = view.pixels.shape
    step = np.array([dx, dy])
    first = np.maximum(np.floor((corner + step / 2) / step).astype(int), 0)
    count = np.ceil(_WINDOW_MM / step).astype(int) + 1
    last = np.minimum(first + count, (columns, rows))
    cut = view.pixels[first[1] : last[1], first[0] : last[0]]
    low, high = window_level(cut)
    grey = np.clip((cut - low) / (high - low) * 255, 0, 255).astype(np.uint8)
    stream = BytesIO()
    Image.fromarray(np.ascontiguousarray(grey)).save(stream, "PNG", optimize=True)
    data = base64.b64encode(stream.getvalue()).decode("ascii")
    x, y = (first - 0.5) * step - corner
    width, height = cut.shape[1] * dx, cut.shape[0] * dy
    return (
        f'<image x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" '
        f'preserveAspectRatio="none" href="data:image/png;base64,{data}"/>'
    )


def _mark(key: str, truth: np.ndarray, found: np.ndarray | None, worst: bool) -> str:
    """Reference as green ring, prediction as orange cross, joined; sizes in mm."""
    x, y = truth
    width = 0.9 if worst else 0.55
    parts = [
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r="1.7" fill="none" stroke="#3ddc84" '
        f'stroke-width="{width}"/>'
    ]
    if found is not None:
        u, v = found
        parts.append(
            f'<path d="M{x:.2f} {y:.2f}L{u:.2f} {v:.2f}M{u - 1.4:.2f} {v - 1.4:.2f}l2.8 2.8'
            f'M{u - 1.4:.2f} {v + 1.4:.2f}l2.8 -2.8" stroke="#ffa033" fill="none" '
            f'stroke-width="{width}"/>'
        )
    parts.append(
        f'<text x="{x + 2.6:.2f}" y="{y - 2.0:.2f}" style="font-size:4px;fill:#fff;'
        f'paint-order:stroke;stroke:#000;stroke-width:.8px">{escape(key)}</text>'
    )
    return "".join(parts)
