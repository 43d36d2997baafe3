"""Detection in a child process that keeps models warm: the viewer never waits and never dies.

The client side needs neither torch nor Qt.
"""

from .client import DetectionWorker
from .events import (
    Cancelled,
    Event,
    Failed,
    Finished,
    JobState,
    Notice,
    Progress,
    Stage,
)
from .host import WorkerHost
from .job import DetectionJob
from .request import DetectionRequest

__all__ = [
    "Cancelled",
    "DetectionJob",
    "DetectionRequest",
    "DetectionWorker",
    "Event",
    "Failed",
    "Finished",
    "JobState",
    "Notice",
    "Progress",
    "Stage",
    "WorkerHost",
]
