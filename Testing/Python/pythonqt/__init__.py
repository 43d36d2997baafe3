"""Slicer's Python as a scripted module sees it, without Slicer: for tests only.

``qt`` and ``ctk`` are PySide6 behind PythonQt's rules (:mod:`pythonqt.wrapping`), ``slicer`` is the
installed ``slicer-core`` with a real scene plus what its application adds: ``app``, ``mrmlScene``,
``modules``, MRML widgets, and the pure Python classes (:mod:`pythonqt.slicer_python`). The widgets
are real Qt widgets; nothing of MRML is imitated. What the layer cannot say: how things look in
Slicer's own style, what VTK draws, and which widget Slicer gives the focus.

    with pythonqt.desktop() as it:
        widget = it.open_module(repository / "HipLandmarks" / "HipLandmarks.py")
"""

from .desktop import Desktop, desktop, load_qt, process_events

__all__ = ["Desktop", "desktop", "load_qt", "process_events"]
