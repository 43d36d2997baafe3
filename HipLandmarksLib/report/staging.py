"""A folder of results appears whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4


@contextmanager
def staged_folder(target: Path) -> Iterator[Path]:
    """Yield an empty folder beside ``target``; its files reach ``target`` if the block succeeds.

    On any exception, KeyboardInterrupt included, the staging folder goes away, ``target`` stays
    as it was, and folders made on the way are removed again. A new target appears by one
    rename; in an existing one every file is replaced by one rename.

    Raises:
        OSError: when a folder or file cannot be made.
    """
    made = [folder for folder in target.parents if not folder.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = target.with_name(f".part-{uuid4().hex}-{target.name}")
    try:
        staging.mkdir()
        yield staging
        _publish(staging, target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        for folder in made:
            with suppress(OSError):
                folder.rmdir()  # fails, as it should, unless it is empty


def _publish(staging: Path, target: Path) -> None:
    if not target.exists():
        staging.rename(target)
        return
    for file in sorted(staging.iterdir()):
        file.replace(target / file.name)
