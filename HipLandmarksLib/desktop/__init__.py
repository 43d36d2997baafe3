"""What the Slicer module needs besides its widget: packages on demand, Qt sections."""

from .packages import ensure_detection_packages

__all__ = ["ensure_detection_packages"]
