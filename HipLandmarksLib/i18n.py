"""Words in the user's language, in Slicer's way and yet without Slicer.

A file that says something to people imports ``from ..i18n import tr as _`` and calls ``_`` with a
literal, inside a function. Slicer's ``update_translations.py`` finds these calls and files them
under the context ``folder.file``; :func:`tr` asks for them under the same context. Who translates
is told by the face that runs: ``slicer.i18n.translate`` in Slicer, any function of context and
text elsewhere, nobody otherwise.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

Translate = Callable[[str, str], str]
"""Called with (context, English text); returns the text in the user's language."""

_PLACEHOLDER = re.compile(r"(?<!\{)\{([^{}]*)\}(?!\})")
_translate: ContextVar[Translate | None] = ContextVar("translate", default=None)


def use_translator(translate: Translate | None) -> None:
    """Let ``translate`` give the words from now on; None: English."""
    _translate.set(translate)


@contextmanager
def translated_by(translate: Translate | None) -> Iterator[None]:
    """Let ``translate`` give the words inside the block."""
    before = _translate.set(translate)
    try:
        yield
    finally:
        _translate.reset(before)


def tr(text: str) -> str:
    """``text`` in the user's language; imported as ``_`` and called with a literal.

    A translation whose ``{placeholders}`` are others than those of ``text`` is not used: it would
    fail when they are filled in.
    """
    if _translate.get() is None:
        return text
    return translated_in(context_of(sys._getframe(1).f_code.co_filename), text)


def translated_in(context: str, text: str) -> str:
    """``text``, which stands as a literal in the file of ``context``, in the user's language."""
    translate = _translate.get()
    if translate is None:
        return text
    words = translate(context, text)
    if words != text and placeholders(words) != placeholders(text):
        logging.warning("%s: the translation %r of %r has other placeholders", context, words, text)
        return text
    return words


def placeholders(text: str) -> frozenset[str]:
    """Names, with their formats, of the ``{placeholders}`` of a text."""
    return frozenset(_PLACEHOLDER.findall(text))


@lru_cache(maxsize=256)
def context_of(file: str) -> str:
    """Context of the words of a source file: ``folder.file`` in a package, else ``file``."""
    path = Path(file)
    in_package = (path.parent / "__init__.py").is_file()
    return f"{path.parent.name}.{path.stem}" if in_package else path.stem
