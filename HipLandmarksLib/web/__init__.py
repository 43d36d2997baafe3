"""The viewer in the browser: a real MRML scene in this process, shown by trame.

Research software, not a medical device.
"""

from __future__ import annotations

from .options import ViewerOptions

__all__ = ["ViewerOptions"]
