"""Study: opening images, the samples, the badges, the images of the scene."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

from ...errors import HipLandmarksError
from ...i18n import tr as _
from ...imaging import HipImage, Modality, read_image
from ...panel import Message, Severity, Words
from ...scene import add_volume, load_scene, take_as_radiograph
from ...session.requirements import missing_packages
from ...session.samples import Sample, computing_line, is_kept, own_samples_folder, sample_case
from ..bricks import badge_brick
from ..desk import Desk

SCENE = ".mrb"


class StudySection:
    """Opens images and shows what is known of their sides, spacing and calibration."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        desk.state.update({"badges": [], "volumes": [], "volume": "", "opening": ""})

    def show(self) -> None:
        """Badges of the image, and the list of images."""
        desk = self.desk
        desk.state.badges = [badge_brick(badge) for badge in desk.panel.badges]
        volumes = list(self._volumes())
        desk.state.volumes = [{"id": v.GetID(), "name": v.GetName()} for v in volumes]
        desk.state.volume = "" if desk.volume is None else desk.volume.GetID()

    def load_sample(self, name: str) -> None:
        """Add the simulated image of a name (``mri``, ``xray``)."""
        self.desk.begin(self.add_sample(name))

    def open_upload(self, id_: str) -> None:
        """Open what was uploaded under an id."""
        self.desk.begin(self._open_upload(id_))

    def open_path(self, path: Path) -> None:
        """Open a file or a DICOM folder of this computer, such as one given at the start."""
        self.desk.begin(self._open(path))

    def fail(self, reason: str) -> None:
        """An upload did not come in."""
        self.desk.tell(Message(Severity.ALARM, reason))

    def refuse(self, megabytes: float) -> None:
        """Files were chosen that are too large to be uploaded."""
        words = _(
            "{size:.0f} MB are too much to upload: start the viewer with the path of the image, "
            "or allow more with --upload-mb."
        )
        self.fail(words.format(size=megabytes))

    def choose(self, id_: str) -> None:
        """Show another image of the scene."""
        volume = self.desk.session.scene.GetNodeByID(id_)
        if volume is not None and volume is not self.desk.volume:
            self._show(volume)

    async def add_sample(self, name: str) -> None:
        """Add the simulated image of a name, at the end of which it is shown."""
        desk, sample = self.desk, Sample(name)
        scene = desk.session.scene
        folder = own_samples_folder()
        line = _opening(sample.title) if is_kept(sample, folder) else computing_line()
        image, landmarks = await self._busy(line, sample_case, sample, folder)
        node = add_volume(scene, image)
        node.SetName(scene.GenerateUniqueName(sample.title))
        self._show(node)
        if missing_packages():
            desk.session.show(node, landmarks)
            desk.reopen()
            text = _("These are the exact landmarks of the simulation, to try the review on.")
            desk.say(text, Severity.NOTE)

    async def _open_upload(self, id_: str) -> None:
        path = self.desk.incoming.take(id_).path
        try:
            await self._open(path)
        except HipLandmarksError as error:  # the reader knows the file by its name only
            place = str(path.parent) + os.sep
            raise HipLandmarksError(str(error).replace(place, "")) from error

    async def _open(self, path: Path) -> None:
        if path.suffix.lower() == SCENE:
            self._open_scene(path)
            return
        image: HipImage = await self._busy(_opening(path.name), read_image, path)
        node = add_volume(self.desk.session.scene, image)
        self._show(node)
        if image.modality is Modality.UNKNOWN and image.n_slices == 1:
            self._ask_for_kind(node)

    def _open_scene(self, path: Path) -> None:
        """In place of what is open: a scene is whole."""
        desk = self.desk
        desk.volume = None
        desk.editors.close()
        desk.session.close()
        try:
            load_scene(path, desk.session.scene)
            desk.session.reopen()
        finally:
            desk.reopen()
        found = [study.volume_node for study in desk.session.studies] or list(self._volumes())
        if not found:
            raise HipLandmarksError(_("{name} holds no image.").format(name=path.name))
        self._show(found[0])

    def _ask_for_kind(self, node: Any) -> None:
        text = _("This image does not tell whether it is a radiograph.")
        words = Words(_("It is a radiograph"), _("Put it upright and read it as a radiograph."))
        message = Message(Severity.CAUTION, text)
        self.desk.offer(message, words, lambda: self._show(take_as_radiograph(node).node))

    async def _busy(self, line: str, work: Any, *arguments: Any) -> Any:
        """Do something long in a thread; the page lives and says what it waits for."""
        state = self.desk.state
        with state:
            state.opening = line
        try:
            return await asyncio.to_thread(work, *arguments)
        finally:
            with state:
                state.opening = ""

    def _show(self, volume: Any) -> None:
        self.desk.tell(None)
        self.desk.choose(volume)

    def _volumes(self) -> Any:
        """Images to measure; the maps of doubt are volumes, too, but none."""
        desk = self.desk
        doubts = [study.doubt for study in desk.session.studies]
        maps = [doubt.volume_node for doubt in doubts if doubt is not None]
        scene, kind = desk.session.scene, "vtkMRMLScalarVolumeNode"
        for index in range(scene.GetNumberOfNodesByClass(kind)):
            node = scene.GetNthNodeByClass(index, kind)
            if node not in maps:
                yield node


def _opening(name: str) -> str:
    return _("Opening {name} …").format(name=name)
