"""A detection in another process is the same as one here, and whatever happens costs one image."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from same_detection import differences
from scripted_child import Path, scripted, scripted_detection, scripted_worker

from HipLandmarksLib.detection.worker import (
    Cancelled,
    DetectionRequest,
    DetectionWorker,
    Failed,
    Finished,
    JobState,
    Progress,
    Stage,
    WorkerHost,
    child,
    exchange,
)
from HipLandmarksLib.errors import WorkerError
from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance

MOMENT_S = 0.005
DEADLINE_S = 60.0


@pytest.fixture(scope="module")
def image():
    matrix = np.diag([4.0, 1, -4.0, 1.0])
    matrix[:3, 1], matrix[:3, 2] = (0, 0, -4.0), (0, 5.0, 0)
    pixels = np.random.default_rng(1).integers(0, 900, (3, 48, 64), dtype=np.int16)
    return HipImage(pixels, matrix, Modality.MR, Calibration(SpacingProvenance.PATIENT_PLANE))


@pytest.fixture(scope="module")
def worker(tmp_path_factory):
    with scripted_worker(tmp_path_factory.mktemp("child") / "starting") as made:
        yield made


def wait_for(condition):
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(MOMENT_S)


def lives(pid):
    """Whether a process runs; one that ended and nobody asked about does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"
    except OSError:
        return False


def grandchild_of(job):
    """Process number that the hanging script tells."""
    told = []
    wait_for(lambda: told or told.extend(e for e in job.poll() if getattr(e, "total", 0) > 2))
    return told[0].total


def folders():
    return set(exchange._chosen_root().glob(f"{exchange.PREFIX}*"))


def test_events_come_in_order_and_the_last_one_is_the_result(worker, image):
    heard = []
    found = worker.detect(scripted(image), heard.append)
    assert differences(scripted_detection(image), found) == []
    told = [(e.stage.value, e.done, e.total) for e in heard if isinstance(e, Progress)]
    first = [("starting", 0, 1), ("starting", 1, 1), ("loading", 0, 1), ("loading", 1, 1)]
    steps = [("slices", 1, 2), ("slices", 2, 2), ("reading", 0, 2), ("reading", 1, 2)]
    assert told == [*first, *steps]
    assert isinstance(heard[-1], Finished) and worker.is_warm


def test_a_warm_model_is_not_loaded_again(worker, image):
    heard = []
    worker.detect(scripted(image), heard.append)
    assert Stage.LOADING not in {getattr(event, "stage", None) for event in heard}


def test_what_is_printed_in_the_child_does_not_disturb_it(worker, image):
    assert worker.detect(scripted(image, "prints")).model == "script 1"


def test_an_error_of_the_program_is_told_with_its_traceback(worker, image):
    job, heard = worker.start(scripted(image, "breaks")), []
    with pytest.raises(WorkerError, match=r"error of this program \(KeyError"):
        job.wait(heard.append)
    assert isinstance(heard[-1], Failed) and "in breaks" in heard[-1].details
    assert job.poll() == [] and worker.detect(scripted(image)).model == "script 1"


def test_a_killed_child_costs_one_image(worker, image):
    pid = worker.pid
    jobs = [worker.start(scripted(image, name)) for name in ("slices-1", "well")]
    with pytest.raises(WorkerError, match="was killed, most often because the memory"):
        jobs[0].wait()
    assert jobs[1].wait().model == "script 1" and worker.pid != pid


def test_no_file_of_a_job_outlives_it(worker, image):
    worker.detect(scripted(image))
    folder = Path(f"/proc/{worker.pid}/fd/2").readlink().parent  # where the last words go
    assert {path.name for path in folder.iterdir()} == {"lock", "errors"}
    assert folder.stat().st_mode & 0o077 == 0


def test_a_worker_reads_one_image_after_the_other_whoever_asks(worker, image):
    with DetectionWorker(worker._host) as other:
        first, second = worker.start(scripted(image, "hangs")), other.start(scripted(image))
        grandchild_of(first)
        assert other.pid == worker.pid and second.state is JobState.WAITING
        assert second.poll() == [Progress(Stage.WAITING, 0, 1)]
        first.cancel()
        assert second.wait().model == "script 1"
    assert worker.pid is not None, "another client still uses it"


