"""Words: literal where they are said, found by Slicer's tools, translated when they are shown."""

from __future__ import annotations

import ast
import importlib.util
import re
from pathlib import Path

import pytest

import HipLandmarksLib
from HipLandmarksLib.i18n import context_of, placeholders, tr, translated_by, use_translator
from HipLandmarksLib.panel import (
    Column,
    Control,
    Panel,
    Section,
    command_words,
    control_words,
    key_help,
    research_notice,
    section_words,
)
from HipLandmarksLib.panel.detection import time_word
from HipLandmarksLib.panel.table_words import CONTEXT, table_word
from HipLandmarksLib.review import Command, KeyMap

LIBRARY = Path(HipLandmarksLib.__file__).parent
SPEAKING = sorted(
    path for path in LIBRARY.rglob("*.py") if "i18n import tr as _" in path.read_text("utf-8")
)
SLICERS_PATTERN = re.compile(r"""[^_]_\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\)""")
"""What Slicer's update_translations.py takes for a text: only literals between the brackets."""


def calls(path: Path) -> list[ast.Call]:
    tree = ast.parse(path.read_text("utf-8"))
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"
    ]


def literals(path: Path) -> list[str]:
    return [ast.literal_eval(call.args[0]) for call in calls(path)]


def every_word() -> list[str]:
    """All words that depend on nothing."""
    said = [section_words(section) for section in Section]
    said += [control_words(control) for control in Control]
    said += [command_words(command) for command in Command]
    said += [line.words for line in key_help(KeyMap())]
    return [text for words in said for text in words] + [research_notice()]


@pytest.mark.parametrize("path", SPEAKING, ids=lambda path: path.stem)
def test_words_are_literals_that_slicers_tool_finds(path):
    for call in calls(path):
        assert len(call.args) == 1 and not call.keywords, ast.unparse(call)
        assert isinstance(call.args[0], ast.Constant), f"no literal: {ast.unparse(call)}"
    found = [ast.literal_eval(f"({text})") for text in SLICERS_PATTERN.findall(path.read_text())]
    assert sorted(found) == sorted(literals(path))


@pytest.mark.parametrize("path", SPEAKING, ids=lambda path: path.stem)
def test_words_are_looked_up_when_they_are_said_and_not_on_import(path):
    """The language may be chosen after the import."""
    functions = [
        node
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    inside = {
        (n.lineno, n.col_offset) for f in functions for n in ast.walk(f) if hasattr(n, "lineno")
    }
    assert all((call.lineno, call.col_offset) in inside for call in calls(path))


def test_words_are_asked_for_under_the_context_of_slicer():
    asked: list[tuple[str, str]] = []
    with translated_by(lambda context, text: asked.append((context, text)) or text):
        section_words(Section.STUDY)
    assert ("panel.control_words", "Study") in asked
    assert {context for context, _text in asked} == {"panel.control_words"}


def test_a_file_outside_a_package_has_its_name_as_context(tmp_path):
    assert context_of(str(tmp_path / "HipLandmarks.py")) == "HipLandmarks"


def test_all_that_is_asked_for_was_found_by_slicers_tool():
    known = {(context_of(str(path)), text) for path in SPEAKING for text in literals(path)}
    asked: set[tuple[str, str]] = set()
    with translated_by(lambda context, text: asked.add((context, text)) or text):
        every_word()
    assert asked and asked <= known


def test_a_translator_that_the_face_gives_is_applied_to_every_word():
    english = every_word()
    with translated_by(lambda _context, text: re.sub(r"\{[^}]*\}|.", _shouted, text)):
        spoken = every_word()
    assert [text for text in spoken if text != text.upper()] == []
    assert len(spoken) == len(english) and spoken != english
    assert every_word() == english


def _shouted(match: re.Match[str]) -> str:
    return match[0] if match[0].startswith("{") else match[0].upper()


def test_placeholders_are_filled_in_after_the_translation():
    words = {"{n} s": "{n} Sekunden"}
    with translated_by(lambda _context, text: words.get(text, text)):
        assert time_word(6.2) == "7 Sekunden"


@pytest.mark.parametrize("wrong", ["{anzahl} Sekunden", "Sekunden", "{n:.1f} {m}"])
def test_a_translation_that_lost_a_placeholder_is_not_used(wrong, caplog):
    with translated_by(lambda _context, text: wrong):
        assert time_word(6.2) == "7 s"
    assert "placeholders" in caplog.text


def test_brackets_that_are_meant_as_such_are_no_placeholders():
    assert placeholders("{{a}} of {b:.1f}") == {"b:.1f"}


@pytest.fixture(scope="module")
def table_texts(repository):
    path = repository / "Testing" / "update_table_words.py"
    spec = importlib.util.spec_from_file_location("update_table_words", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_words_of_the_tables_are_where_slicers_tool_finds_them(table_texts):
    advice = "run python Testing/update_table_words.py"
    assert table_texts.FILE.read_text("utf-8") == table_texts.content(), advice
    assert context_of(str(table_texts.FILE)) == CONTEXT


def test_names_and_classes_of_measurements_are_translated(film_study):
    words = {"Alpha angle": "Alphawinkel", "60 deg or more: cam range": "ab 60 Grad: Cam"}
    panel = Panel()
    with translated_by(lambda context, text: words.get(text, text) if context == CONTEXT else text):
        panel.show(film_study)
    row = next(each for each in panel.measurements if each.id == "alpha")
    assert row.cell(Column.NAME).text == "Alphawinkel"
    assert row.cell(Column.CLASS).text == "L ▲ ab 60 Grad: Cam"


def test_several_classes_are_translated_one_by_one():
    with translated_by(lambda _context, text: text.upper()):
        assert table_word("below 20 mm; above 44 mm") == "BELOW 20 MM; ABOVE 44 MM"


def test_the_face_can_give_the_language_up_again():
    use_translator(lambda _context, _text: "?")
    try:
        assert tr("Study") == "?"
    finally:
        use_translator(None)
    assert tr("Study") == "Study"
