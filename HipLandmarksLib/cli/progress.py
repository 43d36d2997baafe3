"""Progress of long work on stderr: a bar on a terminal, a line now and then in a log file."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..remaining_time import RemainingTime

Report = Callable[[str, int, int], None]
"""Called with (stage, done, total)."""

_BAR = "{desc}: {n_fmt}/{total_fmt} |{bar}| {elapsed}, {remaining} left"
_LOG_EVERY_S = 30.0


@contextmanager
def progress_bar() -> Iterator[Report]:
    """Yield ``report(stage, done, total)``, which shows progress on stderr.

    On a terminal a bar is drawn, which disappears at the end; elsewhere one line is written
    every 30 seconds. The time that is left follows from the speed since the first report of a
    stage, so that work which was done in an earlier session does not count.
    """
    if not sys.stderr.isatty():
        yield log_lines(time.monotonic)
        return
    from tqdm import tqdm

    with tqdm(leave=False, bar_format=_BAR, smoothing=0) as bar:

        def report(stage: str, done: int, total: int) -> None:
            if bar.total != total or done < bar.n:
                bar.reset(total)
                bar.n = bar.initial = bar.last_print_n = done
            bar.set_description_str(stage, refresh=False)
            bar.update(done - bar.n)

        yield report


def log_lines(clock: Callable[[], float], write: Callable[[str], None] | None = None) -> Report:
    """A report that writes a line every 30 seconds, by default to stderr."""
    last = clock()
    remaining = RemainingTime(clock)

    def report(stage: str, done: int, total: int) -> None:
        nonlocal last
        left = remaining.after(done, total)
        if clock() - last >= _LOG_EVERY_S:
            last = clock()
            text = f"{stage}: {done}/{total}" + ("" if left is None else f", {_words(left)} left")
            print(text, file=sys.stderr) if write is None else write(text)

    return report


def _words(seconds: float) -> str:
    """Rounded up, since nothing is ever ready early."""
    minutes = int(seconds // 60) + 1
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours else f"{minutes} min"
