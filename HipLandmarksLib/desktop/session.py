"""The studies of a running Slicer, one per volume, and detection into them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from ..anatomy import HipLandmarks
from ..errors import ImageError
from ..imaging import Calibration, HipImage, Modality, SpacingProvenance
from ..measurement import Edge, MeasurementSettings
from ..scene import HipStudy, image_of_volume
from ..scene.doubt import ModelReading
from ..scene.volume import remember_kind
from ..threads import let_waiting_threads_sleep

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
        load_detector: makes the detector for a kind of image when it is first needed.
    """

    def __init__(
        self,
        scene: Any,
        load_detector: Callable[[Modality], LandmarkDetector] = load_shipped_detector,
    ) -> None:
        self.scene = scene
        self._load_detector = load_detector
        self._detectors: dict[Modality, LandmarkDetector] = {}
        self._studies: dict[str, HipStudy] = {}

    def study(self, volume_node: Any) -> HipStudy | None:
        """The live study of a volume, None when it has none."""
        return None if volume_node is None else self._studies.get(volume_node.GetID())

    def detect(self, volume_node: Any, progress: Progress | None = None) -> Detection:
        """Find the landmarks in a volume and show them as its study.

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
        study = self._show(volume_node, image, detection.landmarks, Edge(detection.edge))
        study.show_doubt(ModelReading.of(detection, image), visible=False)
        return detection

    def show(self, volume_node: Any, landmarks: HipLandmarks) -> HipStudy:
        """Show ``landmarks`` (LPS mm) as the study of a volume, instead of earlier ones.

        Raises:
            ImageError: when the volume holds no coronal image.
        """
        return self._show(volume_node, self._image(volume_node), landmarks, Edge.BONE)

    def reopen(self) -> None:
        """Take up the studies of a scene that was loaded.

        Raises:
            HipLandmarksError: when a study of the scene is incomplete.
        """
        self.close()
        for study in HipStudy.reopen(self.scene):
            self._keep(study)

    def close(self) -> None:
        """Stop following the scene; nodes stay."""
        for study in self._studies.values():
            study.close()
        self._studies.clear()

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
