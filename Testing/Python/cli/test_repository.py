"""The README, the Makefile and the text of the product say what is there, and nothing else."""

from __future__ import annotations

import ast
import os
import re
import subprocess
from pathlib import Path

import pytest

from HipLandmarksLib.cli.main import build_parser

TEXT_ENDINGS = {".py", ".md", ".toml", ".json", ".yaml", ".yml", ".txt", ".cmake", ".ui", ""}


@pytest.fixture(scope="module")
def readme(repository: Path) -> str:
    return (repository / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def makefile(repository: Path) -> str:
    return (repository / "Makefile").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tracked(repository: Path) -> list[Path]:
    if not (repository / ".git").exists():
        pytest.skip("not a git checkout")
    done = subprocess.run(
        ["git", "ls-files"], cwd=repository, capture_output=True, text=True, check=True
    )
    files = [repository / name for name in done.stdout.splitlines()]
    return [file for file in files if file.is_file()]


def _targets(makefile: str) -> set[str]:
    return set(re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE))


def _code_blocks(markdown: str) -> list[str]:
    blocks = re.findall(r"^ *```bash\n(.*?)^ *```", markdown, flags=re.DOTALL | re.MULTILINE)
    return [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]


def test_every_make_command_of_the_readme_is_a_target(readme: str, makefile: str) -> None:
    commands = re.findall(r"\bmake ([a-z]+)", "\n".join(_code_blocks(readme)))
    commands += re.findall(r"`make ([a-z]+)", readme)
    assert {"demo", "test", "lint", "bench"} <= set(commands)
    assert set(commands) <= _targets(makefile)


def test_every_hiplandmarks_command_of_the_readme_is_understood(readme: str) -> None:
    lines = [line for line in _code_blocks(readme) if line.startswith("hiplandmarks ")]
    usable = [line for line in lines if "[" not in line]
    assert len(usable) >= 3
    for line in usable:
        build_parser().parse_args(line.split()[1:])


def test_the_command_overview_names_only_options_that_exist(readme: str) -> None:
    for line in _code_blocks(readme):
        if line.startswith("hiplandmarks ") and "[" in line:
            command = line.split()[1]
            with pytest.raises(SystemExit):
                build_parser().parse_args([command, "--no-such-option"])
            for option in re.findall(r"--[a-z-]+", line):
                assert option in _help_of(command)


def _help_of(command: str) -> str:
    parser = build_parser()
    (commands,) = [a for a in parser._actions if a.dest == "command" or a.choices]
    assert isinstance(commands.choices, dict)
    return str(commands.choices[command].format_help())


def test_links_and_pictures_of_the_readme_exist(readme: str, repository: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", readme):
        if not link.startswith("https://"):
            assert (repository / link).is_file(), link
        if link.endswith(".png"):
            assert (repository / link).stat().st_size < 300_000


def test_paths_in_the_readme_exist(readme: str, repository: Path) -> None:
    for path in re.findall(r"`(Resources/[\w./-]+)`", readme):
        assert (repository / path).exists(), path


def test_the_readme_has_the_notice_and_both_papers(readme: str) -> None:
    assert "not a medical device" in readme
    assert "arXiv:2601.18555" in readme
    assert "10.1016/j.compbiomed.2025.111146" in readme
    assert "CPTAC-UCEC" in readme


def test_troubleshooting_quotes_real_messages(readme: str, makefile: str, repository: Path) -> None:
    table = readme.split("## Troubleshooting")[1].split("\n## ")[0]
    messages = re.findall(r"^\| `(.+?)` \|", table, flags=re.MULTILINE)
    assert len(messages) >= 8
    sentences = [makefile, *_sentences(repository / "HipLandmarksLib")]
    for message in messages:
        for part in message.split("..."):
            piece = part.strip(" ,")
            if len(piece) > 14:
                assert any(piece in sentence for sentence in sentences), piece


def _sentences(folder: Path) -> list[str]:
    """Every text in the code; what an f-string fills in becomes a gap."""
    found = []
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                pieces = (n.value if isinstance(n, ast.Constant) else "\0" for n in node.values)
                found.append("".join(map(str, pieces)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return found


def test_continuous_integration_runs_the_test_command(repository: Path) -> None:
    script = repository / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = script.read_text(encoding="utf-8").splitlines()
    assert "set -euo pipefail" in lines
    assert lines[-1].split()[-2:] == ["make", "test"]


def test_the_product_names_no_machine_and_no_package_index(
    tracked: list[Path], repository: Path
) -> None:
    folders = "|".join(["wo" + "rk", "t" + "mp", "ro" + "ot", "ho" + "me"])
    forbidden = re.compile(
        rf"(^|[^.\w$>/])/({folders})/|\.\./sha" + r"red|--(extra-)?index-ur" + r"l|pypi\.or" + "g"
    )
    for file in tracked:
        if file.suffix not in TEXT_ENDINGS or file.name == "LICENSE":
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), start=1):
            assert not forbidden.search(line), f"{file.relative_to(repository)}:{number}: {line}"


def test_no_tracked_file_is_large(tracked: list[Path]) -> None:
    for file in tracked:
        assert file.stat().st_size < 17_000_000, file
