"""What is in the tree is installed, and what is installed is in the tree."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess

import pytest

SLICER_MACROS = """
macro(slicerMacroBuildScriptedModule)
  cmake_parse_arguments(MY "WITH_GENERIC_TESTS" "NAME" "SCRIPTS;RESOURCES" ${ARGN})
  foreach(file ${MY_SCRIPTS} ${MY_RESOURCES})
    if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${file})
      message(FATAL_ERROR "${file} is listed but absent")
    endif()
    message(STATUS "installs ${MY_NAME} ${file}")
  endforeach()
endmacro()
"""


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


def test_project_name_and_meta_information_are_what_the_index_expects(repository):
    text = (repository / "CMakeLists.txt").read_text(encoding="utf-8")
    assert "project(HipLandmarks)" in text
    assert 'set(EXTENSION_DEPENDS "PyTorch")' in text
    for name in ("HOMEPAGE", "CONTRIBUTORS", "DESCRIPTION", "ICONURL", "SCREENSHOTURLS"):
        assert f'set(EXTENSION_{name} "' in text
    assert "## NEXT_MODULE" in text


@pytest.mark.skipif(shutil.which("cmake") is None, reason="cmake is not installed")
def test_cmake_configures_the_extension(repository, tmp_path):
    """With a stand-in for Slicer's macros: every listed file exists where CMake looks for it."""
    (tmp_path / "SlicerConfig.cmake").write_text(
        f"set(Slicer_USE_FILE {tmp_path}/use.cmake)\n"
        f"set(Slicer_EXTENSION_GENERATE_CONFIG {tmp_path}/empty.cmake)\n"
        f"set(Slicer_EXTENSION_CPACK {tmp_path}/empty.cmake)\n",
        encoding="utf-8",
    )
    (tmp_path / "use.cmake").write_text(SLICER_MACROS, encoding="utf-8")
    (tmp_path / "empty.cmake").touch()
    command = ["cmake", "-S", repository, "-B", tmp_path / "build", f"-DSlicer_DIR={tmp_path}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if "No CMAKE_CXX_COMPILER" in done.stderr or "No CMAKE_C_COMPILER" in done.stderr:
        pytest.skip("cmake has no compiler here")
    assert done.returncode == 0, done.stderr
    assert "installs HipLandmarks HipLandmarks.py" in done.stdout
    assert "installs HipLandmarksLib HipLandmarksLib/measurement/engine.py" in done.stdout
