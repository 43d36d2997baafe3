"""One live study per volume in a real MRML scene; detection changes the scene only on success."""

from __future__ import annotations

from dataclasses import replace

import pytest

from HipLandmarksLib.anatomy import HipLandmarks, LandmarkState, Side
from HipLandmarksLib.errors import ImageError, ModelError
from HipLandmarksLib.imaging import Modality, SpacingProvenance
from HipLandmarksLib.measurement import Edge, MeasurementStatus

pytest.importorskip("slicer")

from HipLandmarksLib.desktop.self_test import check_live_measurements
from HipLandmarksLib.detection import Detection
from HipLandmarksLib.scene import add_volume, load_scene, save_scene
from HipLandmarksLib.scene.prepare import new_scene
from HipLandmarksLib.session import HipSession
from HipLandmarksLib.synthesis import make_phantom


class ExactDetector:
    """Knows the phantom; stands where the network would."""

    def __init__(self, landmarks: HipLandmarks, edge: str = "bone") -> None:
        self.landmarks = landmarks
        self.edge = edge
        self.images = []

    def detect(self, image, slice_index=None, progress=None, *, keep_maps=False):
        self.images.append(image)
        progress("slices", 1, 1)
        return Detection(self.landmarks, {}, {}, "exact 1", "none", 0.0, edge=self.edge)


@pytest.fixture(scope="module")
def phantom():
    return make_phantom(slices=(16, 17, 18))


@pytest.fixture
def scene():
    """A scene that closes its studies at the end, as Slicer does."""
    made = new_scene()
    yield made
    made.Clear(0)


def number_of_nodes(scene):
    return scene.GetNumberOfNodes()


def test_the_self_test_of_the_module_passes(scene):
    check_live_measurements(HipSession(scene))


def test_detection_makes_a_study_of_the_volume(scene, phantom):
    volume = add_volume(scene, phantom.image)
    session = HipSession(scene, lambda kind: ExactDetector(phantom.landmarks))
    heard = []
    detection = session.detect(volume, lambda *step: heard.append(step))
    study = session.study(volume)
    assert detection.model == "exact 1" and heard == [("slices", 1, 1)]
    alpha = study.measurement(Side.RIGHT, "alpha")
    assert alpha.value == pytest.approx(phantom.parameters.right.alpha_deg, abs=0.5)


def test_a_second_detection_reuses_the_nodes(scene, phantom):
    volume = add_volume(scene, phantom.image)
    session = HipSession(scene, lambda kind: ExactDetector(phantom.landmarks))
    session.detect(volume, lambda *_: None)
    study, before = session.study(volume), number_of_nodes(scene)
    session.detect(volume, lambda *_: None)
    assert session.study(volume) is study
    assert number_of_nodes(scene) == before


def test_a_failing_detector_leaves_the_scene_as_it_was(scene, phantom):
    def broken(kind):
        raise ModelError("The model is incomplete.")

    volume = add_volume(scene, phantom.image)
    before = number_of_nodes(scene)
    with pytest.raises(ModelError):
        HipSession(scene, broken).detect(volume)
    assert number_of_nodes(scene) == before


def test_a_volume_without_image_is_refused(scene):
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "nothing")
    with pytest.raises(ImageError, match="holds no image"):
        HipSession(scene, lambda kind: None).detect(node)


def test_a_volume_that_says_nothing_of_its_kind_is_taken_for_mri(scene, phantom):
    volume = add_volume(scene, phantom.image)
    for name in list(volume.GetAttributeNames()):
        volume.RemoveAttribute(name)
    detector = ExactDetector(phantom.landmarks)
    session = HipSession(scene, lambda kind: detector)
    session.detect(volume, lambda *_: None)
    assert detector.images[0].modality is Modality.MR
    assert detector.images[0].calibration.provenance is SpacingProvenance.PATIENT_PLANE
    offset = session.study(volume).measurement(Side.LEFT, "femoral_offset_mm")
    assert MeasurementStatus.UNCALIBRATED not in offset.status


def test_the_doubt_of_a_detection_is_at_hand_and_switched_off(scene, phantom):
    volume = add_volume(scene, phantom.image)
    session = HipSession(scene, lambda kind: ExactDetector(phantom.landmarks))
    session.detect(volume, lambda *_: None)
    doubt = session.study(volume).doubt
    assert doubt is not None and not doubt.state.visible
    doubt.switch(True)
    assert doubt.state.visible


def test_films_and_volumes_are_read_by_models_of_their_own(scene, phantom):
    asked, detector = [], ExactDetector(phantom.landmarks, edge="sourcil")
    session = HipSession(scene, lambda kind: asked.append(kind) or detector)
    film = replace(phantom.image, pixels=phantom.image.pixels[:1], modality=Modality.XRAY)
    volumes = [add_volume(scene, image) for image in (film, phantom.image, film)]
    for volume in volumes:
        session.detect(volume, lambda *_: None)
    assert asked == [Modality.XRAY, Modality.MR]
    assert session.study(volumes[0]).measurement(Side.RIGHT, "lce").edge is Edge.SOURCIL


def test_a_single_image_of_unknown_kind_is_asked_about(scene, phantom):
    image = phantom.image
    alone = replace(image, pixels=image.pixels[:1], modality=Modality.UNKNOWN)
    with pytest.raises(ImageError, match="does not tell whether"):
        HipSession(scene, lambda kind: None).detect(add_volume(scene, alone))


def test_an_absent_landmark_stays_absent(scene, phantom):
    volume = add_volume(scene, phantom.image)
    point = phantom.landmarks[(Side.LEFT, "LCP")]
    absent = phantom.landmarks.with_landmark(point.absent(point.source))
    study = HipSession(scene).show(volume, absent)
    assert study.landmarks[(Side.LEFT, "LCP")].state is LandmarkState.ABSENT
    assert study.measurement(Side.LEFT, "alpha").value is None


def test_a_removed_table_is_made_again_by_the_next_detection(scene, phantom):
    volume = add_volume(scene, phantom.image)
    session = HipSession(scene)
    scene.RemoveNode(session.show(volume, phantom.landmarks).table_node)
    assert session.show(volume, phantom.landmarks).table_node is not None


def test_a_saved_scene_comes_back_live(scene, phantom, tmp_path):
    session = HipSession(scene)
    session.show(add_volume(scene, phantom.image), phantom.landmarks)
    save_scene(scene, tmp_path / "case.mrb")
    session.close()
    loaded = load_scene(tmp_path / "case.mrb")
    again = HipSession(loaded)
    again.reopen()
    volume = loaded.GetFirstNodeByClass("vtkMRMLScalarVolumeNode")
    alpha = again.study(volume).measurement(Side.RIGHT, "alpha").value
    assert alpha == pytest.approx(phantom.parameters.right.alpha_deg, abs=0.5)
    again.close()
    assert again.study(volume) is None


def test_views_wait_until_a_study_is_whole(scene, phantom):
    session, one_by_one = HipSession(scene), []

    def added(*_event):
        if not scene.IsBatchProcessing():
            one_by_one.append(1)

    volume = add_volume(scene, phantom.image)
    tag = scene.AddObserver(scene.NodeAddedEvent, added)
    try:
        session.show(volume, phantom.landmarks)
        before = number_of_nodes(scene)
        session.reopen()
    finally:
        scene.RemoveObserver(tag)
    assert one_by_one == [] and number_of_nodes(scene) == before
    assert session.study(volume).measurement(Side.RIGHT, "alpha").value is not None
    session.close()
