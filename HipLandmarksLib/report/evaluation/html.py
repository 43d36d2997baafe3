"""Small pieces of HTML: escaped text, tables, the frame of a page that works offline."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

DASH = "–"
_TIED = "\N{NO-BREAK SPACE}"


def number(value: float | None, digits: int = 2) -> str:
    """A number with so many decimals; a dash for None."""
    if value is None:
        return DASH
    text = f"{value:.{digits}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text.replace("-", "−")


def percent(value: float | None, digits: int = 1) -> str:
    """A share as percent; a dash for None."""
    return number(None if value is None else 100.0 * value, digits)


def interval(pair: tuple[float, float] | None, digits: int = 2, factor: float = 1.0) -> str:
    """``[low, high]``; "" for None."""
    if pair is None:
        return ""
    low, high = (number(factor * value, digits) for value in pair)
    return f"[{low},{_TIED}{high}]"


def probability(p: float | None) -> str:
    """A p value; a dash for None."""
    return "< 0.001" if p is not None and p < 0.001 else number(p, 3)


def spread(mean: float | None, sd: float | None, digits: int = 2) -> str:
    """``mean ± sd``; the mean alone without SD."""
    after = "" if sd is None else f"{_TIED}±{_TIED}{number(sd, digits)}"
    return number(mean, digits) + after


def with_interval(text: str, *found: str) -> str:
    """A number with its interval, or several, below; as HTML."""
    below = "".join(f'<span class="ci">{escape(line)}</span>' for line in found if line)
    return escape(text) + below


def table(
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    caption: str = "",
    own_rows: Iterable[int] = (),
    own_columns: Iterable[int] = (),
) -> str:
    """A table; cells are HTML, the head and the caption are text.

    Args:
        head: column titles.
        rows: cells; the first of each row is its title. A row of one cell spans the table.
        caption: title.
        own_rows, own_columns: which are our own among published ones.
    """
    own, mine = set(own_rows), set(own_columns)

    def mark(column: int) -> str:
        return ' class="own"' if column in mine else ""

    titles = "".join(
        f'<th scope="col"{mark(n)}>{escape(title)}</th>' for n, title in enumerate(head)
    )
    body = []
    for number_, row in enumerate(rows):
        if len(row) == 1:
            body.append(f'<tr class="group"><th colspan="{len(head)}">{row[0]}</th></tr>')
            continue
        cells = "".join(f"<td{mark(n)}>{cell}</td>" for n, cell in enumerate(row[1:], start=1))
        kind = ' class="own"' if number_ in own else ""
        body.append(f'<tr{kind}><th scope="row">{row[0]}</th>{cells}</tr>')
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return (
        f'<div class="scroll"><table>{title}<thead><tr>{titles}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def section(title: str, *parts: str, id_: str = "") -> str:
    """A section with heading; "" when all parts are empty."""
    body = "".join(parts)
    if not body:
        return ""
    anchor = f' id="{id_}"' if id_ else ""
    return f"<section{anchor}><h2>{escape(title)}</h2>{body}</section>"


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph of plain text; "" for no text."""
    style = f' class="{kind}"' if kind else ""
    return f"<p{style}>{escape(text)}</p>" if text else ""


def bullets(items: Iterable[str], kind: str = "") -> str:
    """A list of plain sentences; "" for none."""
    entries = "".join(f"<li>{escape(item)}</li>" for item in items)
    style = f' class="{kind}"' if kind else ""
    return f"<ul{style}>{entries}</ul>" if entries else ""


def standalone_svg(figure: str) -> str:
    """The picture of a figure as an SVG file of its own, in light colours."""
    picture = figure[figure.index("<svg") : figure.index("</svg>") + len("</svg>")]
    colours = dict(re.findall(r"--([\w-]+):(#\w+)", _STYLE.partition("@media")[0]))
    rules = "".join(re.findall(r"svg [^{}]+\{[^}]*\}", _STYLE)).replace("svg ", "")
    style = re.sub(r"var\(--([\w-]+)\)", lambda found: colours[found[1]], rules)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" style="background:{colours["card"]}" '
    return picture.replace("<svg ", head, 1).replace(">", f"><style>{style}</style>", 1) + "\n"


def page(title: str, body: str, wide: bool = False) -> str:
    """A whole page: nothing is loaded from anywhere; follows the reader's light or dark mode."""
    room = ' class="wide"' if wide else ""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body><main{room}>{body}</main></body></html>\n"
    )


