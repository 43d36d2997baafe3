"""Drawn films with known points, and a film model that learned them by heart in seconds.

The fixtures ``hips``, ``films`` and ``film_bundle`` are those of conftest.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from HipLandmarksLib.anatomy import HipLandmarkId, Side

MEAN_HIP = {
    "ILM": (118.0, 48.0),
    "TRI": (108.0, 72.0),
    "LAE": (52.0, 70.0),
    "MSO": (92.0, 66.0),
    "FOV": (94.0, 92.0),
    "FHC": (76.0, 90.0),
    "GT": (22.0, 84.0),
    "TD": (112.0, 112.0),
    "ISCH": (116.0, 158.0),
    "NB": (44.0, 112.0),
    "SHP": (42.0, 162.0),
    "SHD": (44.0, 210.0),
    "LCP": (52.0, 84.0),
    "NA": (58.0, 102.0),
}
REPLACED = ("FHC", "NA", "NB", "LCP", "FOV")
SIDE_PX, SIGMA, STEPS = 64, 1.2, 70
Points = Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class DrawnFilm:
    """An upright film, bone bright, with its points; ``artificial`` hips have a prosthesis."""

    pixels: np.ndarray
    points: Mapping[Side, Points]
    artificial: tuple[Side, ...] = ()

    def seen(self, side: Side) -> dict[str, tuple[float, float]]:
        """The points that a reader would mark, and the middle of an artificial head."""
        points = dict(self.points[side])
        if side in self.artificial:
            points["PROSTHESIS"] = points["FHC"]
            points = {key: xy for key, xy in points.items() if key not in REPLACED}
        return points


def placed_hip(
    centre: tuple[float, float], scale: float, turn_deg: float = 0.0, left: bool = False
) -> dict[str, tuple[float, float]]:
    """The mean hip on an upright film: its head centre at ``centre``, ``scale`` px per mm."""
    x0, y0 = MEAN_HIP["FHC"]
    turn = np.exp(1j * np.radians(turn_deg)) * scale
    found = {}
    for key, (x, y) in MEAN_HIP.items():
        z = complex(x - x0, y - y0) * turn
        found[key] = (centre[0] - z.real if left else centre[0] + z.real, centre[1] + z.imag)
    return found


def drawn(
    shape: tuple[int, int],
    points: Mapping[Side, Points],
    scale: float,
    artificial: tuple[Side, ...] = (),
) -> DrawnFilm:
    """Bones as bars and discs on a soft background with a little noise."""
    rows = np.mgrid[: shape[0], : shape[1]][0] / shape[0]
    film = 20 + 15 * np.sin(np.pi * rows) + np.random.default_rng(0).normal(0, 2, shape)
    for side, own in points.items():
        metal = side in artificial
        for start, end, width, level in (
            ("ILM", "TD", 8, 90),
            ("TD", "ISCH", 12, 110),
            ("LAE", "MSO", 4, 200),
            ("FHC", "FHC", 27, 30),  # joint space
            ("FHC", "FHC", 24, 250 if metal else 140),
            ("FHC", "NB", 18, 240 if metal else 120),  # leaves the head at LCP
            ("NB", "SHP", 13, 240 if metal else 150),
            ("SHP", "SHD", 11, 170),
            ("GT", "NB", 12, 130),
        ):
            _bar(film, own[start], own[end], width * scale, level)
    return DrawnFilm(film.astype(np.float32), points, artificial)


def drawn_films() -> dict[str, DrawnFilm]:
    """``both`` hips, one with a ``prosthesis``, and single ones: ``right``, ``left``."""
    right, left = placed_hip((130, 110), 1.0), placed_hip((270, 112), 1.0, left=True)
    both = {Side.RIGHT: right, Side.LEFT: left}
    return {
        "both": drawn((300, 400), both, 1.0),
        "prosthesis": drawn((300, 400), both, 1.0, (Side.RIGHT,)),
        "right": drawn((360, 220), {Side.RIGHT: placed_hip((120, 120), 1.3)}, 1.3),
        "left": drawn((360, 220), {Side.LEFT: placed_hip((110, 115), 1.3, left=True)}, 1.3),
    }


def no_hips() -> dict[str, np.ndarray]:
    """Pictures without a hip."""
    noise = np.random.default_rng(5)
    rows, columns = np.mgrid[:300, :260]
    return {
        "noise": noise.normal(100, 30, (300, 260)),
        "gradient": rows + 0.5 * columns,
        "discs": 200.0 * ((rows % 60 - 30) ** 2 + (columns % 60 - 30) ** 2 < 300) + rows / 9,
    }


@pytest.fixture(scope="session")
def hips() -> SimpleNamespace:
    """``mean``: points of a right hip by key; ``reference``; ``place``: :func:`placed_hip`."""
    return SimpleNamespace(mean=MEAN_HIP, reference=_reference(1.0), place=placed_hip)


@pytest.fixture(scope="session")
def films() -> SimpleNamespace:
    """``drawn``: films by name; ``others``: pictures without a hip; ``replaced``: keys."""
    return SimpleNamespace(drawn=drawn_films(), others=no_hips(), replaced=REPLACED)


@pytest.fixture(scope="session")
def film_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete film model, both passes trained on the drawn films until they know them."""
    pytest.importorskip("torch")
    from HipLandmarksLib.detection import (
        BundleCard,
        Channels,
        Decoder,
        FilmSettings,
        ImageFrame,
        Preprocessing,
        film_input,
        hip_frame,
        save_film_bundle,
        whole_film_frame,
    )
    from HipLandmarksLib.networks import NetworkSpec

    keys = (*MEAN_HIP, "PROSTHESIS")
    both, one, reference = Channels.of_keys(keys), Channels.of_hip(keys), _reference(1 / 3)
    whole, hip = [], []
    for film in drawn_films().values():
        frame = whole_film_frame(film.pixels.shape, SIDE_PX)
        marks = {
            (side, key): frame.forward(xy)
            for side in film.points
            for key, xy in film.seen(side).items()
        }
        whole.append((film_input(film.pixels, frame), _answers(both.ids, marks, frame.shape)))
        for side, points in film.points.items():
            plane = hip_frame(points, dict.fromkeys(points, 1.0), reference, side)
            own = {(Side.RIGHT, key): plane.forward(xy) for key, xy in film.seen(side).items()}
            hip.append((film_input(film.pixels, plane), _answers(one.ids, own, plane.shape)))
    for picture in no_hips().values():
        frame = whole_film_frame(picture.shape, SIDE_PX)
        whole.append((film_input(picture, frame), _answers(both.ids, {}, frame.shape)))
    common = {"version": "1", "description": "For tests.", "modality": "XRAY"}
    common |= {"preprocessing": Preprocessing(), "decoder": Decoder(target_sigma=SIGMA)}
    spec = NetworkSpec("Unet", "resnet18", 3, (16, 16, 16), landmarks=len(both))
    hip_spec = NetworkSpec("Unet", "resnet18", 3, (16, 16, 16), landmarks=len(one))
    card = BundleCard(
        id="mini",
        network=spec,
        channels=both,
        frame=ImageFrame.FILM,
        film=FilmSettings(reference, SIDE_PX),
        **common,
    )
    hip_card = BundleCard(
        id="mini-hip", network=hip_spec, channels=one, frame=ImageFrame.HIP, **common
    )
    folder = tmp_path_factory.mktemp("models") / "mini"
    save_film_bundle(folder, card, _learned(spec, whole), hip_card, _learned(hip_spec, hip))
    return folder


