"""Write the file lists of the root CMakeLists.txt from the file tree.

python Testing/update_cmake_lists.py          rewrite the lists
python Testing/update_cmake_lists.py --check  exit with 1 when they are out of date
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]


def files_by_list(repository: Path) -> dict[str, list[str]]:
    """What each list must hold: paths relative to the repository, sorted."""

    def below(folder: str, pattern: str) -> list[str]:
        found = (path for path in (repository / folder).rglob(pattern) if path.is_file())
        names = (path.relative_to(repository).as_posix() for path in found)
        return sorted(n for n in names if "/__pycache__/" not in n and "/." not in n)

    return {
        "LIBRARY_PYTHON_SCRIPTS": below("HipLandmarksLib", "*.py"),
        "LIBRARY_RESOURCES": below("Resources", "*"),
    }


def listed(text: str, name: str) -> list[str]:
    """Entries of ``set(name ...)`` in a CMakeLists.txt."""
    match = re.search(rf"set\({name}\s+(.*?)\)", text, flags=re.DOTALL)
    if match is None:
        raise SystemExit(f"CMakeLists.txt has no set({name} ...).")
    return match.group(1).split()


def with_lists(text: str, lists: Mapping[str, list[str]]) -> str:
    """``text`` of a CMakeLists.txt with its lists replaced."""
    for name, files in lists.items():
        listed(text, name)
        body = "".join(f"  {file}\n" for file in files)
        block = f"set({name}\n{body}  )"
        text = re.sub(rf"set\({name}\s.*?\)", lambda _, b=block: b, text, flags=re.DOTALL)
    return text


def main() -> int:
    """Rewrite or check the lists."""
    path = REPOSITORY / "CMakeLists.txt"
    before = path.read_text(encoding="utf-8")
    after = with_lists(before, files_by_list(REPOSITORY))
    if "--check" not in sys.argv[1:]:
        path.write_text(after, encoding="utf-8")
        return 0
    if after != before:
        print("CMakeLists.txt is out of date: run python Testing/update_cmake_lists.py")
    return int(after != before)


if __name__ == "__main__":
    sys.exit(main())
