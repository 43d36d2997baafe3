"""Of several studies in a scene only that is seen whose image is looked at."""

from __future__ import annotations

import pytest
from panel_case import film, landmarks, mri

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.scene import HipStudy, load_scene, save_scene, show_only


@pytest.fixture
def studies(scene):
    one = HipStudy.create(scene, film(), landmarks())
    image, points = mri()
    other = HipStudy.create(scene, image, points)
    yield one, other
    one.close()
    other.close()


def _seen(study) -> list[bool]:
    nodes = [study.points_node(side) for side in Side]
    nodes += [n for side in Side for id_ in study.marks for n in study.mark_nodes(side, id_)]
    return [bool(node.GetDisplayNode().GetVisibility()) for node in nodes]


def test_only_the_shown_study_is_seen(studies) -> None:
    one, other = studies
    show_only([one], studies)
    assert all(_seen(one))
    assert not any(_seen(other))


def test_what_was_hidden_with_its_study_comes_back_with_it(studies) -> None:
    one, other = studies
    before = _seen(other)
    show_only([one], studies)
    show_only([one], studies)
    show_only([other], studies)
    assert _seen(other) == before
    assert not any(_seen(one))


def test_both_can_be_shown_and_neither(studies) -> None:
    show_only(studies, studies)
    assert all(_seen(studies[0])) and all(_seen(studies[1]))
    show_only([], studies)
    assert not any(_seen(studies[0])) and not any(_seen(studies[1]))


def test_what_a_person_hid_stays_hidden(studies) -> None:
    one, other = studies
    display = other.points_node(Side.LEFT).GetDisplayNode()
    display.SetVisibility(False)
    show_only([one], studies)
    show_only([other], studies)
    assert not display.GetVisibility()
    assert other.points_node(Side.RIGHT).GetDisplayNode().GetVisibility()


def test_points_that_were_hidden_come_back_in_a_loaded_scene(studies, tmp_path) -> None:
    one, _other = studies
    show_only([one], studies)
    save_scene(one.scene, tmp_path / "two.mrb")
    again = HipStudy.reopen(load_scene(tmp_path / "two.mrb"))
    names = {each.volume_node.GetName(): each for each in again}
    shown = names[_other.volume_node.GetName()]
    show_only([shown], again)
    lists = [shown.points_node(side).GetDisplayNode() for side in Side]
    assert all(display.GetVisibility() for display in lists)
    for each in again:
        each.close()
