"""``python -m HipLandmarksLib.detection.worker FOLDER SECONDS``: the child process.

FOLDER is where arrays are exchanged; it ends after SECONDS without a request.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ...threads import let_waiting_threads_sleep
from .exchange import Exchange
from .models import WarmModels
from .service import Service, own_pipes


def main(folder: str, idle_s: str, models: WarmModels | None = None) -> None:
    """Serve until the client is gone or silent."""
    requests, answers = own_pipes()
    let_waiting_threads_sleep()
    exchange = Exchange(Path(folder))
    Service(answers, exchange, models or WarmModels()).run(requests, float(idle_s))
    exchange.remove()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
