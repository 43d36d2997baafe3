"""Writes every drawing and a page that shows them with their definitions."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from ..anatomy import Side
from .catalogue import DEFAULT_SET, Entry, EntryKind, entries
from .figure import NOTICE

INDEX_NAME = "index.html"
_STYLE = (
    "body{font:16px/1.45 Helvetica,Arial,sans-serif;margin:2em auto;max-width:1180px;"
    "padding:0 1em;color-scheme:light dark}"
    "section{display:grid;grid-template-columns:repeat(auto-fill,minmax(330px,1fr));gap:1.4em}"
    "article img{width:100%;height:auto;border-radius:8px}"
    "h3{margin:.4em 0 .1em}h3 small{font-weight:normal;opacity:.7}"
    "p{margin:.2em 0}dt{font-weight:bold;margin-top:.4em}dd{margin:0}details{font-size:.9em}"
)


def write_illustrations(
    folder: Path, side: Side = Side.RIGHT, threshold_set_id: str = DEFAULT_SET
) -> tuple[Path, ...]:
    """Write one SVG per measurement and landmark and ``index.html`` into ``folder``.

    Returns:
        The written files, the index last.

    Raises:
        OSError: when the folder cannot be written.
        ConfigurationError: when the threshold set is unknown.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = list(entries(threshold_set_id).values())
    written = []
    for entry in known:
        path = folder / file_name(entry, side)
        path.write_text(entry.svg(side), encoding="utf-8", newline="\n")
        written.append(path)
    index = folder / INDEX_NAME
    index.write_text(index_page(known, side), encoding="utf-8", newline="\n")
    return (*written, index)


def file_name(entry: Entry, side: Side) -> str:
    """Name of the drawing's file, such as ``measurement_alpha_right.svg``."""
    return f"{entry.kind.value}_{entry.key}_{side.word}.svg"


def index_page(known: Sequence[Entry], side: Side) -> str:
    """HTML page with all drawings; it needs nothing but the SVG files beside it."""
    parts = [
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>HipLandmarks: definitions</title><style>{_STYLE}</style></head><body>",
        "<h1>Landmarks and measurements of the hip</h1>",
        f"<p>Schematic AP view, {side.word} hip where one hip is shown. The patient's right is on "
        f"the viewer's left. {NOTICE} No range is a diagnosis.</p>",
    ]
    for kind, heading in ((EntryKind.MEASUREMENT, "Measurements"), (EntryKind.LANDMARK, "Points")):
        parts.append(f"<h2>{heading}</h2><section>")
        parts += [_article(entry, side) for entry in known if entry.kind is kind]
        parts.append("</section>")
    return "\n".join([*parts, "</body></html>\n"])


def _article(entry: Entry, side: Side) -> str:
    facts = "".join(f"<dt>{escape(h)}</dt><dd>{escape(text)}</dd>" for h, text in entry.facts)
    return (
        f'<article id="{escape(entry.key)}">'
        f'<img src="{escape(file_name(entry, side))}" alt="{escape(entry.sentence)}">'
        f"<h3>{escape(entry.name)} <small>{escape(entry.key)}</small></h3>"
        f"<p>{escape(entry.sentence)}</p>"
        f"<details><summary>More</summary><dl>{facts}</dl></details></article>"
    )
