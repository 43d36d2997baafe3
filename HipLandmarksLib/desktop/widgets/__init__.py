"""The panel of the Slicer module in Qt; needs ``qt`` and ``slicer``, which only Slicer has."""

from .panel import ModulePanel

__all__ = ["ModulePanel"]
