"""``python -m HipLandmarksLib.exploration FOLDER``: explores what lies there, in its own process.

The folder belongs to the process that asked, which wrote ``asked`` and reads ``found``: a pair of
result and sentence, one of them None. Both are pickles: nobody else can write there.
"""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

from ..errors import HipLandmarksError
from .explore import explore
from .hip_exploration import HipExploration

ASKED, FOUND = "asked", "found"


def main(folder: Path) -> None:
    """Answer the question of the folder."""
    image, stack, settings = pickle.loads((folder / ASKED).read_bytes())
    answer: tuple[HipExploration | None, str | None]
    try:
        answer = explore(image, stack, settings), None
    except HipLandmarksError as error:
        answer = None, str(error)
    half = folder / f"half-{FOUND}"
    half.write_bytes(pickle.dumps(answer))
    half.replace(folder / FOUND)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
