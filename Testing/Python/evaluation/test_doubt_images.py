"""Labelled images as they are and covered: refused ones lose their landmarks, not the run."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, Side
from HipLandmarksLib.errors import ImageError
from HipLandmarksLib.evaluation.doubt_images import COVERED, ImageDraw, image_cases
from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance
from HipLandmarksLib.training import LabelledSlice, PointLabel
from HipLandmarksLib.uncertainty import MILLIMETRES

PLACES = {"FHC": (60.0, 60.0), "NA": (40.0, 80.0), "LAE": (50.0, 40.0), "LCP": (42.0, 55.0)}
CORONAL = np.array([[1.0, 0, 0, 0], [0, 0, 5.0, 0], [0, -1.0, 0, 0], [0, 0, 0, 1.0]])


def slice_of(patient: str) -> LabelledSlice:
    """Slice 1 of a volume whose right hip was read there."""
    pixels = np.random.default_rng(0).normal(100, 20, (3, 160, 200)).astype(np.float32)
    calibration = Calibration(SpacingProvenance.PATIENT_PLANE)
    image = HipImage(pixels, CORONAL, Modality.MR, calibration, f"{patient}-t1")
    labels = {(Side.RIGHT, key): PointLabel(ij) for key, ij in PLACES.items()}
    return LabelledSlice(patient, image, 1, labels, frozenset("R"))


class Exact:
    """Puts every landmark where it is, covered or not; refuses images of ``refused`` patients."""

    def __init__(self, refused=(), film=None):
        self.card, self.refused, self.seen = SimpleNamespace(film=film), refused, []

    def detect(self, image, index=None, views=None):
        self.seen.append((image.name, index, image.n_slices))
        if any(image.name.startswith(patient) for patient in self.refused):
            raise ImageError(f"{image.name} shows no hip")
        depth = 0 if index is None else index
        points = [
            Landmark(Side.RIGHT, key, tuple(float(v) for v in image.to_lps([*ij, depth])))
            for key, ij in PLACES.items()
        ]
        slices = dict.fromkeys(Side, depth)
        placed = HipLandmarks.of(points)
        return SimpleNamespace(landmarks=placed, scale=MILLIMETRES, slices=slices, limbs=None)


def read(detector, patients="abc", **draw):
    slices = [slice_of(patient) for patient in patients]
    return image_cases(lambda _: detector, slices, ImageDraw(**draw))


def test_every_slice_is_read_once_as_it_is_and_its_copies_with_landmarks_hidden():
    model = Exact()
    cases = read(model, covered=6)
    assert [each.is_covered for each in cases[:7]] == [False, *[True] * 6]
    assert len(cases) == 21 and {each.case.patient for each in cases} == set("abc")
    assert model.seen[0] == ("a-t1", 1, 3)
    assert model.seen[1][1:] == (0, 1) and COVERED in model.seen[1][0]
    hidden = [(each, id_) for each in cases for id_ in each.hidden]
    assert hidden
    for each, id_ in hidden:
        assert each.is_covered and each.case.reference[id_].position is None
        assert each.case.predicted[id_].position == pytest.approx(each.hidden[id_])


def test_equal_seeds_cover_the_same_landmarks():
    one, two = (read(Exact(), covered=4, seed=3) for _ in range(2))
    assert [set(each.hidden) for each in one] == [set(each.hidden) for each in two]
    other = read(Exact(), covered=4, seed=4)
    assert [set(each.hidden) for each in one] != [set(each.hidden) for each in other]


def test_each_patient_is_read_by_the_model_that_is_named_for_them():
    models = {patient: Exact() for patient in "ab"}
    slices = [slice_of(patient) for patient in "ab"]
    image_cases(models.__getitem__, slices, ImageDraw(covered=1))
    for patient, model in models.items():
        assert all(name.startswith(patient) for name, _, _ in model.seen) and len(model.seen) == 2


def test_a_refused_film_has_no_landmarks_and_the_others_are_read():
    cases = read(Exact(refused="b", film=object()), covered=1)
    empty = [each.case.patient for each in cases if not each.case.predicted]
    assert empty == ["b", "b"] and len(cases) == 6


def test_a_volume_in_which_no_hip_is_found_does_not_stop_the_others():
    cases = read(Exact(refused="b"), covered=0, automatic=True)
    assert [bool(each.case.predicted) for each in cases] == [True, False, True]


def test_when_all_are_refused_the_reason_is_told():
    with pytest.raises(ImageError, match="shows no hip"):
        read(Exact(refused="abc", film=object()), covered=0)


def test_images_of_another_kind_stop_the_run():
    with pytest.raises(ImageError, match="shows no hip"):
        read(Exact(refused="b"), covered=0)
