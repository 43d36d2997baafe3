"""Several images of one patient stay in one fold, and are told apart where pictures are meant."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.imaging import write_image
from HipLandmarksLib.training import LabelledSlice, PointLabel, simulated_slices
from HipLandmarksLib.training.attributes import patient_attributes
from HipLandmarksLib.training.evaluate import slice_choice_differences, slice_errors
from HipLandmarksLib.training.references import read_references
from HipLandmarksLib.training.teacher import with_taught_neighbours

HEAD = (Side.RIGHT, "FHC")


@pytest.fixture
def visits():
    """Two visits of one patient, read on slices of the same number."""
    image = simulated_slices(1, 3, ("FHC",))[0].image
    pixels = np.repeat(image.pixels, 3, axis=0)
    volumes = [replace(image, name=f"p07__visit{n}", pixels=pixels) for n in (1, 2)]
    labels = {HEAD: PointLabel((10.0, 10.0))}
    return [LabelledSlice("p07", volume, 1, labels, frozenset("R")) for volume in volumes]


def test_a_teacher_drops_no_visit_and_mixes_none_up(visits):
    blind = SimpleNamespace(predict=lambda image, indices: [SimpleNamespace(points={})])
    taught = with_taught_neighbours(visits, blind)
    places = [(labelled.image.name, labelled.index) for labelled in taught]
    assert sorted(places) == [(f"p07__visit{n}", index) for n in (1, 2) for index in (0, 1, 2)]


def test_slices_are_chosen_in_every_visit(visits):
    """This one chooses slice 2 in the first visit and 3 in the second."""

    def detect(image):
        return SimpleNamespace(slices={Side.RIGHT: 1 + int(image.name[-1])})

    found = slice_choice_differences(SimpleNamespace(detect=detect), visits)
    assert found == {("p07__visit1", "R"): 1, ("p07__visit2", "R"): 2}


def test_errors_name_the_image_and_the_patient(visits):
    missed = SimpleNamespace(points={HEAD: SimpleNamespace(presence=0.0)})
    detector = SimpleNamespace(
        card=SimpleNamespace(presence_threshold=0.5),
        predict=lambda image, indices, views: [missed],
    )
    errors = slice_errors(detector, visits)
    assert [(e.case, e.image) for e in errors] == [("p07", "p07__visit1"), ("p07", "p07__visit2")]


def test_the_sex_that_one_visit_states_is_known(visits):
    first = replace(visits[0], image=replace(visits[0].image, metadata={"patient_sex": "F"}))
    sex = patient_attributes([first, visits[1]])[-1]
    assert sex.values == {"p07": (0.0,)}


def test_visits_in_a_reference_table_are_one_patient(tmp_path, visits):
    hip = {
        **{f"{key}_ij": [10.0, 10.0] for key in ("FHC", "NA", "LAE", "LCP")},
        **{"on_slice": 1, "sphere_radius_mm": 20.0, "sphere_center_ijk": [10.0, 10.0, 1.0]},
        **{"flags": {}, "evidence": {}},
    }
    table = {}
    for labelled in visits:
        write_image(tmp_path / f"{labelled.image.name}.nrrd", labelled.image)
        table[labelled.image.name] = {"right": hip, "left": hip, "spacing": [1.0, 1.0, 5.0]}
    (tmp_path / "landmarks.json").write_text(json.dumps({"cases": table}))
    read = read_references(tmp_path)
    assert {labelled.case for labelled in read} == {"p07"}
    assert {labelled.image.name for labelled in read} == {"p07__visit1", "p07__visit2"}
