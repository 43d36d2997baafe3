"""The studies of a running Slicer, one per volume, and detection into them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakValueDictionary

from ..anatomy import HipLandmarks, Side
from ..detection.worker import DetectionRequest, DetectionWorker
from ..errors import ImageError
from ..imaging import Calibration, HipImage, Modality, SpacingProvenance
from ..measurement import Edge, MeasurementSettings
from ..scene import HipStudy, image_of_volume
from ..scene.batch import whole_or_not_at_all
from ..scene.coronal import coronal_volume
from ..scene.doubt import ModelReading
from ..scene.volume import remember_kind
from ..threads import let_waiting_threads_sleep
from .detecting import DetectionInProgress

if TYPE_CHECKING:
    from ..detection import Detection

Progress = Callable[[str, int, int], None]


class LandmarkDetector(Protocol):
    """What a session asks of a detector; :class:`HipLandmarksLib.detection.Detector` is one."""

    def detect(
        self,
        image: HipImage,
        slice_index: int | None = None,
        progress: Progress | None = None,
        *,
        keep_maps: bool = False,
    ) -> Detection:
        """Find the landmarks of both hips; keep what draws the model's doubt when asked to."""


def load_shipped_detector(modality: Modality) -> LandmarkDetector:
    """The detector for coronal MRI or for radiographs that comes with HipLandmarks.

    It runs on the best device.

    Raises:
        HipLandmarksError: when the bundle is missing or damaged.
    """
    let_waiting_threads_sleep()
    from ..detection import Detector, default_bundle

    return Detector.from_bundle(default_bundle(modality))


