"""The chain from transmission to a film: noise, blur, scatter, tone, damage, determinism."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch

from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.synthesis.radiograph.damage import disturbed, jpeg_damaged, quantised
from HipLandmarksLib.synthesis.radiograph.detector_chain import (
    detector_signal,
    scatter,
    with_noise,
)
from HipLandmarksLib.synthesis.radiograph.fields import blurred, generator
from HipLandmarksLib.synthesis.radiograph.film import render_film
from HipLandmarksLib.synthesis.radiograph.look import (
    Detector,
    Disturbance,
    Exposure,
    FilmLook,
    Preset,
    Processing,
    ToneCurve,
)
from HipLandmarksLib.synthesis.radiograph.materials import Material, MaterialPaths
from HipLandmarksLib.synthesis.radiograph.processing import displayed, toned, windowed

PLAIN = Processing(
    window=(0.0, 1.0),
    curve=ToneCurve.LINEAR,
    contrast=1.0,
    detail=(0.0, 0.0, 0.0),
    equalisation=0.0,
)
QUIET = Detector(blur_mm=0.0, electronic_noise=0.0)


def stream(seed: int = 0) -> torch.Generator:
    return generator(np.random.default_rng(seed))


def phantom(size: int = 96) -> MaterialPaths:
    """A disc of bone of 20 mm in a body of varying thickness with air beside it."""
    y, x = np.mgrid[:size, :size] / (size - 1) - 0.5
    muscle = (180 * np.sqrt(np.clip(1 - (2.2 * x) ** 2, 0, None))).astype(np.float32)
    bone = np.where(np.hypot(x, y) < 0.2, 20.0, 0.0).astype(np.float32)
    lengths = {
        Material.MUSCLE: torch.from_numpy(muscle),
        Material.CORTICAL: torch.from_numpy(bone),
    }
    return MaterialPaths(lengths, 0.8)


def test_noise_variance_is_inverse_to_dose_and_proportional_to_signal() -> None:
    flat = torch.full((200, 200), 0.5)
    variance = [float(with_noise(flat, quanta, 0.0, stream()).var()) for quanta in (1e3, 4e3)]
    assert variance[0] == pytest.approx(0.5 / 1e3, rel=0.05)
    assert variance[0] / variance[1] == pytest.approx(4.0, rel=0.02)
    brighter = with_noise(2 * flat, 1e3, 0.0, stream())
    assert float(brighter.var()) / variance[0] == pytest.approx(2.0, rel=0.02)


def test_electronic_noise_adds_its_variance() -> None:
    dark = torch.zeros(200, 200)
    assert float(with_noise(dark, 1e3, 0.02, stream()).std()) == pytest.approx(0.02, rel=0.03)


def test_the_same_dose_makes_coarser_pixels_less_noisy() -> None:
    flat = torch.full((160, 160), 0.05)
    exposure = Exposure(scatter_to_primary=0.0, heel=0.0, focal_spot_mm=0.0)
    fine, coarse = (
        float(detector_signal(flat, pixel, exposure, QUIET, stream()).std()) for pixel in (0.2, 0.8)
    )
    assert fine / coarse == pytest.approx(4.0, rel=0.05)


def test_scatter_has_the_given_share_behind_twenty_centimetres() -> None:
    flat = torch.full((128, 128), math.exp(-4.2))
    share = scatter(flat, 1.0, Exposure(scatter_to_primary=0.8)) / flat
    assert share.numpy() == pytest.approx(0.8, rel=0.02)


def test_air_scatters_nothing_and_scatter_lowers_contrast() -> None:
    assert float(scatter(torch.ones(64, 64), 1.0, Exposure()).abs().max()) < 1e-5
    primary = torch.full((128, 128), 0.02)
    primary[56:72, 56:72] = 0.01
    with_scatter = primary + scatter(primary, 1.0, Exposure(scatter_to_primary=2.0))
    assert float(with_scatter[10, 10] / with_scatter[64, 64]) < 1.7


def test_the_heel_effect_falls_along_its_direction() -> None:
    flat = torch.full((64, 64), 0.02)
    exposure = Exposure(quanta_per_mm2=1e7, scatter_to_primary=0.0, heel=0.2, heel_deg=0.0)
    signal = detector_signal(flat, 1.0, exposure, QUIET, stream())
    columns = signal.mean(dim=0)
    assert float(columns[-1]) < float(columns[32]) < float(columns[0])
    assert float(signal.mean(dim=1).std()) < 0.01


def test_grid_lines_repeat_with_their_pitch() -> None:
    flat = torch.full((16, 200), 0.02)
    exposure = Exposure(quanta_per_mm2=1e7, scatter_to_primary=0.0, heel=0.0)
    detector = Detector(blur_mm=0, electronic_noise=0, grid_lines=0.1, grid_pitch_mm=2.0)
    profile = detector_signal(flat, 0.1, exposure, detector, stream()).mean(dim=0).numpy()
    spectrum = np.abs(np.fft.rfft(profile - profile.mean()))
    assert int(spectrum.argmax()) == 10  # 20 mm / 2 mm


@pytest.mark.parametrize("sigma", [0.7, 3.0, 15.0])
def test_a_blur_keeps_the_mean_and_has_the_width_asked_for(sigma: float) -> None:
    image = torch.zeros(161, 161)
    image[80, 80] = 1.0
    spot = blurred(image, sigma).double()
    assert float(spot.sum()) == pytest.approx(1.0, abs=0.01)
    offsets = torch.arange(161, dtype=torch.float64) - 80
    width = float((spot.sum(dim=0) * offsets**2).sum() / spot.sum()) ** 0.5
    assert width == pytest.approx(sigma, rel=0.12)


def test_a_blur_leaves_an_even_field_alone() -> None:
    even = torch.full((40, 57), 0.3)
    for sigma in (0.1, 1.0, 12.0):
        assert blurred(even, sigma).numpy() == pytest.approx(0.3, abs=1e-5)


@pytest.mark.parametrize("curve", list(ToneCurve))
@pytest.mark.parametrize("gamma", [0.6, 1.0, 2.0])
def test_no_tone_curve_ever_falls(curve: ToneCurve, gamma: float) -> None:
    look = dataclasses.replace(PLAIN, curve=curve, gamma=gamma, contrast=1.4)
    ramp = toned(torch.linspace(-1, 2, 500), look)
    assert bool((ramp.diff() >= 0).all())
    assert float(ramp[0]) == pytest.approx(0.0, abs=0.02)
    assert float(ramp[-1]) == pytest.approx(1.0, abs=0.02)


def test_black_and_white_bound_the_brightness() -> None:
    look = dataclasses.replace(PLAIN, black=0.1, white=0.8)
    ramp = toned(torch.linspace(-1, 2, 100), look)
    assert (float(ramp.min()), float(ramp.max())) == pytest.approx((0.1, 0.8))


def test_the_window_moves_its_quantiles_to_zero_and_one() -> None:
    density = torch.linspace(3, 7, 64 * 64).reshape(64, 64)
    shown = windowed(density, (0.1, 0.9))
    assert float((shown < 0).float().mean()) == pytest.approx(0.1, abs=0.01)
    assert float((shown > 1).float().mean()) == pytest.approx(0.1, abs=0.01)


def test_the_collimated_border_does_not_set_the_exposure() -> None:
    body = torch.full((64, 64), 0.02) * torch.linspace(0.5, 2, 64)
    body = body / body.median()
    bordered = body.clone()
    bordered[:, :20] = 1e-4  # nothing arrives behind the lead
    valid = torch.ones(64, 64, dtype=torch.bool)
    valid[:, :20] = False
    alone = displayed(body[:, 20:].contiguous(), 1.0, PLAIN)
    assert torch.allclose(displayed(bordered, 1.0, PLAIN, valid)[:, 20:], alone, atol=0.02)


def test_bone_is_brighter_than_soft_tissue_and_air_is_black() -> None:
    film = render_film(phantom(), FilmLook(processing=PLAIN), np.random.default_rng(1))
    bone, beside, air = film[48, 48], film[48, 20], film[48, 0]
    assert float(bone) > float(beside) > float(air)
    assert float(air) < 0.05


def test_inversion_is_the_negative() -> None:
    look = FilmLook(disturbance=Disturbance(inverted=True))
    positive = render_film(phantom(), FilmLook(), np.random.default_rng(1))
    negative = render_film(phantom(), look, np.random.default_rng(1))
    assert torch.allclose(negative, 1 - positive, atol=1e-3)


@pytest.mark.parametrize("preset", list(Preset))
def test_every_random_look_gives_a_film_that_its_seed_decides(preset: Preset) -> None:
    for seed in range(12):
        look = FilmLook.random(np.random.default_rng(seed), preset)
        assert look == FilmLook.random(np.random.default_rng(seed), preset)
        film = render_film(phantom(), look, np.random.default_rng(seed))
        again = render_film(phantom(), look, np.random.default_rng(seed))
        assert torch.equal(film, again)
        assert film.dtype == torch.float32
        assert float(film.min()) >= 0
        assert float(film.max()) <= 1
        assert float(film.std()) > 0.005


def test_another_seed_gives_other_noise() -> None:
    one, other = (render_film(phantom(), FilmLook(), np.random.default_rng(s)) for s in (1, 2))
    assert not torch.equal(one, other)


def test_a_collimated_film_is_black_outside_its_field() -> None:
    valid = torch.zeros(96, 96, dtype=torch.bool)
    valid[10:80, 20:90] = True
    film = render_film(phantom(), FilmLook(), np.random.default_rng(0), valid=valid)
    assert float(film[~valid].max()) == 0.0
    assert float(film[valid].max()) > 0.3


def test_an_overlay_is_drawn_on_the_finished_film() -> None:
    def letter(film: torch.Tensor) -> torch.Tensor:
        drawn = film.clone()
        drawn[5:9, 5:9] = 1.0
        return drawn

    film = render_film(phantom(), FilmLook(), np.random.default_rng(0), overlay=letter)
    assert float(film[6, 6]) == 1.0


def test_an_overlay_must_not_change_the_size() -> None:
    with pytest.raises(ConfigurationError, match="size"):
        render_film(phantom(), FilmLook(), np.random.default_rng(0), overlay=lambda film: film[1:])


def test_a_field_of_another_size_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="collimated field"):
        render_film(phantom(), FilmLook(), np.random.default_rng(0), valid=torch.ones(4, 4).bool())


def test_quantisation_leaves_two_to_the_bits_levels() -> None:
    assert len(quantised(torch.linspace(0, 1, 10001), 6).unique()) == 64


def test_jpeg_hurts_more_at_lower_quality_and_not_at_all_when_even() -> None:
    image = torch.rand(50, 61, generator=stream())
    loss = [float((jpeg_damaged(image, q) - image).abs().mean()) for q in (95.0, 50.0, 10.0)]
    assert loss[0] < loss[1] < loss[2]
    assert torch.allclose(
        jpeg_damaged(torch.full((20, 20), 0.5), 60.0), torch.tensor(0.5), atol=0.01
    )


def test_boxes_hide_parts_and_leave_the_input_alone() -> None:
    film = torch.full((100, 100), 0.5)
    hidden = disturbed(film, 1.0, Disturbance(boxes=3), np.random.default_rng(4), stream())
    share = float((hidden != 0.5).float().mean())
    assert 0 < share < 0.15
    assert bool((film == 0.5).all())


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        (Exposure, "kvp", 300.0),
        (Exposure, "quanta_per_mm2", 0.0),
        (Detector, "blur_mm", -1.0),
        (Processing, "contrast", 0.0),
        (Processing, "bits", 1),
        (Processing, "window", (0.5, 0.2)),
        (Processing, "detail", (0.0, 0.0)),
        (Processing, "jpeg_quality", 0.0),
        (Disturbance, "boxes", -1),
        (Exposure, "heel", float("nan")),
    ],
)
def test_impossible_looks_are_refused(part: type, name: str, value: object) -> None:
    with pytest.raises(ConfigurationError):
        part(**{name: value})
