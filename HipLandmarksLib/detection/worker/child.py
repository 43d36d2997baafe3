"""The child process as its client sees it: lines that arrive, its end, its last words.

Nothing here waits and no thread runs: threads of Python stand still in an application whose event
loop holds the interpreter.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ...errors import WorkerError
from .exchange import Exchange

_LIBRARY = Path(__file__).resolve().parents[3]
_START = (
    "import runpy, sys; root = sys.argv.pop(1); sys.path.insert(0, root); "
    "runpy.run_module('HipLandmarksLib.detection.worker', run_name='__main__', alter_sys=True)"
)
"""The library need not be installed for the interpreter, and it is the same as the client's."""

_LAST_WORDS = 4000
_READ = 1 << 16
_MOMENT_S = 0.05
_KILLED = (-9, 128 + 9)  # by itself, and as a launcher tells it
_BLINK_S = 0.005


def worker_command() -> list[str]:
    """How the child is started: PythonSlicer within Slicer, elsewhere this interpreter.

    Source: ``slicer.util.executePythonModule`` of Slicer, which finds PythonSlicer on the PATH.

    Raises:
        WorkerError: when there is only an application that has Python inside.
    """
    if sys.platform == "win32" and sys.version_info < (3, 12):
        raise WorkerError(
            "The process that runs the model needs Python 3.12 on Windows: install it, or detect "
            "without such a process."
        )
    in_slicer = getattr(sys.modules.get("slicer"), "app", None) is not None
    python = (shutil.which("PythonSlicer") if in_slicer else None) or sys.executable or ""
    if "python" not in Path(python).name.lower():
        raise WorkerError(
            "No Python interpreter was found to run the model in (PythonSlicer in Slicer): "
            "repair this installation of Slicer."
        )
    return [python, "-c", _START, str(_LIBRARY)]


class Child:
    """A running child."""

    def __init__(self, command: Sequence[str], idle_s: float) -> None:
        """Start it.

        Args:
            command: to which the folder and the seconds are added.
            idle_s: it ends by itself after so many seconds without a request.

        Raises:
            WorkerError: when it cannot be started.
        """
        self.exchange = Exchange.create()
        self.is_leaving = False
        self._ended = False
        self._half = b""
        self._errors = self.exchange.folder / "errors"
        try:
            with self._errors.open("ab") as errors:
                self._process = subprocess.Popen(
                    [*command, str(self.exchange.folder), str(idle_s)],
                    bufsize=0,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    **_OF_ITS_OWN,
                )
        except OSError as error:
            self.exchange.remove()
            raise WorkerError(
                f"The process that runs the model cannot be started ({command[0]}: "
                f"{error.strerror or error}). Reinstall HipLandmarks or its Python."
            ) from error
        assert self._process.stdin is not None and self._process.stdout is not None
        self._requests, self._answers = self._process.stdin, self._process.stdout
        os.set_blocking(self._answers.fileno(), False)

    @property
    def pid(self) -> int:
        """Of the process that was started; PythonSlicer has the interpreter as its child."""
        return self._process.pid

    def send(self, message: dict[str, Any]) -> None:
        """Write one line. That the child has gone is told by :attr:`has_ended`."""
        with suppress(OSError):
            self._requests.write(json.dumps(message).encode() + b"\n")

    def receive(self) -> list[dict[str, Any]]:
        """What it said since the last call; never waits."""
        if self._answers.closed:
            return []
        over = self._process.poll() is not None  # asked first: what it said before is still read
        with suppress(BlockingIOError):
            while chunk := os.read(self._answers.fileno(), _READ):
                self._half += chunk
            over = True
        self._ended = self._ended or over
        *lines, self._half = self._half.split(b"\n")
        return [message for line in lines if (message := _message(line)) is not None]

    def wait(self, seconds: float) -> None:
        """Return when it says something or ends, after ``seconds`` at the latest."""
        if sys.platform == "win32" or self._answers.closed:
            time.sleep(min(seconds, _BLINK_S))
        else:
            waiting = select.poll()  # select knows the first 1024 files of a process only
            waiting.register(self._answers, select.POLLIN)
            waiting.poll(1000 * seconds)

    @property
    def has_ended(self) -> bool:
        """Whether it has ended and all that it said was received."""
        return self._ended

    def end(self) -> None:
        """End it with all its children, at once; its folder goes too."""
        _kill_tree(self._process)
        self._ended = True
        self._requests.close()
        self._answers.close()
        self.exchange.remove()

    @property
    def is_gone(self) -> bool:
        """Whether the system has taken it away, with all its memory."""
        return self._process.poll() is not None

    @property
    def last_words(self) -> str:
        """The end of what it wrote to standard error; to be read before :meth:`end`."""
        try:
            text = self._errors.read_bytes()
        except OSError:
            return ""
        return text[-_LAST_WORDS:].decode(errors="replace")

    @property
    def cause_of_end(self) -> str:
        """How it ended, in words for a sentence."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_MOMENT_S)  # its pipes close before it is gone
        code = self._process.returncode
        if code in _KILLED:
            return "was killed, most often because the memory of the computer is full"
        if code is not None and code < 0:
            return f"crashed ({signal.Signals(-code).name})"
        return f"ended by itself (code {code})"


def _message(line: bytes) -> dict[str, Any] | None:
    """None for anything else than a message, such as what a launcher prints."""
    with suppress(ValueError):
        found = json.loads(line)
        if isinstance(found, dict) and "event" in found:
            return found
    return None


if sys.platform == "win32":
    _OF_ITS_OWN: dict[str, Any] = {"creationflags": subprocess.CREATE_NO_WINDOW}

    def _kill_tree(process: subprocess.Popen[bytes]) -> None:
        """Ask Windows to end the process and its children."""
        if process.poll() is None:
            command = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
            subprocess.Popen(command, creationflags=subprocess.CREATE_NO_WINDOW)
else:
    _OF_ITS_OWN: dict[str, Any] = {"start_new_session": True}

    def _kill_tree(process: subprocess.Popen[bytes]) -> None:
        """End the process group, of which it is the leader.

        What a leader leaves behind that ended before ends because its requests do.
        """
        if process.poll() is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
