"""What the Slicer module needs besides its widget: packages on demand, studies by volume."""

from .packages import ensure_detection_packages
from .session import HipSession

__all__ = ["HipSession", "ensure_detection_packages"]
