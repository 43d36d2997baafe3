"""Body around the bones: lengths that add up, places that follow the patient, chance by seed."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.imaging import PlaneTransform
from HipLandmarksLib.synthesis.radiograph import BonePaths, BoneView, Camera, TruePoint
from HipLandmarksLib.synthesis.radiograph.appearance import (
    Appearance,
    footprint,
    simulate_film,
)
from HipLandmarksLib.synthesis.radiograph.body_frame import BodyFrame
from HipLandmarksLib.synthesis.radiograph.bone_texture import with_bone_quality
from HipLandmarksLib.synthesis.radiograph.habitus import BoneQuality, Habitus
from HipLandmarksLib.synthesis.radiograph.look import Preset
from HipLandmarksLib.synthesis.radiograph.materials import (
    Material,
    MaterialPaths,
    material_paths,
)
from HipLandmarksLib.synthesis.radiograph.soft_tissue import soft_tissue
from HipLandmarksLib.synthesis.radiograph.trabeculae import stress_density
from HipLandmarksLib.synthesis.surfaces import BoneName

EVEN = Habitus(gas=0.0, faeces=0.0, unevenness=0.0, spine=False, bladder_mm=0.0)


def view(pixel_mm: float = 2.0, sides: tuple[Side, ...] = tuple(Side)) -> BoneView:
    """Balls for heads and bars for shafts, seen by an ordinary camera."""
    shape = (round(360 / pixel_mm), round(430 / pixel_mm))
    camera = Camera.anteroposterior(shape, pixel_mm)
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    paths, landmarks = {}, {}
    for side in sides:
        sign = 1.0 if side is Side.LEFT else -1.0
        head = camera.project([sign * 88.0, 0.0, 0.0])
        low = camera.project([sign * 118.0, 0.0, -150.0])
        radius = 24.0 * camera.magnification([0, 0, 0]) / pixel_mm
        squared = 1 - ((columns - head[0]) ** 2 + (rows - head[1]) ** 2) / radius**2
        ball = (48.0 * np.sqrt(np.clip(squared, 0, None))).astype(np.float32)
        bar = (np.abs(columns - low[0]) < 14 / pixel_mm) & (rows > head[1] + 50 / pixel_mm)
        total = np.maximum(ball, np.where(bar, 28.0, 0.0)).astype(np.float32)
        paths[BoneName.femur(side)] = BonePaths(total, 0.3 * total)
        for key, place in (
            ("FHC", (sign * 88.0, 0.0, 0.0)),
            ("SHP", (sign * 118.0, 0.0, -80.0)),
            ("SHD", (sign * 112.0, 0.0, -150.0)),
        ):
            xy = camera.project(place)
            landmarks[(side, key)] = TruePoint((float(xy[0]), float(xy[1])))
    return BoneView(camera, "test", paths, landmarks)


def total(matter: MaterialPaths) -> torch.Tensor:
    return matter.of(*matter.lengths)


def body(habitus: Habitus, seed: int = 0, pixel_mm: float = 2.0) -> MaterialPaths:
    seen = view(pixel_mm)
    return soft_tissue(
        material_paths(seen), BodyFrame.of(seen), habitus, np.random.default_rng(seed)
    )


def test_the_frame_puts_both_heads_where_they_are() -> None:
    seen = view()
    frame = BodyFrame.of(seen)
    for side, sign in ((Side.RIGHT, -1), (Side.LEFT, 1)):
        place = frame.matrix @ np.array([sign * 89.0, 0.0, 1.0])
        assert place[:2] == pytest.approx(np.array(seen.landmarks[(side, "FHC")].xy), abs=1e-6)


def test_up_in_the_frame_is_up_on_the_film() -> None:
    frame = BodyFrame.of(view())
    assert (frame.matrix @ [0, 100, 1])[1] < (frame.matrix @ [0, 0, 1])[1]


def test_thighs_follow_the_shafts() -> None:
    thigh = BodyFrame.of(view()).thighs[Side.LEFT]
    assert thigh.start[0] == pytest.approx(118, abs=3)
    assert thigh.direction[0] < 0
    assert thigh.direction[1] < -0.9


def test_a_view_of_one_hip_has_a_body_too() -> None:
    seen = view(sides=(Side.LEFT,))
    frame = BodyFrame.of(seen)
    place = frame.matrix @ np.array([88.0, 0.0, 1.0])
    assert place[:2] == pytest.approx(np.array(seen.landmarks[(Side.LEFT, "FHC")].xy), abs=1.0)


def test_grid_coordinates_are_those_of_the_pixels() -> None:
    frame = BodyFrame.of(view())
    x, z = frame.grid((180, 215), 4)
    column, row, _ = frame.matrix @ np.array([x[10, 20], z[10, 20], 1.0])
    assert (column, row) == pytest.approx((20 * 4 + 1.5, 10 * 4 + 1.5), abs=1e-3)


def test_bone_takes_the_place_of_soft_tissue() -> None:
    with_bones = body(EVEN)
    seen = view()
    none = MaterialPaths({m: 0 * f for m, f in material_paths(seen).lengths.items()}, 2.0)
    without = soft_tissue(none, BodyFrame.of(seen), EVEN, np.random.default_rng(0))
    inside = total(without) > 60
    assert torch.allclose(total(with_bones)[inside], total(without)[inside], atol=0.05)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("preset", list(Preset))
def test_no_length_is_negative_or_absurd(preset: Preset, seed: int) -> None:
    habitus = Habitus.random(np.random.default_rng(seed), preset)
    matter = body(habitus, seed)
    for field in matter.lengths.values():
        assert bool(torch.isfinite(field).all())
        assert float(field.min()) >= -1e-3
    assert float(total(matter).max()) < 650


def test_a_usual_patient_is_about_twenty_centimetres_thick() -> None:
    matter = body(EVEN)
    row, column = (int(v) for v in (BodyFrame.of(view()).matrix @ [30.0, 40.0, 1.0])[1::-1])
    assert 170 < float(total(matter)[row, column]) < 260


def test_more_fat_makes_the_patient_wider_and_thicker() -> None:
    lean, obese = (body(dataclasses.replace(EVEN, fat_mm=mm)) for mm in (10.0, 60.0))
    assert float(obese.of(Material.FAT).sum()) > 2 * float(lean.of(Material.FAT).sum())
    assert float((total(obese) > 20).sum()) > float((total(lean) > 20).sum())


def test_a_hanging_belly_ends_in_an_edge() -> None:
    flat, hanging = (
        body(dataclasses.replace(EVEN, panniculus_mm=mm, panniculus_z=10.0)) for mm in (0.0, 60.0)
    )
    added = (total(hanging) - total(flat))[:, 107]
    frame = BodyFrame.of(view()).matrix
    above, below = (int((frame @ [0.0, z, 1.0])[1]) for z in (60.0, -20.0))
    assert float(added[above]) > 30
    assert float(added[below]) == pytest.approx(0.0, abs=0.5)


def test_gas_displaces_tissue_and_grows_with_its_amount() -> None:
    none, much = (body(dataclasses.replace(EVEN, gas=g), seed=3) for g in (0.0, 1.0))
    gas = much.of(Material.GAS)
    assert float(gas.max()) > 10
    assert float(gas.sum()) > 5 * float(none.of(Material.GAS).sum())
    assert torch.allclose(total(much), total(none), atol=0.05)


def test_vertebrae_lie_above_the_sacrum_only() -> None:
    with_spine = body(dataclasses.replace(EVEN, spine=True))
    added = with_spine.of(Material.CANCELLOUS) - body(EVEN).of(Material.CANCELLOUS)
    frame = BodyFrame.of(view())
    row = int((frame.matrix @ [0.0, 80.0, 1.0])[1])
    assert float(added[: row - 10].max()) > 20
    assert float(added[row + 25 :].abs().max()) < 0.5


def test_chance_is_decided_by_the_seed() -> None:
    one, same, other = (total(body(Habitus(), seed)) for seed in (5, 5, 6))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_the_body_moves_with_a_mirrored_and_shifted_view() -> None:
    seen = view()
    transform = PlaneTransform.identity(seen.camera.shape).flipped_horizontally().shifted(6, -8)
    frame = BodyFrame.of(seen).transformed(transform)
    mirrored = soft_tissue(
        material_paths(seen).resampled(transform), frame, EVEN, np.random.default_rng(0)
    )
    straight = total(body(EVEN))
    expected = torch.from_numpy(transform.warp(straight.numpy()))
    inner = (slice(20, -20), slice(20, -20))
    assert float((total(mirrored) - expected)[inner].abs().mean()) < 1.5


def test_bone_quality_keeps_lengths_and_adds_mineral_with_density() -> None:
    matter = body(EVEN, pixel_mm=1.0)
    weak, strong = (
        with_bone_quality(matter, BoneQuality(trabecular=t), np.random.default_rng(0))
        for t in (0.08, 0.3)
    )
    assert torch.allclose(total(weak), total(matter), atol=0.1)
    assert Material.CANCELLOUS not in weak.lengths
    assert float(strong.of(Material.CORTICAL).sum()) > float(weak.of(Material.CORTICAL).sum())


def test_cancellous_bone_of_even_texture_has_its_mineral_share() -> None:
    block = MaterialPaths({Material.CANCELLOUS: torch.full((20, 20), 40.0)}, 1.0)
    quality = BoneQuality(trabecular=0.2, texture=0.0, patches=0.0)
    resolved = with_bone_quality(block, quality, np.random.default_rng(0))
    assert resolved.of(Material.CORTICAL).numpy() == pytest.approx(8.0, rel=1e-4)
    assert resolved.of(Material.FAT).numpy() == pytest.approx(32.0, rel=1e-4)


def test_strands_follow_the_patient_when_pixels_are_fine() -> None:
    seen = view(pixel_mm=0.4)
    matter = material_paths(seen)
    quality = BoneQuality(texture=0.6, grain_mm=0.9)
    films = [
        with_bone_quality(matter, quality, np.random.default_rng(1), frame).of(Material.CORTICAL)
        for frame in (BodyFrame.of(seen), None)
    ]
    assert not torch.allclose(films[0], films[1])
    assert float(films[0][matter.of(Material.CANCELLOUS) > 10].std()) > 0.3


@pytest.mark.parametrize("preset", list(Preset))
def test_a_view_becomes_the_same_film_for_the_same_seed(preset: Preset) -> None:
    seen = view()
    appearance = Appearance.random(np.random.default_rng(7), preset)
    one, same = (simulate_film(seen, appearance, np.random.default_rng(7)) for _ in range(2))
    assert torch.equal(one, same)
    assert one.shape == seen.camera.shape


def test_what_lies_outside_the_view_is_black() -> None:
    seen = view()
    transform = PlaneTransform.identity(seen.camera.shape).shifted(60, 0)
    film = simulate_film(seen, Appearance(), np.random.default_rng(0), transform=transform)
    assert float(film[:, :58].max()) == 0.0
    assert float(film[:, 70:].max()) > 0.5


def test_objects_are_added_to_everything_in_the_beam() -> None:
    def shield(matter: MaterialPaths, frame: BodyFrame) -> MaterialPaths:
        assert Material.MUSCLE in matter.lengths
        lead = torch.zeros(matter.shape)
        column, row, _ = (int(v) for v in frame.matrix @ [0.0, 0.0, 1.0])
        lead[row - 5 : row + 5, column - 5 : column + 5] = 2.0
        return matter.plus(MaterialPaths({Material.LEAD: lead}, matter.pixel_mm))

    seen = view()
    film = simulate_film(seen, Appearance(), np.random.default_rng(0), objects=shield)
    bare = simulate_film(seen, Appearance(), np.random.default_rng(0))
    column, row, _ = (int(v) for v in BodyFrame.of(seen).matrix @ [0.0, 0.0, 1.0])
    assert float(film[row, column]) > float(bare[row, column]) + 0.1


@pytest.mark.parametrize(
    ("name", "value"), [("fat_mm", 0.0), ("gas", 2.0), ("depth", -1.0), ("calcifications", -1)]
)
def test_impossible_patients_are_refused(name: str, value: float) -> None:
    with pytest.raises(ConfigurationError, match=name):
        dataclasses.replace(Habitus(), **{name: value})


def test_impossible_bone_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="trabecular"):
        BoneQuality(trabecular=0.9)


def test_no_iliac_wing_stands_out_of_a_lean_and_shifted_body() -> None:
    seen = view()
    column, row = (int(v) for v in (BodyFrame.of(seen).matrix @ [172.0, 110.0, 1.0])[:2])
    wide = np.zeros(seen.camera.shape, dtype=np.float32)
    wide[row - 8 : row + 8, seen.camera.shape[1] - column : column] = 10.0
    paths = {**seen.paths, BoneName.HIP_LEFT: BonePaths(wide, 0.2 * wide)}
    broad = dataclasses.replace(seen, paths=paths)
    slim = dataclasses.replace(EVEN, fat_mm=5.0, width=0.8, shift_mm=-20.0)
    matter = soft_tissue(material_paths(broad), BodyFrame.of(broad), slim, np.random.default_rng(0))
    around = matter.of(Material.MUSCLE, Material.FAT)
    assert float(around[row, column - 2]) > 40


def test_vascular_channels_hold_marrow_instead_of_bone() -> None:
    seen = view(pixel_mm=0.5)
    block = MaterialPaths({Material.CANCELLOUS: torch.full(seen.camera.shape, 20.0)}, 0.5)
    plain = BoneQuality(texture=0.0, patches=0.0)
    bored = dataclasses.replace(plain, channels=2)
    without, with_channels = (
        with_bone_quality(block, quality, np.random.default_rng(3), BodyFrame.of(seen))
        for quality in (plain, bored)
    )
    lost = without.of(Material.CORTICAL) - with_channels.of(Material.CORTICAL)
    assert 0.1 < float(lost.max()) < 1.0
    assert float((lost > 0.05).float().mean()) < 0.02
    assert torch.allclose(total(with_channels), total(without), atol=1e-3)


def test_the_head_is_denser_than_the_greater_trochanter() -> None:
    frame = BodyFrame.of(view())
    density = stress_density(frame, (180, 215), 1.0, torch.device("cpu"))
    for sign in (-1.0, 1.0):
        head, trochanter = (
            frame.matrix @ [sign * x, z, 1.0] for x, z in ((89.0, 5.0), (134.0, -30.0))
        )
        values = [float(density[int(p[1]), int(p[0])]) for p in (head, trochanter)]
        assert values[0] > 1.15
        assert values[1] < 0.9


@pytest.mark.parametrize("scale", [0.3, 0.75, 1.6])
def test_a_crop_shows_the_same_bones_as_the_whole_view(scale: float) -> None:
    seen = view()
    turned = scale * np.array([[0.96, -0.28], [0.28, 0.96]])
    crop = PlaneTransform.identity(seen.camera.shape).about_centre(turned, (15.0, -9.0))
    crop = PlaneTransform(crop.matrix, (70, 90))
    window, within = footprint(crop, seen.camera.shape)
    part = material_paths(seen, window=window).resampled(within)
    whole = material_paths(seen).resampled(crop)
    for material, field in whole.lengths.items():
        assert torch.allclose(part.lengths[material], field, atol=0.6)
        assert float((part.lengths[material] - field).abs().mean()) < 0.01


def test_a_crop_that_misses_the_view_is_black() -> None:
    seen = view()
    beside = PlaneTransform(
        PlaneTransform.identity(seen.camera.shape).shifted(900, 0).matrix, (64, 64)
    )
    film = simulate_film(seen, Appearance(), np.random.default_rng(0), transform=beside)
    assert float(film.max()) == 0.0