class HipSession:
    """Keeps one live :class:`HipStudy` per volume, and warm detectors.

    Args:
        scene: the vtkMRMLScene.
        load_detector: makes the detector for a kind of image when :meth:`detect` first needs it.
        worker: in which :meth:`begin_detection` detects; None for the one of this process.
    """

    def __init__(
        self,
        scene: Any,
        load_detector: Callable[[Modality], LandmarkDetector] = load_shipped_detector,
        worker: DetectionWorker | None = None,
    ) -> None:
        self.scene = scene
        self.worker = worker or DetectionWorker()
        self._load_detector = load_detector
        self._in_progress: WeakValueDictionary[str, DetectionInProgress] = WeakValueDictionary()
        self._detectors: dict[Modality, LandmarkDetector] = {}
        self._studies: dict[str, HipStudy] = {}

    def study(self, volume_node: Any) -> HipStudy | None:
        """The live study of a volume, None when it has none."""
        return None if volume_node is None else self._studies.get(volume_node.GetID())

    @property
    def studies(self) -> tuple[HipStudy, ...]:
        """All live studies, in the order in which they were made."""
        return tuple(self._studies.values())

    def coronal_volume(self, volume_node: Any) -> Any:
        """The volume itself, or the coronal slices that can be cut from it as a volume beside it.

        Raises:
            ImageError: when it holds no image that can be read, or its slices are neither coronal
                nor thin enough to be cut that way.
        """
        return coronal_volume(self.scene, volume_node, self._image(volume_node))

    def begin_detection(
        self,
        volume_node: Any,
        *,
        model: Path | None = None,
        slice_index: int | None = None,
        device: str = "auto",
        side: Side | None = None,
        views: str | None = None,
        all_slices: bool = False,
    ) -> DetectionInProgress:
        """Begin to find the landmarks in a volume, in a process of its own; returns at once.

        The scene is changed by :meth:`DetectionInProgress.finish` only, as :meth:`detect` changes
        it. A detection of the same volume that still runs is cancelled.

        Args:
            volume_node: the volume, which must stay in the scene.
            model: folder of a bundle; None for the one that comes with HipLandmarks.
            slice_index: read both hips on this slice; None chooses the best slice per hip.
            device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
            side: of the one hip that a film shows, where nothing else tells it.
            views: name of the views that are averaged; None for what the model's card says.
            all_slices: read every slice; :attr:`DetectionInProgress.whole` then has them all.

        Raises:
            ImageError: when the volume holds no image that can be read.
            ConfigurationError: when every slice is asked for, and a single one or a side, too.
        """
        image = self._image(volume_node)
        earlier = self._in_progress.get(volume_node.GetID())
        if earlier is not None:
            earlier.cancel()
        request = DetectionRequest(
            *(image, model, slice_index, views, side, True, device), all_slices=all_slices
        )
        run = DetectionInProgress(
            self.worker.start(request), self.scene, volume_node, image, self._show_detection
        )
        self._in_progress[volume_node.GetID()] = run
        return run

    def detect(self, volume_node: Any, progress: Progress | None = None) -> Detection:
        """Find the landmarks in a volume and show them as its study, in this process.

        The scene is changed only after the detection succeeded. Films are measured at the edge
        of the roof that their model marks. The study keeps the model's doubt, switched off.

        Raises:
            HipLandmarksError: when the volume or the model cannot be used.
        """
        image = self._image(volume_node)
        if image.modality not in self._detectors:
            self._detectors[image.modality] = self._load_detector(image.modality)
        detector = self._detectors[image.modality]
        detection = detector.detect(image, progress=progress, keep_maps=True)
        self._show_detection(volume_node, detection)
        return detection

    def show(self, volume_node: Any, landmarks: HipLandmarks) -> HipStudy:
        """Show ``landmarks`` (LPS mm) as the study of a volume, instead of earlier ones.

        Raises:
            ImageError: when the volume holds no coronal image.
        """
        image = self._image(volume_node)
        with whole_or_not_at_all(self.scene):
            return self._show(volume_node, image, landmarks, Edge.BONE)

    def reopen(self) -> None:
        """Take up the studies of a scene that was loaded.

        Raises:
            HipLandmarksError: when a study of the scene is incomplete.
        """
        self._close_studies()
        with whole_or_not_at_all(self.scene):  # views that follow every node make it minutes
            for study in HipStudy.reopen(self.scene):
                self._keep(study)

    def close(self) -> None:
        """Stop following the scene and cancel what runs; nodes stay, and so does the worker."""
        for run in list(self._in_progress.values()):
            run.cancel()
        self._in_progress.clear()
        self._close_studies()

    def end(self) -> None:
        """Close, and end the worker unless others use it."""
        self.close()
        self.worker.close()

    def _close_studies(self) -> None:
        for study in self._studies.values():
            study.close()
        self._studies.clear()

    def _show_detection(self, volume_node: Any, detection: Detection) -> None:
        image = self._image(volume_node)  # as it is known now: it may have been calibrated
        earlier, edge = self.study(volume_node), Edge(detection.edge)
        points = None if earlier is None else earlier.landmarks
        try:
            study = self._show(volume_node, image, detection.landmarks, edge)
            if study.settings.edge is not edge:  # the points of another model marked another one
                study.measure_with(replace(study.settings, edge=edge))
            study.show_doubt(ModelReading.of(detection, image, study.settings), visible=False)
        except BaseException:
            self._show_earlier(volume_node, earlier, points)
            raise

    def _show_earlier(
        self, volume_node: Any, earlier: HipStudy | None, points: HipLandmarks | None
    ) -> None:
        """Back to the points that were there before new ones failed."""
        failed = self.study(volume_node)
        if failed is not None and failed is not earlier:
            failed.close()
            del self._studies[volume_node.GetID()]
        elif earlier is not None and points is not None:
            earlier.set_landmarks(points)

    def _show(
        self, volume_node: Any, image: HipImage, landmarks: HipLandmarks, edge: Edge
    ) -> HipStudy:
        study = self.study(volume_node)
        if study is not None and study.table_node is not None:
            study.set_landmarks(landmarks)
            return study
        if study is not None:
            study.close()
        remember_kind(volume_node, image.modality, image.calibration)
        settings = MeasurementSettings.for_image(image, edge=edge)
        study = HipStudy.create(
            self.scene, image, landmarks, volume_node=volume_node, settings=settings
        )
        self._keep(study)
        return study

    def _keep(self, study: HipStudy) -> None:
        if study.volume_node is not None:
            self._studies[study.volume_node.GetID()] = study

    @staticmethod
    def _image(volume_node: Any) -> HipImage:
        """The image; several slices that say nothing of their kind are taken for MRI.

        Films are single images; MRI spacing is measured in the patient.

        Raises:
            ImageError: when it is a single image of unknown kind.
        """
        image = image_of_volume(volume_node)
        if image.modality is not Modality.UNKNOWN:
            return image
        if image.n_slices == 1:
            raise ImageError(
                f"{image.name} does not tell whether it is a radiograph or an MRI slice: load "
                "it as DICOM, or state its kind with HipLandmarksLib.scene.remember_kind."
            )
        known = Calibration(SpacingProvenance.PATIENT_PLANE)
        return image_of_volume(volume_node, modality=Modality.MR, calibration=known)
