"""What is in the tree is installed, and what is installed is in the tree."""

from __future__ import annotations

import importlib.util

import pytest


@pytest.fixture(scope="module")
def lists(repository):
    path = repository / "Testing" / "update_cmake_lists.py"
    spec = importlib.util.spec_from_file_location("update_cmake_lists", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["LIBRARY_PYTHON_SCRIPTS", "LIBRARY_RESOURCES"])
def test_the_lists_are_the_file_tree(name, lists, repository):
    text = (repository / "CMakeLists.txt").read_text(encoding="utf-8")
    expected = lists.files_by_list(repository)[name]
    advice = "run python Testing/update_cmake_lists.py"
    assert lists.listed(text, name) == expected, advice


def test_the_library_holds_nothing_but_python(repository):
    """Data belong into Resources, where they are listed."""
    others = [
        path
        for path in (repository / "HipLandmarksLib").rglob("*")
        if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts
    ]
    assert others == []


def test_a_new_file_is_noticed(lists, tmp_path):
    (tmp_path / "HipLandmarksLib").mkdir()
    (tmp_path / "HipLandmarksLib" / "new.py").touch()
    (tmp_path / "Resources" / "Models").mkdir(parents=True)
    (tmp_path / "Resources" / "Models" / "model.json").touch()
    found = lists.files_by_list(tmp_path)
    assert found["LIBRARY_PYTHON_SCRIPTS"] == ["HipLandmarksLib/new.py"]
    assert found["LIBRARY_RESOURCES"] == ["Resources/Models/model.json"]
    text = lists.with_lists("set(LIBRARY_PYTHON_SCRIPTS\n  )\nset(LIBRARY_RESOURCES\n  )\n", found)
    assert lists.listed(text, "LIBRARY_PYTHON_SCRIPTS") == ["HipLandmarksLib/new.py"]
    assert lists.listed(text, "LIBRARY_RESOURCES") == ["Resources/Models/model.json"]


def test_only_the_module_lies_in_the_module_folder(repository):
    """Slicer tries every Python file there as a module."""
    found = {path.name for path in (repository / "HipLandmarks").glob("*.py")}
    assert found == {"HipLandmarks.py"}


def test_the_place_for_further_modules_is_marked(repository):
    assert "## NEXT_MODULE" in (repository / "CMakeLists.txt").read_text(encoding="utf-8")
