"""Progress bar on stderr for long work; silent when nobody watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """Yield ``report(stage, done, total)``, which drives one tqdm bar per stage on stderr.

    When stderr is no terminal (a log file, a pipe) nothing is drawn.
    """
    from tqdm import tqdm

    bar = tqdm(
        disable=None, leave=False, bar_format="{desc}: {n_fmt}/{total_fmt} |{bar}| {elapsed}"
    )

    def report(stage: str, done: int, total: int) -> None:
        bar.set_description_str(stage, refresh=False)
        bar.total = total
        bar.n = done
        bar.refresh()

    try:
        yield report
    finally:
        bar.close()
