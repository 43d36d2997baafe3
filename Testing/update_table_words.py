"""Write HipLandmarksLib/panel/table_texts.py: the short words of the tables, for translators.

Slicer's tool for translations reads Python files, not JSON: what the tables of landmarks,
measurements, limits and pixel sizes say in a few words is listed there once more.

python Testing/update_table_words.py          rewrite the file
python Testing/update_table_words.py --check  exit with 1 when it is out of date
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from HipLandmarksLib.anatomy import LandmarkTable
from HipLandmarksLib.imaging import SpacingProvenance
from HipLandmarksLib.measurement import MeasurementTable, load_threshold_sets

REPOSITORY = Path(__file__).resolve().parents[1]
FILE = REPOSITORY / "HipLandmarksLib" / "panel" / "table_texts.py"
HEAD = '''"""Short words of the tables, where Slicer's tool for translations finds them.

Written by Testing/update_table_words.py; a test compares it with the tables. The functions are
not called: a text is looked up by :func:`.table_words.table_word` under this file's context.
"""

from __future__ import annotations

from ..i18n import tr as _
'''
LONGEST = 78


def texts() -> Mapping[str, list[str]]:
    """Texts by the name of their function."""
    measurements = MeasurementTable.load().select(None)
    sets = load_threshold_sets().values()
    rows = [row for each in sets for found in each.rows.values() for row in found]
    findings = [d.finding for d in measurements if d.finding is not None]
    differences = [d.difference.name for d in measurements if d.difference is not None]
    return {
        "measurements": sorted({d.name for d in measurements} | set(differences)),
        "landmarks": sorted({d.name for d in LandmarkTable.load().definitions.values()}),
        "limits": sorted(each.title for each in sets),
        "classes": sorted({label for row in rows for label in row.labels}),
        "pixel_sizes": sorted({each.words for each in SpacingProvenance}),
        "findings": sorted({w for f in findings for w in (f.below, f.above, f.on) if w}),
    }


def content() -> str:
    """The whole file, as ruff formats it."""
    met: set[str] = set()
    functions = [_function(name, found, met) for name, found in texts().items()]
    text = HEAD + "".join(functions)
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(FILE), "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    return done.stdout


def _function(name: str, found: list[str], met: set[str]) -> str:
    new = [text for text in found if text not in met]
    met.update(new)
    calls = "".join(f"        _({' '.join(_literals(text))}),\n" for text in new)
    doc = f'    """Words of the {name} in their table."""\n'
    return f"\n\ndef {name}() -> tuple[str, ...]:\n{doc}    return (\n{calls}    )\n"


def _literals(text: str) -> Iterator[str]:
    """The text as one literal, or as several where it is long."""
    while len(text) > LONGEST:
        cut = text.rindex(" ", 0, LONGEST) + 1
        yield json.dumps(text[:cut], ensure_ascii=False)
        text = text[cut:]
    yield json.dumps(text, ensure_ascii=False)


def main() -> int:
    """Rewrite or check the file."""
    after = content()
    before = FILE.read_text(encoding="utf-8") if FILE.exists() else ""
    if "--check" not in sys.argv[1:]:
        FILE.write_text(after, encoding="utf-8", newline="\n")
        return 0
    if after != before:
        print("The words of the tables are out of date: run python Testing/update_table_words.py")
    return int(after != before)


if __name__ == "__main__":
    sys.exit(main())
