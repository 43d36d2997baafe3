"""CMake installs a tree in which the module and its library work, far from the checkout."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MODULES = Path("lib/Slicer-5.12/qt-scripted-modules")
NO_COMPILER = [
    f"-DCMAKE_{language}_COMPILER{ending}"
    for language in ("C", "CXX")
    for ending in ("=true", "_ID_RUN=1", "_FORCED=1")
]
"""The extension has nothing to compile; asking a compiler would only take time."""

IN_THE_INSTALLED_TREE = """
import json, sys
folder = sys.argv[1]
sys.path.insert(0, folder)
import HipLandmarksLib
from pathlib import Path
from pkgutil import walk_packages
from HipLandmarksLib.detection.catalogue import ModelCatalogue
from HipLandmarksLib.resources import resource_path
from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.measurement import threshold_set
threshold_set("consensus_60")
print(json.dumps({
    "library": HipLandmarksLib.__file__,
    "models": {e.name: e.problem for e in ModelCatalogue("/nowhere").entries()},
    "panel": str(resource_path("UI", "HipLandmarks.ui")),
    "requirements": str(resource_path("requirements.txt")),
    "from_elsewhere": [
        m.__file__ for n, m in list(sys.modules.items())
        if n.startswith("HipLandmarksLib") and not str(m.__file__).startswith(folder)
    ],
}))
"""


def configure(repository: Path, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Configure the extension against a stand-in of Slicer."""
    slicer = folder / "slicer"
    slicer.mkdir()
    (slicer / "empty.cmake").touch()
    (slicer / "SlicerConfig.cmake").write_text(
        f"set(Slicer_USE_FILE {HERE}/slicer_macros.cmake)\n"
        f"set(Slicer_EXTENSION_GENERATE_CONFIG {slicer}/empty.cmake)\n"
        f"set(Slicer_EXTENSION_CPACK {slicer}/empty.cmake)\n",
        encoding="utf-8",
    )
    command = ["cmake", "-S", repository, "-B", folder / "build", f"-DSlicer_DIR={slicer}"]
    command += [*NO_COMPILER, f"-DCMAKE_INSTALL_PREFIX={folder / 'installed'}", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def installed(repository, tmp_path_factory):
    """The folder of scripted modules after ``cmake --install``, and what CMake said."""
    if shutil.which("cmake") is None:
        pytest.skip("cmake is not installed")
    folder = tmp_path_factory.mktemp("extension")
    done = configure(repository, folder, "-DBUILD_TESTING=ON")
    assert done.returncode == 0, done.stderr
    command = ["cmake", "--install", folder / "build", "--component", "RuntimeLibraries"]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / "installed" / MODULES, done.stdout


def test_the_module_lies_beside_its_library_and_resources(installed):
    folder, _said = installed
    assert {path.name for path in folder.iterdir()} == {
        "HipLandmarks.py",
        "HipLandmarksLib",
        "Resources",
    }


def test_every_listed_file_is_installed_in_its_folder_and_no_other(installed, repository):
    folder, _said = installed
    text = (repository / "CMakeLists.txt").read_text(encoding="utf-8")
    listed = re.findall(r"^  ((?:HipLandmarksLib|Resources)/\S+)$", text, flags=re.MULTILINE)
    found = {
        path.relative_to(folder).as_posix()
        for name in ("HipLandmarksLib", "Resources")
        for path in (folder / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert len(listed) > 500 and found == set(listed)


def test_the_installed_library_finds_its_resources_and_models(installed):
    folder, _said = installed
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", IN_THE_INSTALLED_TREE, str(folder)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["from_elsewhere"] == []
    assert Path(found["library"]).is_relative_to(folder)
    assert Path(found["panel"]).is_relative_to(folder)
    assert set(found["models"]) >= {"mri-coronal", "xray-ap-pelvis"}
    assert set(found["models"].values()) == {None}


def test_the_self_tests_are_registered(installed):
    _folder, said = installed
    assert "generic tests of HipLandmarks" in said
    assert "test py_HipLandmarks\n" in said and "test py_HipLandmarksWalk\n" in said


def test_a_file_that_is_listed_but_absent_ends_the_configuration(repository, tmp_path):
    """The stand-in itself: it must be able to fail."""
    if shutil.which("cmake") is None:
        pytest.skip("cmake is not installed")
    source = tmp_path / "source"
    (source / "HipLandmarks").mkdir(parents=True)
    text = (repository / "CMakeLists.txt").read_text(encoding="utf-8")
    (source / "CMakeLists.txt").write_text(text, encoding="utf-8")
    done = configure(source, tmp_path)
    assert done.returncode != 0 and "is listed but absent" in done.stderr
