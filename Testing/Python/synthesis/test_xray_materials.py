"""Attenuation, spectrum and material paths against values calculated by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.imaging import PlaneTransform
from HipLandmarksLib.synthesis.radiograph.materials import (
    TRABECULAR_FRACTION,
    Material,
    MaterialPaths,
    attenuation,
)
from HipLandmarksLib.synthesis.radiograph.spectrum import Spectrum, transmission


def slab(**millimetres: float) -> MaterialPaths:
    """A uniform 4 x 5 pixel film of the named materials."""
    fields = {Material[name]: torch.full((4, 5), mm) for name, mm in millimetres.items()}
    return MaterialPaths(fields, 1.0)


@pytest.mark.parametrize(
    ("material", "kev", "per_mm"),
    [  # density (g/cm3) x mass attenuation (cm2/g) / 10, NIST tables 3 and 4
        (Material.WATER, 60.0, 1.0 * 0.2059 / 10),
        (Material.CORTICAL, 60.0, 1.92 * 0.3148 / 10),
        (Material.MUSCLE, 50.0, 1.05 * 0.2262 / 10),
        (Material.FAT, 80.0, 0.95 * 0.1800 / 10),
        (Material.LEAD, 60.0, 11.35 * 5.021 / 10),
    ],
)
def test_attenuation_is_that_of_the_tables(material: Material, kev: float, per_mm: float) -> None:
    assert attenuation(material, kev) == pytest.approx(per_mm, rel=1e-9)


def test_attenuation_between_table_entries_lies_between_them() -> None:
    low, middle, high = (float(attenuation(Material.WATER, e)) for e in (50.0, 55.0, 60.0))
    assert low > middle > high


def test_cancellous_bone_is_a_mixture_of_bone_and_marrow() -> None:
    bone, fat = (float(attenuation(m, 60.0)) for m in (Material.CORTICAL, Material.FAT))
    expected = TRABECULAR_FRACTION * bone + (1 - TRABECULAR_FRACTION) * fat
    assert float(attenuation(Material.CANCELLOUS, 60.0)) == pytest.approx(expected)


def test_an_energy_outside_the_tables_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="30 to 100 keV"):
        attenuation(Material.WATER, 10.0)


def test_one_energy_follows_beer_and_lambert() -> None:
    spectrum = Spectrum((60.0,), (1.0,))
    passed = transmission(slab(MUSCLE=100.0, CORTICAL=10.0), spectrum)
    depth = 100.0 * 1.05 * 0.2048 / 10 + 10.0 * 1.92 * 0.3148 / 10
    assert passed.numpy() == pytest.approx(math.exp(-depth), rel=1e-4)


def test_several_energies_add_up() -> None:
    spectrum = Spectrum((50.0, 80.0), (0.25, 0.75))
    passed = float(transmission(slab(WATER=150.0), spectrum)[0, 0])
    expected = 0.25 * math.exp(-0.2269 * 15) + 0.75 * math.exp(-0.1837 * 15)
    assert passed == pytest.approx(expected, rel=1e-4)


def test_thick_matter_hardens_the_beam() -> None:
    spectrum = Spectrum.tungsten(75.0)
    per_mm = [
        -math.log(float(transmission(slab(WATER=mm), spectrum)[0, 0])) / mm for mm in (10.0, 250.0)
    ]
    assert per_mm[1] < per_mm[0]


def test_a_higher_voltage_penetrates_better_and_shows_bone_with_less_contrast() -> None:
    def contrast(kvp: float) -> tuple[float, float]:
        spectrum = Spectrum.tungsten(kvp)
        with_bone = transmission(slab(WATER=180.0, CORTICAL=10.0), spectrum)
        without = transmission(slab(WATER=190.0), spectrum)
        return float(without[0, 0]), float((without / with_bone)[0, 0])

    soft, hard = contrast(60.0), contrast(95.0)
    assert hard[0] > soft[0]
    assert hard[1] < soft[1]


def test_the_effective_energy_of_a_pelvis_beam_is_plausible() -> None:
    spectrum = Spectrum.tungsten(75.0)
    assert sum(spectrum.weights) == pytest.approx(1.0)
    assert list(spectrum.energies_kev) == sorted(spectrum.energies_kev)
    passed = float(transmission(slab(WATER=200.0), spectrum)[0, 0])
    per_mm = -math.log(passed) / 200
    assert (
        float(attenuation(Material.WATER, 65.0)) < per_mm < float(attenuation(Material.WATER, 45.0))
    )


@pytest.mark.parametrize("kvp", [20.0, 150.0])
def test_a_voltage_of_no_pelvis_film_is_refused(kvp: float) -> None:
    with pytest.raises(ConfigurationError, match="kVp"):
        Spectrum.tungsten(kvp)


def test_weights_of_a_spectrum_must_sum_to_one() -> None:
    with pytest.raises(ConfigurationError, match="sum to 1"):
        Spectrum((50.0, 60.0), (0.5, 0.6))


def test_fields_of_different_sizes_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="one \\(H, W\\) shape"):
        MaterialPaths({Material.FAT: torch.zeros(3, 4), Material.MUSCLE: torch.zeros(4, 3)}, 1.0)


def test_objects_outside_the_body_add_to_the_beam() -> None:
    both = slab(MUSCLE=10.0, LEAD=1.0).plus(slab(LEAD=2.0, PLASTIC=5.0))
    assert float(both.of(Material.LEAD)[0, 0]) == 3.0
    assert float(both.of(Material.PLASTIC)[0, 0]) == 5.0
    assert float(both.of(Material.MUSCLE)[0, 0]) == 10.0


def test_an_implant_takes_the_place_of_bone_before_soft_tissue() -> None:
    body = slab(CANCELLOUS=6.0, CORTICAL=2.0, MUSCLE=50.0)
    with_stem = body.with_implant(slab(TITANIUM=10.0))
    assert float(with_stem.of(Material.CANCELLOUS)[0, 0]) == 0.0
    assert float(with_stem.of(Material.CORTICAL)[0, 0]) == 0.0
    assert float(with_stem.of(Material.MUSCLE)[0, 0]) == 48.0
    assert float(with_stem.of(*with_stem.lengths)[0, 0]) == pytest.approx(58.0)


def test_objects_on_another_grid_are_refused() -> None:
    other = MaterialPaths({Material.LEAD: torch.zeros(9, 9)}, 1.0)
    with pytest.raises(ConfigurationError, match="grid"):
        slab(FAT=1.0).plus(other)


def test_resampling_moves_points_as_the_transform_says() -> None:
    field = torch.zeros(64, 80)
    field[20, 30] = 100.0
    paths = MaterialPaths({Material.CORTICAL: field}, 0.5)
    turned = np.array([[0.0, -1.0], [1.0, 0.0]]) * 1.5
    transform = PlaneTransform.identity((64, 80)).about_centre(turned, (3.0, -2.0))
    moved = paths.resampled(transform)
    row, column = np.unravel_index(int(moved.of(Material.CORTICAL).argmax()), moved.shape)
    assert (column, row) == pytest.approx(tuple(transform.forward((30.0, 20.0))), abs=0.51)
    assert moved.pixel_mm == pytest.approx(0.5 / 1.5)


def test_shrinking_keeps_the_mean_and_does_not_alias() -> None:
    fine = torch.zeros(120, 120)
    fine[:, ::2] = 10.0
    small = MaterialPaths({Material.CORTICAL: fine}, 0.2).resampled(
        PlaneTransform.identity((120, 120)).resized(0.3, 0.3)
    )
    inside = small.of(Material.CORTICAL)[4:-4, 4:-4]
    assert inside.numpy() == pytest.approx(5.0, abs=0.7)
