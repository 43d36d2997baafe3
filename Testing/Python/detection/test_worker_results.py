"""What comes back from the worker is what the same detection finds in this process."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from same_detection import differences

from HipLandmarksLib.anatomy import ErrorBin
from HipLandmarksLib.detection import (
    BundleCard,
    Channels,
    Detector,
    LimbChannels,
    Preprocessing,
    save_bundle,
)
from HipLandmarksLib.detection.worker import DetectionRequest, DetectionWorker, WorkerHost
from HipLandmarksLib.errors import HipLandmarksError
from HipLandmarksLib.imaging import Calibration as Spacing
from HipLandmarksLib.imaging import HipImage, Modality, SpacingProvenance
from HipLandmarksLib.imaging.film import projection_matrix
from HipLandmarksLib.networks import NetworkSpec, build_network
from HipLandmarksLib.uncertainty import (
    Calibration,
    CalibrationProvenance,
    ErrorBins,
    MeasuredError,
    PositionModel,
    PositionScale,
)

KEYS = ("FHC", "NA", "LAE", "LCP")


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Sums of floats depend on how many threads share them; the child reads the environment."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def worker(one_thread):
    with DetectionWorker(WorkerHost()) as made:
        yield made


@pytest.fixture(scope="module")
def mri_bundle(tmp_path_factory):
    """Untrained, with fields, presence head and a calibration."""
    torch.manual_seed(0)
    channels = Channels.of_keys(KEYS)
    limbs = LimbChannels.of(channels)
    spec = NetworkSpec(
        "Unet", "resnet18", 3, (16, 8, 8), landmarks=8, limbs=len(limbs), presence=True
    )
    position = PositionModel(dict.fromkeys(KEYS, PositionScale(1.1, 9.0)))
    bins = ErrorBins((2.0, 6.0), dict.fromkeys(ErrorBin, MeasuredError(50, 20, 1.0, 3.0)))
    provenance = CalibrationProvenance("toy", 20, 20, "2026-01-01", ("a", "b"))
    card = BundleCard(
        "tiny",
        "1",
        "For tests.",
        "MR",
        spec,
        channels,
        Preprocessing(spacing_mm=4.0),
        limb_variances=tuple(0.01 * (n + 1) for n in range(len(limbs))),
        calibration=Calibration(provenance, position=position, bins=bins),
    )
    folder = tmp_path_factory.mktemp("bundle") / "tiny"
    save_bundle(folder, card, build_network(spec))
    return folder


@pytest.fixture
def mri():
    matrix = np.diag([4.0, 1, -4.0, 1.0])
    matrix[:3, 1], matrix[:3, 2] = (0, 0, -4.0), (0, 5.0, 0)
    pixels = np.random.default_rng(2).gamma(2.0, 100.0, (3, 96, 128)).astype(np.int16)
    facts = {"patient_sex": "F", "patient_age_years": "31"}
    spacing = Spacing(SpacingProvenance.PATIENT_PLANE)
    return HipImage(pixels, matrix, Modality.MR, spacing, "é one", facts)


@pytest.fixture
def film(films):
    pixels = films.drawn["both"].pixels[None]
    spacing = Spacing(SpacingProvenance.DETECTOR_PLANE, 0.9, "in words", ("a remark",))
    return HipImage(pixels, projection_matrix(1.0, 1.0), Modality.XRAY, spacing, "film")


def here(request):
    detector = Detector.from_bundle(request.model, request.device, request.precision)
    keep = request.keep_maps
    return detector.detect(
        request.image,
        request.slice_index,
        None,
        request.views,
        request.side,
        keep_maps=detector.card.calibration is not None if keep is None else keep,
    )


@pytest.mark.parametrize("keep_maps", [False, None])
def test_an_mri_is_read_alike(worker, mri_bundle, mri, keep_maps):
    """All of it: points, evidence, limbs, doubt with its calibration, maps."""
    request = DetectionRequest(
        mri, mri_bundle, slice_index=1, views="mirror", device="cpu", keep_maps=keep_maps
    )
    expected, found = here(request), worker.detect(request)
    assert differences(expected, found, but=("seconds",)) == []
    assert found.limbs and found.calibration is not None and found.seconds > 0
    assert len(found.maps) == (0 if keep_maps is False else 1)


def test_a_film_is_read_alike_with_its_maps(worker, film_bundle, film):
    request = DetectionRequest(film, film_bundle, device="cpu", keep_maps=True)
    expected, found = here(request), worker.detect(request)
    assert differences(expected, found, but=("seconds",)) == []
    assert len(found.maps) == 2 and found.scale.head_size and found.edge == "sourcil"
    assert found.maps[0].heatmaps.flags.writeable, "as an array of this process"


@pytest.mark.parametrize(
    "change",
    [
        {"model": "no such folder"},
        {"device": "mps"},
        {"views": "sideways"},
        {"slice_index": 7},
        {"image": "film"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_error_is_the_same_error(worker, mri_bundle, mri, film, tmp_path, change):
    named = {"no such folder": tmp_path / "no such folder", "film": film}
    change = {name: named.get(value, value) for name, value in change.items()}
    request = replace(DetectionRequest(mri, mri_bundle, device="cpu"), **change)
    with pytest.raises(HipLandmarksError) as expected:
        here(request)
    with pytest.raises(HipLandmarksError) as found:
        worker.detect(request)
    assert type(found.value) is type(expected.value)
    assert str(found.value) == str(expected.value)


def test_a_bundle_that_was_written_again_is_loaded_again(worker, mri_bundle, mri, tmp_path):
    request = DetectionRequest(mri, tmp_path / "mine", slice_index=0, device="cpu")
    from HipLandmarksLib.detection import load_bundle

    card, network = load_bundle(mri_bundle)
    for version in ("1", "2"):
        save_bundle(tmp_path / "mine", replace(card, version=version), network)
        assert worker.detect(request).model == f"tiny {version}"
