"""The entry for Slicer's Extensions Index, and what the Index reads from CMakeLists.txt.

The rules are those of the Index's schema (version 1.0.2), of its check of description files and of
its request template, written down again.
"""

from __future__ import annotations

import json
import re
import subprocess
from urllib.parse import urlsplit

import jsonschema
import pytest

ENTRY = "HipLandmarks.json"
TEXT = {"type": "string", "minLength": 1}
RULES = {
    "type": "object",
    "required": ["$schema", "category", "scm_url", "scm_revision", "build_dependencies", "tier"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "pattern": r"catalog-entry-schema-v1\.0\.2\.json#$"},
        "category": TEXT,
        "scm_url": {"type": "string", "pattern": r"^https://github\.com/[^/]+/Slicer[^/]+\.git$"},
        "scm_revision": TEXT,
        "scm_type": {"enum": ["git", "local"]},
        "build_dependencies": {"type": "array", "items": TEXT},
        "build_subdirectory": TEXT,
        "dicom_support_rule": TEXT,
        "enabled": {"type": "boolean"},
        "tier": {"type": "integer", "minimum": 1, "maximum": 5},
    },
}
LARGEST_REPOSITORY_MB = 100
PICTURES = {".png": b"\x89PNG", ".jpg": b"\xff\xd8\xff"}


@pytest.fixture(scope="module")
def entry(repository):
    return json.loads((repository / ENTRY).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def cmake(repository):
    return (repository / "CMakeLists.txt").read_text(encoding="utf-8")


def stated(cmake: str, name: str) -> str:
    """What the Index finds: nothing may stand between bracket and quote."""
    found = re.findall(rf'set\s*\({name}\s*"([^"]+)"\)', cmake)
    assert len(found) == 1, f"{name} must be set once, in quotes"
    return found[0]


def test_the_entry_keeps_the_rules_of_the_schema(entry):
    jsonschema.validate(entry, RULES)


@pytest.mark.parametrize(
    "change", [{"tier": 6}, {"scm_url": "github.com/x/y"}, {"homepage": "x"}, {"category": ""}]
)
def test_the_rules_can_fail(entry, change):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**entry, **change}, RULES)


def test_the_file_has_unix_line_ends_and_the_name_of_the_extension(repository, cmake):
    content = (repository / ENTRY).read_bytes()
    assert b"\r" not in content and content.endswith(b"}\n")
    (project,) = re.findall(r"project\s*\(\s*([^\s)]+)", cmake)
    assert f"{project}.json" == ENTRY
    assert not project.lower().startswith("slicer")


def test_the_category_is_one_of_slicers_and_of_the_module(repository, entry):
    assert entry["category"] == "Quantification"
    module = (repository / "HipLandmarks" / "HipLandmarks.py").read_text(encoding="utf-8")
    assert f'"{entry["category"]}"' in module


def test_dependencies_are_the_same_in_both_files(entry, cmake):
    assert stated(cmake, "EXTENSION_DEPENDS").split() == entry["build_dependencies"] == ["PyTorch"]


def test_a_dicom_rule_names_what_the_models_read(entry):
    """The rule-engine language: comparisons joined by ``or``."""
    parts = entry["dicom_support_rule"].split(" or ")
    named = [re.fullmatch(r"Modality == '([A-Z]{2})'", part) for part in parts]
    assert all(named) and {match.group(1) for match in named} == {"MR", "CR", "DX"}


@pytest.mark.parametrize("name", ["EXTENSION_ICONURL", "EXTENSION_SCREENSHOTURLS"])
def test_pictures_lie_in_the_repository_under_their_address(repository, entry, cmake, name):
    project = urlsplit(entry["scm_url"]).path.removesuffix(".git")
    for url in stated(cmake, name).split():
        address = urlsplit(url)
        root = f"{project}/{entry['scm_revision']}/"
        assert address.scheme == "https" and address.netloc == "raw.githubusercontent.com"
        assert address.path.startswith(root)
        file = repository / address.path.removeprefix(root)
        assert file.read_bytes().startswith(PICTURES[file.suffix])


def test_the_homepage_is_the_repository(entry, cmake):
    assert f"{stated(cmake, 'EXTENSION_HOMEPAGE')}.git" == entry["scm_url"]


def test_the_description_says_in_two_sentences_what_it_is_for(cmake):
    text = stated(cmake, "EXTENSION_DESCRIPTION")
    assert len(re.findall(r"[.!?](?=\s|$)", text)) == 2
    for word in ("hips", "MRI", "radiograph", "not a medical device", "Apache-2.0", "patents"):
        assert word in text
    assert stated(cmake, "EXTENSION_CONTRIBUTORS")


def test_a_licence_of_weights_that_forbids_something_is_in_the_description(repository, cmake):
    """A user must learn of parts that are less free than the code."""
    from HipLandmarksLib.detection.catalogue import ModelCatalogue

    text = stated(cmake, "EXTENSION_DESCRIPTION")
    shipped = ModelCatalogue("/nowhere", repository / "Resources" / "Models").entries()
    restricted = [e.summary.licence for e in shipped if e.summary and e.summary.non_commercial]
    assert restricted and all("CC BY-NC-SA 4.0" in licence for licence in restricted)
    assert "CC BY-NC-SA 4.0" in text


def test_the_licence_lies_in_the_root(repository):
    assert "Apache License" in (repository / "LICENSE").read_text(encoding="utf-8")


def test_the_repository_is_small_enough(repository):
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=repository, capture_output=True, text=True, timeout=60
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    files = (repository / name for name in listed.stdout.split("\0") if name)
    total = sum(file.stat().st_size for file in files if file.is_file())
    assert total / 1e6 < LARGEST_REPOSITORY_MB
