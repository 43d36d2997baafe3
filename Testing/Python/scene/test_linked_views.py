"""Two studies beside each other: same place of the same hip, same size, each its own points."""

from __future__ import annotations

from dataclasses import replace

import pytest
from panel_case import film, landmarks, mri

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.imaging import Calibration, Modality, SpacingProvenance
from HipLandmarksLib.measurement import MeasurementSettings
from HipLandmarksLib.scene import HipStudy
from HipLandmarksLib.scene.comparison import (
    COMPARISON_LAYOUT,
    FIRST_VIEW,
    SECOND_VIEW,
    LinkedViews,
    leave_layout,
    show_comparison_layout,
    units_per_mm,
)
from HipLandmarksLib.scene.comparison.layout import layout_xml
from HipLandmarksLib.scene.record import Role, signed_nodes

LEFT = Side.LEFT
MAGNIFIED = Calibration(SpacingProvenance.MARKER, factor=0.8)


@pytest.fixture
def views(scene):
    """The slice views of the layout, as an application makes them; the logics keep them alive."""
    slicer = pytest.importorskip("slicer")
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(scene)
    logics = []
    for name, size in ((FIRST_VIEW, (600, 500)), (SECOND_VIEW, (400, 500))):
        logic = slicer.vtkMRMLSliceLogic()
        logic.SetMRMLScene(scene)
        logic.AddSliceNode(name).SetDimensions(*size, 1)
        logics.append(logic)
    yield [logic.GetSliceNode() for logic in logics]
    for logic in logics:
        logic.SetMRMLScene(None)


@pytest.fixture
def studies(scene):
    picture = film()
    settings = replace(MeasurementSettings.for_image(picture), calibration=MAGNIFIED)
    one = HipStudy.create(scene, picture, landmarks(), settings=settings)
    image, points = mri()
    two = HipStudy.create(scene, image, points)
    yield one, two
    one.close()
    two.close()


def _displays(study):
    """Of a point list, and of the sphere of an explored head."""
    nodes = [study.points_node(LEFT), *signed_nodes(study.scene, Role.EXPLORED)]
    shown = [n for n in nodes if n.IsA("vtkMRMLDisplayableNode")]
    assert len(shown) == 2
    own = shown if study.image.modality is Modality.MR else shown[:1]
    return [node.GetDisplayNode() for node in own]


@pytest.fixture
def linked(views, studies):
    head = studies[1].scene.AddNewNodeByClass("vtkMRMLModelNode", "sphere of an explored head")
    head.CreateDefaultDisplayNodes()
    studies[1].nodes.file(head, Role.EXPLORED, LEFT)
    found = LinkedViews(*studies)
    assert found.show()
    yield found
    found.close()


def centre(view):
    matrix = view.GetSliceToRAS()
    return [matrix.GetElement(axis, 3) for axis in range(3)]


def head(study, side):
    x, y, z = study.landmarks[(side, "FHC")].position
    return [-x, -y, z]


def test_each_view_has_its_own_image_in_its_own_slices(scene, linked, studies):
    for name, study in zip((FIRST_VIEW, SECOND_VIEW), studies, strict=True):
        composite = scene.GetSingletonNode(name, "vtkMRMLSliceCompositeNode")
        assert composite.GetBackgroundVolumeID() == study.volume_node.GetID()
        assert not composite.GetLinkedControl()
        axis = [
            scene.GetSingletonNode(name, "vtkMRMLSliceNode").GetSliceToRAS().GetElement(r, 0)
            for r in range(3)
        ]
        assert axis == pytest.approx([-1.0, 0.0, 0.0]), "the patient's right is on the left"


def test_both_views_look_at_the_same_hip_in_the_same_size(linked, views, studies):
    linked.look_at(LEFT)
    for view, study in zip(views, studies, strict=True):
        assert centre(view) == pytest.approx(head(study, LEFT), abs=1e-6)
    one, two = (min(view.GetFieldOfView()[:2]) for view in views)
    assert two == pytest.approx(130.0)
    assert one * MAGNIFIED.factor == pytest.approx(two), "the film is magnified by 1.25"