def test_all_clients_of_a_process_share_one_child():
    assert DetectionWorker()._host is DetectionWorker()._host is not WorkerHost()
    assert DetectionWorker().pid is None, "nothing is started before it is needed"


def test_cancelling_ends_the_whole_tree_of_processes(worker, image):
    job = worker.start(scripted(image, "hangs"))
    grandchild, pid = grandchild_of(job), worker.pid
    assert lives(grandchild) and lives(pid)
    job.cancel()
    assert job.poll() == [Cancelled()] and job.state is JobState.CANCELLED
    wait_for(lambda: not lives(grandchild) and not lives(pid))
    with pytest.raises(WorkerError, match="was cancelled"):
        worker.start(scripted(image, "hangs")).wait(lambda _: worker.cancel())
    job.cancel()  # once more changes nothing


def test_an_idle_child_ends_and_is_started_again_when_needed(tmp_path, image):
    before = folders()
    with scripted_worker(tmp_path / "starting", idle_s=0.3) as worker:
        worker.detect(scripted(image))
        pid = worker.pid
        wait_for(lambda: not lives(pid))
        assert worker.detect(scripted(image)).model == "script 1" and worker.pid != pid
    assert folders() == before


CLIENT = """
import sys, time
sys.path.insert(0, {here!r})
import numpy as np
from scripted_child import *
from HipLandmarksLib.imaging import *
pixels = np.arange(4096.0).reshape(1, 64, 64)
image = HipImage(pixels, np.eye(4), Modality.MR, Calibration(SpacingProvenance.PATIENT_PLANE))
worker = scripted_worker(Path("no"))
job = worker.start(scripted(image, "hangs"))
while not (told := [e.total for e in job.poll() if getattr(e, "total", 0) > 2]):
    time.sleep(0.01)
banned = {{"torch", "qt", "slicer", "PySide6"}} & set(sys.modules)
print(worker.pid, told[0], worker._host._child.exchange.folder, banned or "clean", flush=True)
time.sleep(60)
"""


def test_the_child_ends_with_its_client_even_if_that_is_killed_and_nothing_is_left(repository):
    """The client needs neither torch nor Qt, too."""
    code = CLIENT.format(here=str(repository / "Testing" / "Python"))
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as client:
        pid, grandchild, folder, banned = client.stdout.readline().decode().split(maxsplit=3)
        assert banned.strip() == "clean" and lives(pid) and Path(folder).is_dir()
        client.send_signal(signal.SIGKILL)
    wait_for(lambda: not lives(pid) and not Path(folder).exists())
    os.kill(int(grandchild), signal.SIGKILL)  # a script's own; networks start none


def test_folders_that_both_sides_left_behind_are_swept_away(tmp_path):
    lost = exchange.Exchange.create(tmp_path)
    lost.put(np.zeros(9))
    lost._own._lock.close()  # as the end of a process does
    alive = exchange.Exchange.create(tmp_path)
    exchange.Exchange.create(tmp_path)
    assert not lost.folder.exists() and alive.folder.exists()


def test_a_full_disk_is_told_in_a_sentence(tmp_path):
    shared = exchange.Exchange.create(tmp_path)
    shared.remove()
    with pytest.raises(WorkerError, match="cannot be handed to the worker: No such file"):
        shared.put(np.zeros(3))


def test_a_child_that_cannot_start_is_told_in_a_sentence(image):
    job = DetectionWorker(WorkerHost(["/nowhere/python"])).start(DetectionRequest(image))
    with pytest.raises(WorkerError, match=r"started \(/nowhere/python: No such file"):
        job.wait()


def test_slicer_runs_the_model_in_its_own_python_and_never_in_itself(monkeypatch):
    class Slicer:
        app = object()

    assert child.worker_command()[0] == sys.executable
    monkeypatch.setitem(sys.modules, "slicer", Slicer)
    monkeypatch.setattr("shutil.which", lambda name: f"/opt/Slicer/bin/{name}")
    assert child.worker_command()[0] == "/opt/Slicer/bin/PythonSlicer"
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr("sys.executable", "/opt/Slicer/bin/SlicerApp-real")
    with pytest.raises(WorkerError, match="PythonSlicer"):
        child.worker_command()
