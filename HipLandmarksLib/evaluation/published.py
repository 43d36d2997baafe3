"""Published figures of the two papers, as data with their source and caveats."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from ..errors import ConfigurationError
from ..resources import resource_path

FORMAT = "hiplandmarks-published-1"
METRICS_FORMAT = "hiplandmarks-metrics-1"


@lru_cache(maxsize=2)
def published(paper: int) -> Mapping[str, Any]:
    """Figures of paper 1 or 2.

    Raises:
        ConfigurationError: when the file is damaged.
    """
    return _read(f"paper{paper}.json", FORMAT)


def metric_definitions() -> list[tuple[str, str]]:
    """(name, definition) of every metric of a report.

    Raises:
        ConfigurationError: when the file is damaged.
    """
    return [(name, text) for name, text in _read("metrics.json", METRICS_FORMAT)["metrics"]]


def _read(name: str, expected: str) -> Mapping[str, Any]:
    path = resource_path("Evaluation", name)
    try:
        data: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != expected:
            raise ValueError(f"format {data['format']!r}, expected {expected!r}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{path.name} is damaged: {error}") from error
    return data
