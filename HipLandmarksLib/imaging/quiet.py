"""Keep the chatter of native libraries off the user's terminal."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import SimpleITK as sitk  # noqa: N813

_STDERR = 2


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Silence ITK's warnings and what niftilib, MetaIO and libjpeg print on their own.

    Failures still raise. What native code writes to the standard error stream of the process is
    dropped meanwhile, so keep the block short.
    """
    shown = sitk.ProcessObject.GetGlobalWarningDisplay()
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    saved = _redirect_stderr()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if saved is not None:
            os.dup2(saved, _STDERR)
            os.close(saved)
        sitk.ProcessObject.SetGlobalWarningDisplay(shown)


def _redirect_stderr() -> int | None:
    """Point stderr to the null device; None where the process has no stderr (a GUI program)."""
    try:
        saved = os.dup(_STDERR)
    except OSError:
        return None
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, _STDERR)
    os.close(null)
    return saved
