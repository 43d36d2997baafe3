"""Writing of tensors, with the failures that other writers have."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor


def save_tensors(
    tensors: Mapping[str, Tensor], path: Path, metadata: Mapping[str, str] | None = None
) -> None:
    """Write a safetensors file.

    Raises:
        OSError: when it cannot be written, e.g. on a full disk, for which safetensors has an
            exception of its own.
    """
    try:
        save_file(dict(tensors), path, metadata=None if metadata is None else dict(metadata))
    except SafetensorError as error:
        words = " ".join(str(error).split())
        raise OSError(errno.EIO, words, str(path.parent)) from error
