"""The child: takes requests from one pipe, tells progress and results on another.

A line is one JSON object. Requests: ``job`` (a number) and what
:meth:`~.request.DetectionRequest.to_dict` writes. Answers have an ``event``: ``ready`` once;
``progress``, ``notice`` and at last ``result`` or ``failure`` of a ``job``; ``idle`` before the
child ends because nobody asked for anything.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from contextlib import suppress
from typing import IO, Any

from .events import Notice, Progress
from .exchange import Exchange
from .failures import failure_to_dict
from .models import WarmModels
from .request import DetectionRequest
from .result_codec import SentCalibrations, result_to_dict


class Service:
    """Answers one request after the other."""

    def __init__(self, answers: IO[bytes], exchange: Exchange, models: WarmModels) -> None:
        """``answers`` is an unbuffered pipe."""
        self._answers = answers
        self._exchange = exchange
        self._models = models
        self._calibrations = SentCalibrations()

    def run(self, requests: IO[bytes], idle_s: float) -> None:
        """Answer until nobody asked for anything for ``idle_s`` seconds.

        When the other side of ``requests`` is closed, which it is when the client ends in
        whatever way, the process ends at once, also in the middle of a detection.
        """
        lines: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=self._listen, args=(requests, lines), daemon=True).start()
        self._say("ready")
        with suppress(queue.Empty):
            while True:
                self.answer(json.loads(lines.get(timeout=idle_s)))
        self._say("idle")

    def answer(self, request: dict[str, Any]) -> None:
        """Answer one request."""
        job = request["job"]
        with suppress(OSError):
            os.ftruncate(2, 0)  # the last words are those of this job

        def tell(event: Progress | Notice) -> None:
            if isinstance(event, Notice):
                self._say("notice", job=job, text=event.text)
            else:
                own = {"stage": event.stage.value, "done": event.done, "total": event.total}
                self._say("progress", job=job, **own)

        try:
            asked = DetectionRequest.from_dict(request, self._exchange)
            found = self._models.detect(asked, tell)
            result = result_to_dict(found, self._exchange, self._calibrations)
        except Exception as error:
            self._say("failure", job=job, **failure_to_dict(error))
        else:
            self._say("result", job=job, **result)

    def _listen(self, requests: IO[bytes], lines: queue.Queue[bytes]) -> None:
        for line in requests:
            lines.put(line)
        self._exchange.remove()
        os._exit(0)  # the main thread may be deep in a network

    def _say(self, event: str, **content: Any) -> None:
        left = memoryview(json.dumps({"event": event, **content}).encode() + b"\n")
        while left:
            left = left[self._answers.write(left) :]


def own_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Requests and answers, out of reach of everybody else in this process.

    From now on standard input is empty, and whatever is printed goes to standard error.
    """
    sys.stdout.flush()
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb", buffering=0)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return requests, answers
