"""Every measurement and landmark has a sentence and a sound drawing, on both sides."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from itertools import combinations
from pathlib import Path

import pytest

from HipLandmarksLib.anatomy import LandmarkTable, Side
from HipLandmarksLib.errors import ConfigurationError, LandmarkFileError
from HipLandmarksLib.illustration import (
    entries,
    find_entry,
    landmark_svg,
    measurement_svg,
    write_illustrations,
)
from HipLandmarksLib.illustration.catalogue import points_of
from HipLandmarksLib.measurement import MeasurementTable

from .conftest import SVG, numbers, texts, view_box

KEYS = tuple(entries())
BOTH = (Side.RIGHT, Side.LEFT)


def test_there_is_an_entry_for_everything() -> None:
    wanted = {*MeasurementTable.load().ids, *LandmarkTable.load().keys}
    assert wanted <= set(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_the_sentence_is_one_sentence(key: str) -> None:
    sentence = entries()[key].sentence
    assert sentence[0].isupper() and sentence.endswith(".")
    assert not re.search(r"[.] +[A-Z]", sentence)
    assert 20 < len(sentence) < 320


@pytest.mark.parametrize("side", BOTH)
@pytest.mark.parametrize("key", KEYS)
def test_the_drawing_is_sound(key: str, side: Side) -> None:
    svg = entries()[key].svg(side)
    root = ET.fromstring(svg)
    assert len(svg.encode()) < 40_000
    assert "nan" not in svg.lower().replace("finance", "") and "inf " not in svg
    assert numbers(svg)
    assert root.findtext(f"{SVG}title") and root.findtext(f"{SVG}desc") == entries()[key].sentence
    assert svg == entries()[key].svg(side)


@pytest.mark.parametrize("side", BOTH)
@pytest.mark.parametrize("key", KEYS)
def test_texts_lie_inside_the_page_and_apart(key: str, side: Side) -> None:
    root = ET.fromstring(entries()[key].svg(side))
    page, found = view_box(root), texts(root)
    for text in found:
        box = text.box
        assert box.left >= page.left and box.right <= page.right, text.words
        assert box.top >= page.top and box.bottom <= page.bottom, text.words
    for first, second in combinations(found, 2):
        assert first.box.overlap(second.box) < 1.0, f"{first.words} / {second.words}"


@pytest.mark.parametrize("key", KEYS)
def test_the_left_drawing_is_the_mirror_image_of_the_right_one(key: str) -> None:
    right, left = (ET.fromstring(entries()[key].svg(side)) for side in BOTH)
    marks = [[t for t in texts(root) if t.words == "L"] for root in (right, left)]
    if all(marks):  # the whole pelvis is never mirrored
        assert ET.tostring(right) == ET.tostring(left)
        return
    width = view_box(right).right
    for circle_r, circle_l in zip(
        right.iter(f"{SVG}circle"), left.iter(f"{SVG}circle"), strict=True
    ):
        x_r, x_l = (float(c.attrib["cx"]) for c in (circle_r, circle_l))
        assert x_r + x_l == pytest.approx(width, abs=0.25)
        assert float(circle_r.attrib["cy"]) == pytest.approx(float(circle_l.attrib["cy"]), abs=0.15)
    labels = [[t for t in texts(root) if t.words not in ("R", "L")][:-2] for root in (right, left)]
    labels = [sorted(found, key=lambda t: (t.words, t.box.top)) for found in labels]
    for text_r, text_l in zip(*labels, strict=True):
        assert text_r.words == text_l.words
        assert text_r.box.centre[0] + text_l.box.centre[0] == pytest.approx(width, abs=0.6)


@pytest.mark.parametrize("side", BOTH)
@pytest.mark.parametrize("key", [key for key in KEYS if entries()[key].kind.value == "measurement"])
def test_beside_the_value_of_a_patient_it_states_none_of_its_own(key: str, side: Side) -> None:
    root = ET.fromstring(entries()[key].svg(side, numbers=False))
    shown = [text.words for text in texts(root)]
    assert not [words for words in shown if re.search(r"\d ?(°|mm|%)|\d\.\d", words)]
    whole = [text.words for text in texts(ET.fromstring(entries()[key].svg(side)))]
    points = set(LandmarkTable.load().keys)
    assert points & set(shown) == points & set(whole)


@pytest.mark.parametrize("key", MeasurementTable.load().ids)
def test_a_measurement_shows_its_landmarks_and_its_value(key: str) -> None:
    definition = MeasurementTable.load().definitions[key]
    words = [t.words for t in texts(ET.fromstring(measurement_svg(key)))]
    for point in points_of(definition):
        assert point in words, f"{point} is not labelled in {words}"
    assert any(re.search(r"\d+(\.\d+)?(°| mm| %)?$", w) for w in words)


@pytest.mark.parametrize("key", LandmarkTable.load().keys)
def test_a_landmark_is_labelled(key: str) -> None:
    words = [t.words for t in texts(ET.fromstring(landmark_svg(key)))]
    assert words.count(key) == 1


def test_the_side_is_told_by_a_letter() -> None:
    for side, letter in ((Side.RIGHT, "R"), (Side.LEFT, "L")):
        (mark,) = [
            t for t in texts(ET.fromstring(measurement_svg("alpha", side))) if t.words in ("R", "L")
        ]
        assert mark.words == letter
        assert (mark.box.centre[0] < 260) is (side is Side.RIGHT)  # right on the viewer's left


def test_names_are_found_without_regard_to_capitals() -> None:
    assert find_entry("fhc").key == "FHC"
    assert find_entry("LCE").key == "lce"
    assert find_entry("neck-shaft angle").key == "nsa"


@pytest.mark.parametrize("word", ["Wiberg", "CCD", "LLD", "Tönnis", "protrusio"])
def test_words_of_surgeons_are_understood(word: str) -> None:
    assert find_entry(word).key in MeasurementTable.load().ids


@pytest.mark.parametrize(
    ("word", "key"), [("RIM1", "RIM"), ("rim12", "RIM"), ("AW3", "AW"), ("PW1", "PW")]
)
def test_a_numbered_point_is_that_of_its_list(word: str, key: str) -> None:
    assert find_entry(word).key == key


def test_only_lists_have_numbered_points() -> None:
    for word in ("FHC2", "RIM0"):
        with pytest.raises(ConfigurationError, match="no landmark or measurement"):
            find_entry(word)


def test_an_unknown_name_gives_the_nearest() -> None:
    with pytest.raises(ConfigurationError, match="alpha"):
        find_entry("alfa")


def test_unknown_keys_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="no measurement"):
        measurement_svg("beta")
    with pytest.raises(LandmarkFileError, match="no landmark"):
        landmark_svg("XYZ")


def test_all_are_written_with_an_index(tmp_path: Path) -> None:
    written = write_illustrations(tmp_path / "definitions", Side.LEFT)
    assert len(written) == len(KEYS) + 1
    index = written[-1].read_text(encoding="utf-8")
    for path in written[:-1]:
        assert f'src="{path.name}"' in index
    assert "not a medical device" in index


def test_drawings_need_neither_torch_nor_a_viewer() -> None:
    code = (
        "import sys\n"
        "from HipLandmarksLib.illustration import measurement_svg\n"
        "measurement_svg('alpha')\n"
        "print([m for m in ('torch','vtk','qt','slicer','matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