def _reference(scale: float) -> object:
    from HipLandmarksLib.detection import ReferenceHip

    points = {key: (x * scale, y * scale) for key, (x, y) in MEAN_HIP.items()}
    shape = (224, 160) if scale == 1 else (80, 56)
    return ReferenceHip(shape, points, dict.fromkeys(MEAN_HIP, 4.0 * scale), 1.0 / scale)


def _bar(
    film: np.ndarray,
    start: tuple[float, float],
    end: tuple[float, float],
    width: float,
    level: float,
) -> None:
    """A bar with round ends, in place."""
    rows, columns = np.mgrid[: film.shape[0], : film.shape[1]]
    step = np.subtract(end, start)
    along = (columns - start[0]) * step[0] + (rows - start[1]) * step[1]
    share = np.clip(along / max(float(step @ step), 1e-9), 0, 1)
    distance = np.hypot(columns - start[0] - share * step[0], rows - start[1] - share * step[1])
    film[distance < width] = level


def _answers(
    ids: tuple[HipLandmarkId, ...], points: Mapping[HipLandmarkId, np.ndarray], shape: tuple
) -> np.ndarray:
    """(L, H * W + 1) probabilities: a Gaussian about every point, the last place for none."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    answers = np.zeros((len(ids), shape[0] * shape[1] + 1), np.float32)
    for row, id_ in enumerate(ids):
        if id_ not in points:
            answers[row, -1] = 1.0
            continue
        x, y = points[id_]
        blob = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * SIGMA**2))
        answers[row, :-1] = (blob / blob.sum()).ravel()
    return answers


def _learned(spec: object, samples: list[tuple[np.ndarray, np.ndarray]]) -> object:
    """A network that knows the samples by heart."""
    import torch

    from HipLandmarksLib.networks import build_network

    torch.manual_seed(0)
    network = build_network(spec).train()
    images = torch.from_numpy(np.stack([image for image, _ in samples]))[:, None]
    answers = torch.from_numpy(np.stack([answer for _, answer in samples]))
    optimiser = torch.optim.Adam(network.parameters(), 4e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 6e-3, total_steps=STEPS)
    for _ in range(STEPS):
        output = network(images)
        logits = torch.cat([output.heatmaps.flatten(2), output.nowhere[..., None]], dim=-1)
        loss = -(answers * torch.log_softmax(logits, dim=-1)).sum(dim=-1).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return network.eval()
