"""PLY files: what is read, and what is refused with a reason."""

from __future__ import annotations

import numpy as np
import pytest

from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.synthesis.surfaces.ply import read_ply

from .bone_files import ply_bytes, ply_text
from .shapes import box

BOX = box((-1, 2, 3), (4, 5.5, 7))


@pytest.mark.parametrize("order", ["<", ">"])
def test_binary_files_of_either_byte_order_give_points_and_triangles(tmp_path, order):
    path = tmp_path / "bone.ply"
    path.write_bytes(ply_bytes(BOX, order))
    surface = read_ply(path)
    assert np.array_equal(surface.vertices, BOX.vertices)
    assert np.array_equal(surface.faces, BOX.faces)


def test_an_ascii_file_with_further_columns_is_read(tmp_path):
    path = tmp_path / "bone.ply"
    path.write_text(ply_text(BOX))
    surface = read_ply(path)
    assert np.array_equal(surface.vertices, BOX.vertices)
    assert np.array_equal(surface.faces, BOX.faces)


def refusal(path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read_ply(path)
    return str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    assert "nowhere.ply" in refusal(tmp_path / "nowhere.ply")


def test_another_format_is_refused(tmp_path):
    path = tmp_path / "bone.ply"
    path.write_bytes(b"solid of an STL file\n")
    assert "not a PLY file" in refusal(path)


def test_a_file_that_was_cut_short_is_refused(tmp_path):
    path = tmp_path / "bone.ply"
    path.write_bytes(ply_bytes(BOX)[:-30])
    assert "cannot be understood" in refusal(path)


def test_quadrilaterals_are_refused(tmp_path):
    path = tmp_path / "bone.ply"
    path.write_text(ply_text(BOX).replace("\n3 0 1 3\n", "\n4 0 1 3 2\n"))
    assert "triangles" in refusal(path)


def test_a_triangle_of_points_that_are_not_there_is_refused(tmp_path):
    path = tmp_path / "bone.ply"
    path.write_text(ply_text(BOX).replace("\n3 0 1 3\n", "\n3 0 1 99\n"))
    assert "does not exist" in refusal(path)


def test_a_file_of_points_alone_is_refused(tmp_path):
    path = tmp_path / "bone.ply"
    path.write_text(ply_text(BOX).replace("element face 12", "element edge 12"))
    assert "cannot be understood" in refusal(path)