def test_the_other_view_follows_a_move_and_a_zoom(linked, views, studies):
    linked.look_at(LEFT)
    x, y, z = head(studies[1], LEFT)
    views[1].JumpSliceByCentering(x - 8.0, y, z + 4.0)
    moved = [c - h for c, h in zip(centre(views[0]), head(studies[0], LEFT), strict=True)]
    assert moved == pytest.approx([-10.0, 0.0, 5.0], abs=1e-6)
    across, up, depth = views[0].GetFieldOfView()
    views[0].SetFieldOfView(across / 2, up / 2, depth)
    assert min(views[1].GetFieldOfView()[:2]) == pytest.approx(65.0)
    back = [c - h for c, h in zip(centre(views[1]), (x, y, z), strict=True)]
    assert back == pytest.approx([-8.0, 0.0, 4.0], abs=1e-6)


def test_scrolling_through_the_slices_of_one_study_leaves_the_other_alone(linked, views):
    linked.look_at(LEFT)
    before = centre(views[0])
    views[1].SetSliceOffset(views[1].GetSliceOffset() + 8.0)
    assert centre(views[0]) == pytest.approx(before)


def test_without_millimetres_the_heads_are_shown_equally_far_apart(scene, studies):
    unknown = HipStudy.create(scene, film(SpacingProvenance.DETECTOR_PLANE), landmarks())
    for pair in ((unknown, studies[1]), (studies[1], unknown)):
        one, two = units_per_mm(*pair)
        assert one == pytest.approx(two), "both have head centres 180 of their units apart"
    unknown.close()


def test_points_of_a_study_are_in_its_own_view_only_until_the_views_are_left(
    linked, views, studies
):
    for view, study in zip(views, studies, strict=True):
        for display in _displays(study):
            assert display.GetViewNodeIDs() == (view.GetID(),)
    linked.close()
    for study in studies:
        assert all(display.GetViewNodeIDs() == () for display in _displays(study))
    before = centre(views[0])
    views[1].JumpSliceByCentering(0.0, 0.0, 30.0)
    assert centre(views[0]) == before


def test_before_the_views_are_there_nothing_is_shown(studies):
    assert not LinkedViews(*studies).show()


def test_a_hip_that_one_study_lacks_leaves_its_view_where_it_is(linked, views, studies):
    linked.look_at(None)
    before = centre(views[1])
    node = studies[1].points_node(LEFT)
    node.SetNthControlPointPositionMissing(node.GetControlPointIndexByLabel("FHC"))
    linked.look_at(LEFT)
    assert centre(views[1]) == pytest.approx(before)
    assert centre(views[0]) == pytest.approx(head(studies[0], LEFT))


def test_the_layout_is_left_again_unless_somebody_chose_another(scene):
    slicer = pytest.importorskip("slicer")
    assert show_comparison_layout(scene) is None, "a scene without layouts"
    layout = scene.AddNode(slicer.vtkMRMLLayoutNode())
    layout.SetViewArrangement(layout.SlicerLayoutOneUpGreenSliceView)
    before = show_comparison_layout(scene)
    assert layout.GetViewArrangement() == COMPARISON_LAYOUT
    leave_layout(scene, before)
    assert layout.GetViewArrangement() == layout.SlicerLayoutOneUpGreenSliceView
    show_comparison_layout(scene)
    layout.SetViewArrangement(layout.SlicerLayoutFourUpView)
    leave_layout(scene, before)
    assert layout.GetViewArrangement() == layout.SlicerLayoutFourUpView


def test_the_layout_names_both_views():
    assert all(f'singletontag="{name}"' in layout_xml() for name in (FIRST_VIEW, SECOND_VIEW))
