"""Scene files: one ``.mrb`` with everything in it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from ..errors import HipLandmarksError
from ..files import atomic_path
from .messages import captured_messages
from .prepare import new_scene, prepare_scene


def save_scene(scene: Any, path: Path | str) -> None:
    """Write the whole scene as ``.mrb`` (a zip that Slicer opens), atomically.

    The scene's EndSaveEvent tells when that succeeded.

    Raises:
        HipLandmarksError: when the name does not end with .mrb or Slicer cannot write it.
    """
    path = Path(path).absolute()
    if path.suffix != ".mrb":
        raise HipLandmarksError(f"A scene file is called *.mrb; {path.name} is not.")
    prepare_scene(scene)
    # Slicer names the content after the file, so it is written under its final name
    with atomic_path(path) as temporary, tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder) / path.name
        with captured_messages() as errors:
            written = scene.WriteToMRB(str(bundle)) and bundle.is_file()
        if not written:
            raise HipLandmarksError(f"Slicer could not write the scene to {path}. {errors()}")
        shutil.copyfile(bundle, temporary)
    scene.InvokeEvent(scene.EndSaveEvent)


def load_scene(path: Path | str, scene: Any = None) -> Any:
    """Read an ``.mrb`` into ``scene`` (a new one when None), in place of its content.

    Raises:
        HipLandmarksError: when the file is missing, not an .mrb or damaged.
    """
    path = Path(path)
    scene = new_scene() if scene is None else prepare_scene(scene)
    with tempfile.TemporaryDirectory() as folder:
        try:
            with ZipFile(path) as archive:
                archive.extractall(folder)
        except (OSError, BadZipFile) as error:
            raise HipLandmarksError(f"Cannot read the scene {path}: {error}") from error
        files = sorted(Path(folder).rglob("*.mrml"))
        if not files:
            raise HipLandmarksError(f"{path.name} holds no scene.")
        scene.SetURL(str(files[0]))
        with captured_messages() as errors:
            read = scene.Connect()
        if not read:
            raise HipLandmarksError(f"Slicer could not read {path.name}. {errors()}")
    return scene
