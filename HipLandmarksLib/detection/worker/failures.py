"""Errors of the child as errors of the client: the same type and the same sentence."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator, Mapping
from typing import Any

from ...errors import HipLandmarksError, MissingDependencyError, WorkerError

_GRAPHICS = ("cuda", "cudnn", "cublas", "mps", "hip")
_FULL = ("out of memory", "alloc_failed")
_CPU_FULL = ("defaultcpuallocator", "not enough memory", "unable to allocate")
NO_MEMORY = (
    "The memory of this computer is not enough to read the image: close other programs and try "
    "again, or choose a smaller model."
)


def graphics_memory_is_full(error: BaseException) -> bool:
    """Whether an error of torch means that the memory of the graphics processor is full."""
    text = str(error).lower()
    named = any(word in text for word in _GRAPHICS)
    return isinstance(error, RuntimeError) and named and any(word in text for word in _FULL)


def memory_is_full(error: BaseException) -> bool:
    """Whether it means that the memory of the computer is full."""
    text = str(error).lower()
    told = isinstance(error, RuntimeError) and any(word in text for word in _CPU_FULL)
    return isinstance(error, MemoryError) or told


def failure_to_dict(error: Exception) -> dict[str, str]:
    """Type, sentence and traceback of whatever went wrong."""
    shown = error if isinstance(error, HipLandmarksError) else _explained(error)
    return {
        "type": type(shown).__name__,
        "sentence": str(shown),
        "details": "".join(traceback.format_exception(error)),
    }


def failure_from_dict(data: Mapping[str, Any]) -> tuple[HipLandmarksError, str]:
    """The error of :func:`failure_to_dict`, and its details."""
    types = {each.__name__: each for each in _types(HipLandmarksError)}
    return types.get(data["type"], HipLandmarksError)(data["sentence"]), data["details"]


def _explained(error: Exception) -> HipLandmarksError:
    if isinstance(error, ModuleNotFoundError):
        return MissingDependencyError(
            f"Detection needs the package {(error.name or '').partition('.')[0]}, which is not "
            f"installed for {sys.executable}: install it there, or run "
            'pip install ".[detect]" in the HipLandmarks folder. Measuring works without it.'
        )
    if memory_is_full(error):
        return WorkerError(NO_MEMORY)
    words = " ".join(str(error).split())
    return WorkerError(
        f"The detection failed by an error of this program ({type(error).__name__}: {words}). "
        "Nothing was changed; please report it with its details."
    )


def _types(base: type[HipLandmarksError]) -> Iterator[type[HipLandmarksError]]:
    yield base
    for each in base.__subclasses__():
        yield from _types(each)
