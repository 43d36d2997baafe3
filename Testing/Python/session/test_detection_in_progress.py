"""A detection beside the scene: it is as before until the result is whole, and then complete.

The child is a real process; only its detector is a script (:mod:`scripted_child`).
"""

from __future__ import annotations

import time

import pytest

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.errors import ImageError, WorkerError
from HipLandmarksLib.imaging import Calibration, Modality, SpacingProvenance

pytest.importorskip("slicer")

from scripted_child import STAGES, Path, scripted_detection, scripted_worker
from vtkmodules.vtkCommonMath import vtkMatrix4x4

from HipLandmarksLib.detection.worker import Cancelled, Failed, Finished, JobState
from HipLandmarksLib.scene import HipStudy, add_volume
from HipLandmarksLib.scene.prepare import new_scene
from HipLandmarksLib.scene.volume import remember_kind
from HipLandmarksLib.session import HipSession
from HipLandmarksLib.synthesis import make_phantom

WELL = Path("/scripts/well")
HANGS = Path("/scripts/hangs")


@pytest.fixture(scope="module")
def image():
    return make_phantom(slices=(16, 17)).image


@pytest.fixture(scope="module")
def starting(tmp_path_factory):
    """A file that, when it is there, ends the next child before it is ready."""
    return tmp_path_factory.mktemp("child") / "starting"


@pytest.fixture(scope="module")
def worker(starting):
    with scripted_worker(starting) as made:
        yield made


@pytest.fixture
def scene():
    made = new_scene()
    yield made
    made.Clear(0)


@pytest.fixture
def session(scene, worker):
    made = HipSession(scene, worker=worker)
    yield made
    made.close()


def contents(scene):
    """Every node with all that it says of itself, but who else holds it."""
    nodes = scene.GetNodes()
    found = [nodes.GetItemAsObject(index) for index in range(nodes.GetNumberOfItems())]
    return {node.GetID(): facts(node) for node in found}


def facts(node):
    return [line for line in str(node).splitlines() if "Reference Count" not in line]


def ids(scene):
    return set(contents(scene))


def heard_until_over(run):
    heard = []
    deadline = time.monotonic() + 60
    while not run.is_over and time.monotonic() < deadline:
        heard += run.poll()
        time.sleep(0.005)
    return heard


def until_it_runs(run):
    """The detector hangs; the child is deep in it."""
    deadline = time.monotonic() + 60
    while not any(getattr(event, "total", 1) > 2 for event in run.poll()):
        assert time.monotonic() < deadline
        time.sleep(0.005)


def positions(study):
    return {id_: point.position for id_, point in study.landmarks.items()}


def test_the_scene_changes_when_the_result_is_whole_and_in_one_batch(session, scene, image):
    volume = add_volume(scene, image)
    before, batches, added = contents(scene), [], []
    watching = [
        scene.AddObserver(scene.EndBatchProcessEvent, lambda *_: batches.append("ended")),
        scene.AddObserver(
            scene.NodeAddedEvent, lambda its, _: added.append(its.IsBatchProcessing())
        ),
    ]
    run = session.begin_detection(volume, model=WELL)
    heard = heard_until_over(run)
    assert isinstance(heard[-1], Finished) and contents(scene) == before
    detection = run.finish()
    assert len(batches) == 1 and len(added) > 10 and all(added)
    assert positions(session.study(volume)) == {
        id_: pytest.approx(point.position)
        for id_, point in scripted_detection(image).landmarks.items()
    }
    assert session.study(volume).doubt is not None and len(detection.maps) == 2
    assert run.finish() is detection and len(batches) == 1
    for tag in watching:
        scene.RemoveObserver(tag)


@pytest.mark.parametrize("stage", ("starting", *STAGES))
def test_a_child_killed_at_any_stage_leaves_the_scene_as_it_was(
    session, scene, image, worker, starting, stage
):
    volume = add_volume(scene, image)
    session.show(volume, scripted_detection(image).landmarks)
    before = contents(scene)
    if stage == "starting":
        worker.close()
        starting.write_text("the next one ends at once")
    run = session.begin_detection(volume, model=Path("/scripts") / stage)
    heard = heard_until_over(run)
    assert isinstance(heard[-1], Failed) and run.state is JobState.FAILED
    assert contents(scene) == before
    with pytest.raises(WorkerError, match="was killed"):
        run.finish()
    assert contents(scene) == before