_DARK = """--page:#14181c;--card:#1c2228;--ink:#e6eaee;--soft:#9aa7b3;--line:#35404a;--own:#1d3346;
--warn:#43330f;--warn-edge:#c9962c;--accent:#6db3f2;--loa:#f0907f;
--s0:#6db3f2;--s1:#f2b25c;--s2:#5fd0a0;--s3:#f0907f;--s4:#c5a3f5;--s5:#e6d75a;--s6:#8fd8e8;
--s7:#f29ac8"""
_STYLE = f"""
:root{{color-scheme:light dark;--page:#f4f6f8;--card:#fff;--ink:#1b2229;--soft:#5b6873;
--line:#d6dde3;--own:#e4f0fb;--warn:#fff4d6;--warn-edge:#c78a00;--accent:#0b66b8;--loa:#c23b22;
--s0:#0b66b8;--s1:#c26a00;--s2:#0a8a5b;--s3:#c23b22;--s4:#7446c2;--s5:#8a7a00;--s6:#0b8ca3;
--s7:#b83280}}
@media (prefers-color-scheme:dark){{:root{{{_DARK}}}}}
:root[data-theme=dark]{{{_DARK}}}
*{{box-sizing:border-box}}
body{{margin:0;background:var(--page);color:var(--ink);
font:15px/1.5 system-ui,"Segoe UI",Helvetica,Arial,sans-serif}}
main{{max-width:1180px;margin:0 auto;padding:24px 20px 60px}}
main.wide{{max-width:1640px}}
h1{{font-size:1.7rem;line-height:1.25;margin:.2em 0 .1em}}
h2{{font-size:1.2rem;margin:0 0 .6em}}h3{{font-size:1rem;margin:1.4em 0 .3em}}
section{{background:var(--card);border:1px solid var(--line);border-radius:10px;
padding:18px 20px;margin:18px 0}}
p{{margin:.4em 0;max-width:78ch}}ul{{margin:.4em 0;padding-left:1.3em;max-width:80ch}}
.soft,caption,.ci,figcaption{{color:var(--soft)}}
.notice{{font-weight:600}}
.warn{{background:var(--warn);border-left:5px solid var(--warn-edge);border-radius:6px;
padding:10px 14px 10px 30px;max-width:none;margin:14px 0}}
.tiles{{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:10px;
margin:14px 0}}
.tile{{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:10px 14px}}
.tile b{{display:block;font-size:1.45rem;line-height:1.3}}
.tile span{{display:block;color:var(--soft);font-size:.85rem}}
.scroll{{overflow-x:auto;margin:10px 0}}
table{{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}}
caption{{text-align:left;padding-bottom:6px}}
th,td{{padding:5px 9px;border-bottom:1px solid var(--line);text-align:right;
vertical-align:top;white-space:nowrap}}
th[scope=row],thead th:first-child{{text-align:left}}
thead th{{border-bottom:2px solid var(--line);white-space:normal;vertical-align:bottom}}
th .ci{{white-space:normal;min-width:15em;font-weight:400}}
tbody th{{font-weight:500}}tr.group th{{text-align:left;font-weight:600;padding-top:12px}}
td.own,th.own,tr.own td,tr.own th{{background:var(--own)}}
.ci{{display:block;font-size:.82em}}
.plots{{display:flex;flex-wrap:wrap;gap:18px}}
figure{{margin:0;flex:1 1 430px;max-width:560px}}figcaption{{font-size:.85rem;margin-top:2px}}
.pictures figure{{flex:0 1 350px}}
svg{{width:100%;height:auto;display:block}}
svg text{{font:12px system-ui,"Segoe UI",Helvetica,Arial,sans-serif;fill:var(--soft)}}
svg .note{{fill:var(--ink);paint-order:stroke;stroke:var(--card);stroke-width:4px}}
svg .all{{stroke:var(--ink);fill:none;stroke-width:2.6}}
svg .title{{fill:var(--ink);font-weight:600;font-size:13px}}
svg .axis{{stroke:var(--soft);fill:none}}svg .grid{{stroke:var(--line);fill:none}}
svg .zero{{stroke:var(--soft);stroke-dasharray:2 3;fill:none}}
svg .bias{{stroke:var(--accent);stroke-width:1.8;fill:none}}
svg .loa{{stroke:var(--loa);stroke-width:1.6;stroke-dasharray:7 4;fill:none}}
svg .trend{{stroke:var(--ink);stroke-width:1.3;stroke-dasharray:1.5 4;fill:none}}
svg .band{{fill:var(--accent);opacity:.13}}svg .bandloa{{fill:var(--loa);opacity:.12}}
svg .right{{fill:var(--accent);stroke:var(--accent);opacity:.85}}
svg .left{{fill:var(--card);stroke:var(--accent);stroke-width:1.8}}
dl{{display:grid;grid-template-columns:minmax(140px,auto) 1fr;gap:6px 18px;margin:0}}
dt{{font-weight:600}}dd{{margin:0;max-width:75ch}}
@media (max-width:640px){{dl{{display:block}}dd{{margin:0 0 10px}}}}
@media print{{body{{background:#fff}}section{{break-inside:avoid;border:0;padding:0}}}}
""" + "".join(
    f"svg .s{n}{{stroke:var(--s{n});fill:none;stroke-width:1.8}}svg .k{n}{{fill:var(--s{n})}}"
    for n in range(8)
)
