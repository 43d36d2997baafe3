"""Messages of VTK and MRML: kept for the error text instead of filling the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from vtkmodules.vtkCommonCore import vtkLogger, vtkOutputWindow, vtkStringOutputWindow


@contextmanager
def captured_messages() -> Iterator[Any]:
    """Catch what VTK prints inside the block; yields a function that returns the errors."""
    before = vtkOutputWindow.GetInstance()
    catcher = vtkStringOutputWindow()
    verbosity = vtkLogger.GetCurrentVerbosityCutoff()
    vtkOutputWindow.SetInstance(catcher)
    vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_OFF)
    try:
        yield lambda: _errors(catcher.GetOutput())
    finally:
        vtkOutputWindow.SetInstance(before)
        vtkLogger.SetStderrVerbosity(verbosity)


def _errors(text: str) -> str:
    """The first error of VTK's output, on one line."""
    _, found, after = text.partition("ERROR:")
    return " ".join(after.split("\n\n")[0].split()) if found else ""
