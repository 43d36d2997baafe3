"""``python -m HipLandmarksLib.exploration FOLDER``: explores what lies there, in its own process.

The folder is the exchange of the process that asked, which wrote ``asked`` and reads ``found``,
both JSON: what was found of each side, or a sentence why nothing was.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from ..anatomy import LandmarkStack
from ..detection.worker.exchange import Exchange
from ..detection.worker.request import image_from_dict
from ..errors import HipLandmarksError
from ..files import write_text_atomic
from ..measurement import MeasurementSettings
from .explore import explore
from .plain import from_plain, to_plain

ASKED, FOUND = "asked", "found"


def main(folder: Path) -> None:
    """Answer the question of the folder."""
    asked = json.loads((folder / ASKED).read_text(encoding="utf-8"))
    image = image_from_dict(asked["image"], Exchange(folder))
    stack = LandmarkStack.from_dict(asked["stack"])
    settings: MeasurementSettings = from_plain(asked["settings"], MeasurementSettings)
    answer: dict[str, Any]
    try:
        answer = {"sides": to_plain(explore(image, stack, settings).sides)}
    except HipLandmarksError as error:
        answer = {"reason": str(error)}
    write_text_atomic(folder / FOUND, json.dumps(answer))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
