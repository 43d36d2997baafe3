"""``ViewStore``: a folder of bone views, for training and for making films of them again.

Layout (format ``hiplandmarks-views-1``)::

    store.json            format, and what the views were made from (seed, sources, licence ...)
    index.jsonl           one line of JSON per view, in the order of their numbers (records.py)
    views/00000017.npy    path lengths of view 17, a NumPy row of uint16 in 0.01 mm (packing.py)

A view's file is complete before its line is written, and a line counts only with its line end: a
process may be killed at any time, and others may read while a store grows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import ConfigurationError
from ...files import atomic_path
from .packing import pack_paths, unpack_paths
from .records import RefusedView, ViewRecord, read_record, record_line
from .resumable import ResumableFolder
from .view import BoneView

FORMAT = "hiplandmarks-views-1"
_VIEWS = "views"


class ViewStore(Sequence[BoneView]):
    """The views of a folder, read one by one; refused ones are not counted by ``len``.

    Attributes:
        folder: where it lies.
        making: what the views were made from, JSON values.
        records: every view without its pixels, in order.
        refused: views that could not be made.
    """

    def __init__(
        self,
        folder: Path,
        making: Mapping[str, Any],
        entries: Sequence[ViewRecord | RefusedView],
    ) -> None:
        """Use :meth:`open` or :meth:`create`."""
        self.folder = folder
        self.making = making
        self.records = [entry for entry in entries if isinstance(entry, ViewRecord)]
        self.refused = [entry for entry in entries if isinstance(entry, RefusedView)]

    @classmethod
    def open(cls, folder: Path | str) -> ViewStore:
        """The views that are complete in ``folder`` now.

        Raises:
            ConfigurationError: when it holds no views, those of another version, or a damaged
                index.
        """
        files = _files(folder)
        making = files.making()
        return cls(files.folder, making, [read_record(line) for line in files.lines()])

    @classmethod
    def create(cls, folder: Path | str, making: Mapping[str, Any]) -> ViewStore:
        """An empty store, or the one in ``folder`` to go on with when it was made from the same.

        What a killed process left half written is removed.

        Raises:
            ConfigurationError: when the folder holds something else.
        """
        files = _files(folder)
        files.begin(making)
        (files.folder / _VIEWS).mkdir(exist_ok=True)
        return cls.open(folder)

    def __len__(self) -> int:
        return len(self.records)

    def __getitem__(self, index: Any) -> Any:
        """The ``index``-th view (several for a slice), from the disk.

        Raises:
            IndexError: beyond the last view.
            ConfigurationError: when the view's file is missing or damaged.
        """
        if isinstance(index, slice):
            return [self.view(record) for record in self.records[index]]
        return self.view(self.records[index])

    def __iter__(self) -> Iterator[BoneView]:
        return (self.view(record) for record in self.records)

    def view(self, record: ViewRecord) -> BoneView:
        """The whole view of a record.

        Raises:
            ConfigurationError: when the view's file is missing or damaged.
        """
        path = view_path(self.folder, record.number)
        try:
            values = np.load(path, allow_pickle=False)
            paths = unpack_paths(values, record.pieces, record.camera.shape)
        except (OSError, ValueError, EOFError, ConfigurationError) as error:
            raise ConfigurationError(
                f"{path} is missing or damaged: make the views again in another folder."
            ) from error
        return BoneView(
            record.camera,
            record.subject,
            paths,
            record.landmarks,
            record.head_radius_px,
            record.parameters,
        )

    @property
    def subjects(self) -> dict[str, list[int]]:
        """Indices of the views of each subject, for splits that keep subjects together."""
        found: dict[str, list[int]] = {}
        for index, record in enumerate(self.records):
            found.setdefault(record.subject, []).append(index)
        return found

    @property
    def done(self) -> set[int]:
        """Numbers of all views that are made or refused."""
        made = {record.number for record in self.records}
        return made | {refused.number for refused in self.refused}

    def add(self, entry: ViewRecord | RefusedView) -> None:
        """Append a line to the index; the view's file must lie there already.

        Only one process may add; others write view files with :func:`write_view`.
        """
        _files(self.folder).append(record_line(entry))
        if isinstance(entry, ViewRecord):
            self.records.append(entry)
        else:
            self.refused.append(entry)


def view_path(folder: Path, number: int) -> Path:
    """File of the view with this number."""
    return folder / _VIEWS / f"{number:08d}.npy"


def write_view(folder: Path, number: int, view: BoneView) -> ViewRecord:
    """Write the pixels of a view, atomically; its record still has to be added to the index.

    Raises:
        ConfigurationError: when a path length or another number is impossible.
    """
    values, pieces = pack_paths(view.paths)
    record = ViewRecord.of(number, view, pieces)
    record_line(record)  # refuses numbers that no index could hold, before anything is written
    with atomic_path(view_path(folder, number)) as temporary:
        np.save(temporary, values.astype("<u2"), allow_pickle=False)
    return record


def _files(folder: Path | str) -> ResumableFolder:
    return ResumableFolder(Path(folder), FORMAT, "views", "store.json", "index.jsonl")
