"""What a client hears of a detection that runs in the worker."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from ...errors import HipLandmarksError

if TYPE_CHECKING:
    from ..result import Detection
    from ..stack_result import StackDetection


class Stage(str, Enum):
    """What is being done for a job."""

    WAITING = "waiting"
    """Other images come first."""
    STARTING = "starting"
    """The child process starts."""
    LOADING = "loading"
    """Python packages and the model are loaded; seconds the first time, then nothing."""
    SLICES = "slices"
    """Every slice is looked at once, to find those on which the hips are read."""
    READING = "reading"
    """The hips are read."""

    @property
    def words(self) -> str:
        """For people, in English."""
        return _WORDS[self.value]


_WORDS = {
    "waiting": "Waiting for other images",
    "starting": "Starting",
    "loading": "Loading the model",
    "slices": "Searching the slices",
    "reading": "Reading the hips",
}


class JobState(str, Enum):
    """Where a job stands; the last three are final."""

    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will be heard."""
        return self not in (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True)
class Progress:
    """``done`` of ``total`` steps of a stage are done."""

    stage: Stage
    done: int
    total: int


@dataclass(frozen=True)
class Notice:
    """One sentence that a person should read; the detection goes on."""

    text: str


@dataclass(frozen=True)
class Finished:
    """The whole result; the last event of its job.

    Attributes:
        detection: of the slices on which the hips are measured.
        whole: with every slice, when every slice was asked for; else None.
    """

    detection: Detection
    whole: StackDetection | None = None


@dataclass(frozen=True)
class Failed:
    """No result; the last event of its job.

    Attributes:
        error: what an in-process detection would have raised, or :class:`WorkerError` when the
            process itself failed.
        details: for whoever asks: traceback or last words of the process; may be empty.
    """

    error: HipLandmarksError
    details: str = ""


@dataclass(frozen=True)
class Cancelled:
    """Somebody cancelled it; the last event of its job."""


Event = Progress | Notice | Finished | Failed | Cancelled
