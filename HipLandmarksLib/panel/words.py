"""``Words``: what stands on a control, and what its tooltip says."""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """Label and tooltip."""

    label: str
    tooltip: str
