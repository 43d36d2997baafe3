"""Letters and digits as strokes of a pen, for lead markers and burned-in text."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ....errors import ConfigurationError

# Polylines on a grid of 7 (to the right) by 10 (downwards); a letter is 0.7 wide and 1 high.
_GLYPHS: Mapping[str, str] = MappingProxyType(
    {
        "A": "0a 30 7a;16 66",
        "B": "00 0a 5a 79 76 55 05;55 73 71 50 00",
        "C": "71 50 20 02 08 2a 5a 79",
        "D": "00 0a 4a 78 72 40 00",
        "E": "70 00 0a 7a;05 55",
        "F": "70 00 0a;05 55",
        "G": "71 50 20 02 08 2a 5a 78 75 45",
        "H": "00 0a;70 7a;05 75",
        "I": "30 3a",
        "J": "70 78 5a 2a 08",
        "K": "00 0a;70 05 7a",
        "L": "00 0a 7a",
        "M": "0a 00 35 70 7a",
        "N": "0a 00 7a 70",
        "O": "20 02 08 2a 5a 78 72 50 20",
        "P": "0a 00 50 71 74 55 05",
        "Q": "20 02 08 2a 5a 78 72 50 20;47 7a",
        "R": "0a 00 50 71 74 55 05;45 7a",
        "S": "71 50 20 02 04 76 78 5a 2a 09",
        "T": "00 70;30 3a",
        "U": "00 08 2a 5a 78 70",
        "V": "00 3a 70",
        "W": "00 1a 34 6a 70",
        "X": "00 7a;70 0a",
        "Y": "00 35 70;35 3a",
        "Z": "00 70 0a 7a",
        "0": "20 02 08 2a 5a 78 72 50 20",
        "1": "12 40 4a",
        "2": "02 20 50 72 74 0a 7a",
        "3": "00 70 34 55 78 5a 2a 09",
        "4": "5a 50 07 77",
        "5": "70 10 04 54 76 78 5a 0a",
        "6": "60 20 03 08 2a 5a 78 75 54 05",
        "7": "00 70 2a",
        "8": "20 02 04 25 55 78 5a 2a 08 06 25;20 50 72 74 55",
        "9": "1a 5a 77 72 50 20 02 04 25 75",
        "-": "25 55",
        "/": "70 0a",
        ".": "39 3a",
        ":": "32 33;38 39",
        "+": "15 65;32 38",
        " ": "",
    }
)


def glyph_strokes(text: str) -> NDArray[np.float64]:
    """(M, 2, 2) line pieces of a text of height 1, columns to the right, rows downwards.

    Raises:
        ConfigurationError: for a character that has no strokes.
    """
    pieces: list[list[list[float]]] = []
    for number, letter in enumerate(text.upper()):
        if letter not in _GLYPHS:
            raise ConfigurationError(
                f"The pen has no letter {letter!r}: use A to Z, digits, space and -/.:+"
            )
        for line in filter(None, _GLYPHS[letter].split(";")):
            points = [[0.1 * int(p[0], 16) + number, 0.1 * int(p[1], 16)] for p in line.split()]
            pieces += [[a, b] for a, b in itertools.pairwise(points)]
    return np.array(pieces, dtype=np.float64).reshape(-1, 2, 2)