def test_cancelling_leaves_the_scene_as_it_was(session, scene, image):
    volume = add_volume(scene, image)
    before = contents(scene)
    run = session.begin_detection(volume, model=HANGS)
    until_it_runs(run)
    run.cancel()
    assert run.is_over and run.state is JobState.CANCELLED
    assert run.finish() is None and contents(scene) == before


def test_in_a_closed_scene_a_detection_is_cancelled_even_if_another_volume_has_the_id(
    session, scene, image
):
    volume = add_volume(scene, image)
    run = session.begin_detection(volume, model=HANGS)
    until_it_runs(run)
    scene.Clear(0)
    assert add_volume(scene, image).GetID() == volume.GetID()
    before = contents(scene)
    assert isinstance(run.poll()[-1], Cancelled)
    assert run.finish() is None and contents(scene) == before


def test_a_result_whose_volume_went_before_it_was_shown_is_not_shown(session, scene, image):
    volume = add_volume(scene, image)
    run = session.begin_detection(volume, model=WELL)
    assert isinstance(heard_until_over(run)[-1], Finished)
    scene.RemoveNode(volume)
    before = contents(scene)
    assert run.finish() is None and run.state is JobState.CANCELLED
    assert contents(scene) == before


def test_a_volume_that_moved_meanwhile_is_not_given_wrong_points(session, scene, image):
    volume = add_volume(scene, image)
    run = session.begin_detection(volume, model=WELL)
    shift = vtkMatrix4x4()
    shift.SetElement(0, 3, 5.0)
    transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    transform.SetMatrixTransformToParent(shift)
    volume.SetAndObserveTransformNodeID(transform.GetID())
    before = ids(scene)
    with pytest.raises(ImageError, match="was moved or exchanged"):
        run.finish()
    assert ids(scene) == before


def test_a_calibration_made_meanwhile_counts(session, scene, image):
    volume = add_volume(scene, image)
    run = session.begin_detection(volume, model=WELL)
    stated = Calibration(SpacingProvenance.USER_MAGNIFICATION, factor=1 / 1.2)
    remember_kind(volume, Modality.MR, stated)
    run.finish()
    assert session.study(volume).settings.calibration == stated


def test_a_second_detection_of_a_volume_cancels_the_first(session, scene, image):
    volume = add_volume(scene, image)
    first = session.begin_detection(volume, model=HANGS)
    until_it_runs(first)
    second = session.begin_detection(volume, model=WELL)
    assert first.state is JobState.CANCELLED and first.finish() is None
    assert second.finish() is not None


def test_several_volumes_are_read_one_after_the_other(session, scene, image):
    volumes = [add_volume(scene, image) for _ in range(2)]
    runs = [session.begin_detection(volume, model=WELL) for volume in volumes]
    assert all(run.finish() is not None for run in reversed(runs))
    assert session.study(volumes[0]) is not session.study(volumes[1])


def test_a_result_that_cannot_be_shown_leaves_nothing_behind(session, scene, image, monkeypatch):
    volume = add_volume(scene, image)
    run = session.begin_detection(volume, model=WELL)
    heard_until_over(run)
    before = ids(scene)
    with monkeypatch.context() as patch:
        patch.setattr(HipStudy, "show_doubt", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run.finish()
    assert ids(scene) == before and session.study(volume) is None
    assert run.finish() is not None and session.study(volume) is not None


def test_points_that_were_there_stay_when_new_ones_cannot_be_shown(
    session, scene, image, monkeypatch
):
    volume, known = add_volume(scene, image), make_phantom(slices=(16, 17)).landmarks
    study = session.show(volume, known)
    before, points = ids(scene), positions(study)
    run = session.begin_detection(volume, model=WELL)
    monkeypatch.setattr(HipStudy, "show_doubt", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run.finish()
    assert ids(scene) == before and positions(study) == {
        id_: pytest.approx(place) for id_, place in points.items()
    }
    assert session.study(volume).measurement(Side.RIGHT, "alpha").value is not None


def test_closing_the_session_cancels_and_a_loaded_scene_does_not(session, scene, image):
    volume = add_volume(scene, image)
    run = session.begin_detection(volume, model=HANGS)
    until_it_runs(run)
    session.reopen()
    assert run.poll() == [] and run.state is JobState.RUNNING
    session.close()
    assert run.is_over and run.finish() is None
