"""Volumes of a running Slicer made ready to be measured, by the files of its DICOM database."""

from __future__ import annotations

from typing import Any

from ..scene import PreparedVolume, prepare_volume


def prepare(node: Any) -> PreparedVolume:
    """Set a film right by its file (see :func:`HipLandmarksLib.scene.prepare_volume`)."""
    return prepare_volume(node, _file_of_instance)


def _file_of_instance(uid: str) -> str:
    """Path of an instance in Slicer's DICOM database; empty when it is closed or has none."""
    import slicer

    database = getattr(slicer, "dicomDatabase", None)
    if database is None or not database.isOpen:
        return ""
    return str(database.fileForInstance(uid) or "")
