"""Two studies compared, whatever the face: the other one is found, linked, followed and let go."""

from __future__ import annotations

import pytest

pytest.importorskip("slicer")

import slicer
from panel_case import move

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.scene.comparison import FIRST_VIEW, SECOND_VIEW
from HipLandmarksLib.session import Editors, Explorers
from HipLandmarksLib.session.compared_studies import ComparedStudies


class Layout:
    """Two views that an application would make; none where it cannot."""

    def __init__(self, scene, can=True):
        self.scene, self.can, self.entered, self.logics = scene, can, False, []

    def enter(self):
        self.entered = self.can
        for name in (FIRST_VIEW, SECOND_VIEW) if self.can else ():
            logic = slicer.vtkMRMLSliceLogic()
            logic.SetMRMLScene(self.scene)
            logic.AddSliceNode(name).SetDimensions(400, 400, 1)
            self.logics.append(logic)
        return self.can

    def leave(self):
        self.entered = False


def compared_by(face, tmp_path, can=True):
    layout = Layout(face.session.scene, can)
    found = ComparedStudies(face, Explorers(Editors(tmp_path)), layout)
    found.update()
    return found, layout


def test_the_other_study_is_compared_and_followed(face, tmp_path):
    compared, _layout = compared_by(face, tmp_path)
    assert compared.other is face.session.studies[0]
    assert [words.label for words in compared.view.columns][1:3] == ["X-ray", "MRI"]
    assert "projection" in " ".join(compared.lines)
    before = face.refreshed
    move(compared.other, (Side.LEFT, "LCP"), (0.0, 0.0, -9.0))
    assert face.refreshed > before, "the study that is not shown is followed, too"
    assert "L Alpha angle" in compared.text()


def test_both_are_shown_beside_each_other_and_left_again(face, tmp_path):
    compared, layout = compared_by(face, tmp_path)
    compared.show_side_by_side(True)
    assert layout.entered and compared.linked is not None
    seen = [s.points_node(Side.LEFT).GetDisplayNode().GetVisibility() for s in face.session.studies]
    assert seen == [1, 1]
    compared.look_at(0)
    assert compared.linked.side is compared.view.rows[0].difference.side
    compared.show_side_by_side(False)
    seen = [s.points_node(Side.LEFT).GetDisplayNode().GetVisibility() for s in face.session.studies]
    assert not layout.entered and compared.linked is None and seen == [0, 1]


def test_without_views_it_says_so_and_nothing_stays_linked(face, tmp_path):
    compared, _layout = compared_by(face, tmp_path, can=False)
    compared.show_side_by_side(True)
    assert compared.linked is None and "no views" in face.told


def test_a_study_that_has_gone_is_linked_no_more(face, tmp_path):
    compared, layout = compared_by(face, tmp_path)
    compared.show_side_by_side(True)
    face.session.scene.RemoveNode(compared.other.volume_node)
    compared.forget()
    assert compared.linked is None and not layout.entered
    assert compared.update().rows == () and compared.badges == []
