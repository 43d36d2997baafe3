"""Progress of long work on stderr: a bar on a terminal, a line now and then in a log file."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Report = Callable[[str, int, int], None]
"""Called with (stage, done, total)."""

_BAR = "{desc}: {n_fmt}/{total_fmt} |{bar}| {elapsed}, {remaining} left"
_LOG_EVERY_S = 30.0


@contextmanager
def progress_bar() -> Iterator[Report]:
    """Yield ``report(stage, done, total)``, which shows progress on stderr.

    On a terminal a bar is drawn, which disappears at the end; elsewhere one line is written
    every 30 seconds.
    """
    if not sys.stderr.isatty():
        yield _log_lines()
        return
    from tqdm import tqdm

    with tqdm(leave=False, bar_format=_BAR) as bar:

        def report(stage: str, done: int, total: int) -> None:
            if bar.total != total or done < bar.n:
                bar.reset(total)
            bar.set_description_str(stage, refresh=False)
            bar.update(done - bar.n)

        yield report


def _log_lines() -> Report:
    last = time.monotonic()

    def report(stage: str, done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _LOG_EVERY_S:
            last = time.monotonic()
            print(f"{stage}: {done}/{total}", file=sys.stderr)

    return report
