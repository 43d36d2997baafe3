"""Objects on films change exactly what they hide, replace or break, on every crop of a view."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from HipLandmarksLib.anatomy import LandmarkState, Side
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.imaging import (
    Calibration,
    HipImage,
    Modality,
    PlaneTransform,
    SpacingProvenance,
    find_ball,
)
from HipLandmarksLib.imaging.film import projection_matrix
from HipLandmarksLib.synthesis.radiograph import BonePaths
from HipLandmarksLib.synthesis.radiograph.appearance import Appearance, simulate_film
from HipLandmarksLib.synthesis.radiograph.body_frame import BodyFrame
from HipLandmarksLib.synthesis.radiograph.case import SimulatedFilm
from HipLandmarksLib.synthesis.radiograph.dicom import film_dataset
from HipLandmarksLib.synthesis.radiograph.materials import Material, MaterialPaths
from HipLandmarksLib.synthesis.radiograph.objects import (
    CalibrationBall,
    Collimation,
    FemurFracture,
    FilmDrawing,
    FractureKind,
    GonadShield,
    HipProsthesis,
    NeckScrews,
    ObjectScene,
    ObjectShares,
    SideMarker,
    SlidingHipScrew,
    Tube,
    random_objects,
)
from HipLandmarksLib.synthesis.surfaces import BoneName

from .simple_view import SHAFT_MM, place, simple_view

VISIBLE, ABSENT = LandmarkState.VISIBLE, LandmarkState.ABSENT
RIGHT, LEFT = Side.RIGHT, Side.LEFT


@pytest.fixture(scope="module")
def view():
    return simple_view()


def states(scene: ObjectScene, side: Side) -> dict[str, LandmarkState]:
    """State of every landmark of a side."""
    return {key: p.state for (own, key), p in scene.view.landmarks.items() if own is side}


def matter_of(scene: ObjectScene, plane=None, relabelled: bool = False) -> MaterialPaths:
    """What the objects add to an empty beam."""
    shape = scene.source.camera.shape if plane is None else plane.shape
    empty = MaterialPaths({Material.MUSCLE: torch.zeros(shape)}, 0.8)
    add = scene.matter(plane, relabelled)
    assert add is not None
    return add(empty, None)


def pixel(view, key: str, side: Side) -> tuple[int, int]:
    """(row, column) of a landmark."""
    column, row = view.camera.project(place(key, side))
    return round(float(row)), round(float(column))


class TestEmptyScene:
    def test_changes_nothing(self, view) -> None:
        scene = ObjectScene(view, ())
        assert scene.view is view
        assert scene.matter() is None and scene.overlay() is None
        assert scene.field_of_view() is None


class TestProsthesis:
    def test_its_side_has_prosthesis_landmarks_and_no_head(self, view) -> None:
        scene = ObjectScene(view, (HipProsthesis(RIGHT),))
        found = states(scene, RIGHT)
        gone = {key for key, state in found.items() if state is LandmarkState.PROSTHESIS}
        assert gone == {"FHC", "NA", "NB", "LCP", "FOV", "LAE", "MSO"}
        assert all(scene.view.landmarks[RIGHT, key].xy is None for key in gone)
        assert found["SHP"] is VISIBLE and found["GT"] is VISIBLE and found["ISCH"] is VISIBLE
        bone = scene.view.paths[BoneName.FEMUR_RIGHT].total
        assert bone[pixel(view, "FHC", RIGHT)] == 0
        assert bone[pixel(view, "SHP", RIGHT)] > 20
        assert bone[pixel(view, "GT", RIGHT)] > 0

    def test_the_other_side_stays(self, view) -> None:
        scene = ObjectScene(view, (HipProsthesis(RIGHT),))
        assert set(states(scene, LEFT).values()) == {VISIBLE}
        assert scene.view.paths[BoneName.FEMUR_LEFT] is view.paths[BoneName.FEMUR_LEFT]

    def test_a_film_with_one_artificial_head_still_shows_both_hips(self, view) -> None:
        scene = ObjectScene(view, (HipProsthesis(RIGHT),))
        film = SimulatedFilm(
            "case", np.zeros(view.camera.shape, np.float32), view.camera,
            scene.view.landmarks, 1.18, "ours", "test", objects=tuple(scene.describe()),
        )  # fmt: skip
        assert film.only_side is None
        assert json.loads(json.dumps(film.objects))[0]["object"] == "HipProsthesis"

    def test_of_a_hip_beside_the_film_nobody_sees(self, view) -> None:
        camera = view.camera
        right_part = replace(
            view,
            camera=replace(camera, shape=(camera.shape[0], 200)),
            paths={
                name: BonePaths(path.total[:, :200], path.cortical[:, :200])
                for name, path in view.paths.items()
            },
        )
        scene = ObjectScene(right_part, (HipProsthesis(LEFT),))
        assert LandmarkState.PROSTHESIS not in states(scene, LEFT).values()
        assert scene.artificial_heads == {}

    def test_a_half_prosthesis_keeps_the_natural_roof(self, view) -> None:
        found = states(ObjectScene(view, (HipProsthesis(LEFT, cup=False),)), LEFT)
        assert found["LAE"] is VISIBLE and found["FHC"] is LandmarkState.PROSTHESIS

    def test_metal_lies_where_the_head_and_the_shaft_are(self, view) -> None:
        scene = ObjectScene(view, (HipProsthesis(LEFT),))
        matter = matter_of(scene)
        metal = matter.of(Material.METAL, Material.TITANIUM).numpy()
        head, shaft = pixel(view, "FHC", LEFT), pixel(view, "SHP", LEFT)
        assert metal[head] > 30 and metal[shaft] > 8
        assert metal[pixel(view, "FHC", RIGHT)] == 0
        column, row = scene.artificial_heads[LEFT]
        assert (round(row), round(column)) == head
        assert set(scene.artificial_heads) == {LEFT}


class TestFixation:
    def test_screws_in_the_neck_leave_the_landmarks_of_the_head(self, view) -> None:
        found = states(ObjectScene(view, (NeckScrews(LEFT),)), LEFT)
        assert found["FHC"] is VISIBLE and found["GT"] is VISIBLE and found["SHP"] is VISIBLE

    def test_a_plate_lies_on_the_lateral_cortex(self, view) -> None:
        metal = matter_of(ObjectScene(view, (SlidingHipScrew(LEFT),))).of(Material.METAL).numpy()
        column, row = view.camera.project(
            place("SHP", LEFT) + np.array([SHAFT_MM + 3.0, 0.0, -10.0])
        )
        assert metal[round(float(row)), round(float(column))] > 3


class TestShield:
    def test_landmarks_under_lead_are_absent_and_keep_their_place(self, view) -> None:
        middle = view.camera.project((0.0, 0.0, 10.0))
        shield = GonadShield(tuple(middle), 130.0, 90.0, 0.9, height_mm=100.0)
        scene = ObjectScene(view, (shield,))
        for side in Side:
            found = states(scene, side)
            assert found["TD"] is ABSENT and found["FHC"] is VISIBLE and found["GT"] is VISIBLE
            hidden = scene.view.landmarks[side, "TD"]
            assert hidden.xy == view.landmarks[side, "TD"].xy and "opaque" in hidden.note

    def test_a_thin_tube_hides_nothing(self, view) -> None:
        course = tuple(tuple(view.landmarks[LEFT, key].xy) for key in ("MSO", "FHC", "TD"))
        scene = ObjectScene(view, (Tube(course, 5.0, 0.5),))
        assert set(states(scene, LEFT).values()) == {VISIBLE}

    def test_a_shield_does_not_take_the_contrast_of_the_bones(self, view) -> None:
        middle = view.camera.project((0.0, 0.0, 30.0))
        scene = ObjectScene(view, (GonadShield(tuple(middle), 110.0, 80.0, 0.5),))
        quiet = Appearance()
        films = [
            simulate_film(view, quiet, np.random.default_rng(1), objects=add).numpy()
            for add in (None, scene.matter())
        ]
        head, beside = pixel(view, "FHC", LEFT), (pixel(view, "FHC", LEFT)[0], 20)
        contrast = [film[head] - film[beside] for film in films]
        assert contrast[1] > 0.6 * contrast[0] > 0


class TestMarkers:
    def test_a_random_letter_lies_on_its_own_side(self, view) -> None:
        rng = np.random.default_rng(0)
        middle = view.camera.project((0.0, 0.0, 0.0))[0]
        for side in [*Side] * 10:
            marker = SideMarker.random(rng, view, side)
            assert (marker.place[0] > middle) == (side is LEFT)

    def test_a_letter_reads_from_left_to_right(self, view) -> None:
        """The foot of an L points to the right of the film; on a mirrored film to the left."""
        marker = SideMarker(LEFT, (250.0, 200.0), height_mm=40.0)
        flipped = PlaneTransform.identity(view.camera.shape).flipped_horizontally()
        scene = ObjectScene(view, (marker,))
        lead = matter_of(scene).of(Material.LEAD).numpy()
        rows, columns = np.nonzero(lead)
        assert columns[rows > rows.max() - 4].mean() > columns[rows < rows.min() + 10].mean() + 5
        mirrored = matter_of(scene, flipped).of(Material.LEAD).numpy()
        assert mirrored == pytest.approx(lead[:, ::-1], abs=1e-3)

    def test_a_film_that_stands_for_the_mirrored_patient_shows_his_letter(self, view) -> None:
        width = view.camera.shape[1]
        flipped = PlaneTransform.identity(view.camera.shape).flipped_horizontally()
        scene = ObjectScene(view, (SideMarker(RIGHT, (100.0, 200.0), 30.0),))
        found = matter_of(scene, flipped, relabelled=True).of(Material.LEAD).numpy()
        expected = ObjectScene(view, (SideMarker(LEFT, (width - 1 - 100.0, 200.0), 30.0),))
        lead = matter_of(expected).of(Material.LEAD).numpy()
        differs = np.abs(found - lead) > 0.1
        assert differs.mean() < 0.002 and lead.max() > 0.9


class TestBall:
    @pytest.mark.parametrize("height_mm", [-40.0, 0.0, 60.0])
    def test_the_ball_search_measures_it_as_large_as_its_height_makes_it(self, height_mm) -> None:
        fine = simple_view(0.4, (600, 700))
        ball = CalibrationBall((350.0, 480.0), 25.0, height_mm, holder=False)
        metal = matter_of(ObjectScene(fine, (ball,))).of(Material.METAL).numpy()
        image = HipImage(
            (4000 * (1 - np.exp(-0.95 * metal)))[None].astype(np.int16),
            projection_matrix(0.4, 0.4, "L", "F"),
            Modality.XRAY,
            Calibration(SpacingProvenance.DETECTOR_PLANE),
            "film",
        )
        found = find_ball(image, (352.0, 478.0))
        magnification = ball.magnification(fine.camera)
        assert found.diameter == pytest.approx(25.0 * magnification, rel=0.01)
        level = fine.camera.magnification((0.0, 0.0, 0.0))
        assert np.sign(magnification - level) == np.sign(height_mm) or height_mm == 0


class TestFracture:
    @pytest.mark.parametrize("kind", FractureKind)
    def test_the_shaft_moves_and_the_head_stays(self, view, kind) -> None:
        fracture = FemurFracture(LEFT, kind, proximal_mm=15.0, lateral_mm=0.0, varus_deg=0.0)
        scene = ObjectScene(view, (fracture,))
        before, after = view.landmarks[LEFT, "SHP"], scene.view.landmarks[LEFT, "SHP"]
        scale = view.head_radius_px["L"] / 24.0
        assert np.subtract(before.xy, after.xy) == pytest.approx((0, 15 * scale), abs=0.5)
        for key in ("FHC", "LAE", "TD"):
            assert scene.view.landmarks[LEFT, key] == view.landmarks[LEFT, key]
        old = view.paths[BoneName.FEMUR_LEFT].total
        new = scene.view.paths[BoneName.FEMUR_LEFT].total
        head, shaft = pixel(view, "FHC", LEFT), pixel(view, "SHP", LEFT)
        assert new[head] >= old[head]
        assert new[shaft] == pytest.approx(old[shaft], rel=0.1)

    @pytest.mark.filterwarnings("error")
    def test_a_shaft_that_ends_where_it_begins_breaks_too(self, view) -> None:
        """The film's edge can leave nothing of the shaft below the lesser trochanter."""
        top = view.landmarks[LEFT, "SHP"]
        end = replace(top, state=ABSENT)
        short = replace(view, landmarks={**view.landmarks, (LEFT, "SHD"): end})
        scene = ObjectScene(short, (FemurFracture(LEFT, FractureKind.TROCHANTERIC),))
        moved = scene.view.landmarks
        assert moved[LEFT, "SHD"].xy == pytest.approx(moved[LEFT, "SHP"].xy)
        assert np.hypot(*BodyFrame.of(scene.view).thighs[LEFT].direction) == pytest.approx(1.0)

    def test_a_broken_neck_has_no_neck_points(self, view) -> None:
        found = states(ObjectScene(view, (FemurFracture(LEFT, FractureKind.NECK),)), LEFT)
        assert found["NA"] is ABSENT and found["NB"] is ABSENT and found["FHC"] is VISIBLE

    def test_a_broken_neck_leaves_the_trochanter_on_the_shaft(self, view) -> None:
        for slant in (-30.0, 0.0, 30.0):
            fracture = FemurFracture(LEFT, FractureKind.NECK, 10.0, 0.0, 0.0, slant_deg=slant)
            scene = ObjectScene(view, (fracture,))
            moves = [
                np.subtract(scene.view.landmarks[LEFT, key].xy, view.landmarks[LEFT, key].xy)
                for key in ("GT", "SHP")
            ]
            assert moves[0] == pytest.approx(moves[1], abs=1e-6) and moves[0][1] < -5

    def test_without_motion_only_the_line_is_changed(self, view) -> None:
        still = FemurFracture(RIGHT, FractureKind.NECK, 0.0, 0.0, 0.0, gap_mm=0.0)
        scene = ObjectScene(view, (still,))
        old, new = (v.paths[BoneName.FEMUR_RIGHT].total for v in (view, scene.view))
        assert np.abs(old - new).max() < 1e-3
        assert scene.view.landmarks[RIGHT, "SHP"].xy == pytest.approx(
            view.landmarks[RIGHT, "SHP"].xy
        )


class TestCollimation:
    def test_what_lies_outside_the_field_is_absent(self, view) -> None:
        height, width = view.camera.shape
        lowest = max(p.xy[1] for (_, key), p in view.landmarks.items() if key == "SHP")
        shutter = Collimation(((width - 1) / 2, (lowest - 30) / 2), (width + 9.0, lowest - 30))
        scene = ObjectScene(view, (shutter,))
        found = states(scene, LEFT)
        assert found["SHP"] is ABSENT and found["SHD"] is ABSENT and found["FHC"] is VISIBLE
        field = scene.field_of_view().numpy()
        assert field[5, width // 2] and not field[height - 5, width // 2]

    def test_scatter_shows_beside_the_field_only(self, view) -> None:
        scene = ObjectScene(view, (Collimation((250.0, 200.0), (300.0, 300.0), grey=0.2),))
        film = scene.overlay()(torch.full(view.camera.shape, 0.7))
        assert film[200, 250] == pytest.approx(0.7)
        assert film[5, 5] == pytest.approx(0.2)


class TestDrawing:
    def test_text_is_drawn_where_it_was_asked_for(self, view) -> None:
        scene = ObjectScene(view, (FilmDrawing.text("AP", (40.0, 60.0), 30.0),))
        film = scene.overlay()(torch.zeros(view.camera.shape)).numpy()
        rows, columns = np.nonzero(film > 0.5)
        assert rows.min() == pytest.approx(60, abs=3) and rows.max() == pytest.approx(90, abs=3)
        assert columns.min() == pytest.approx(40, abs=3) and columns.max() < 110

    def test_a_dicom_file_says_that_something_is_burned_in(self, view) -> None:
        for objects, told in (((), "NO"), ((FilmDrawing.text("AP", (9.0, 9.0), 30.0),), "YES")):
            scene = ObjectScene(view, objects)
            film = SimulatedFilm(
                "case", np.eye(*view.camera.shape, dtype=np.float32), view.camera,
                scene.view.landmarks, 1.18, "ours", "test", objects=tuple(scene.describe()),
            )  # fmt: skip
            assert film_dataset(film).BurnedInAnnotation == told

    def test_text_of_the_mirrored_patient_still_reads(self, view) -> None:
        flipped = PlaneTransform.identity(view.camera.shape).flipped_horizontally()
        scene = ObjectScene(view, (FilmDrawing.text("AP", (40.0, 60.0), 30.0),))
        empty = torch.zeros(view.camera.shape)
        plain = scene.overlay()(empty).numpy()
        found = scene.overlay(flipped, relabelled=True)(empty).numpy()
        assert found == pytest.approx(plain, abs=1e-3)


class TestRandom:
    def test_the_same_seed_gives_the_same_objects(self, view) -> None:
        first, second = (random_objects(np.random.default_rng(5), view) for _ in range(2))
        assert first == second

    def test_every_random_scene_is_valid(self, view) -> None:
        many = ObjectShares(
            **dict.fromkeys(("marker", "ball", "shield", "tube", "fasteners"), 0.5),
            prosthesis=0.3, fixation=0.3, fracture=0.3, text=0.5, box=0.5, collimation=0.5,
        )  # fmt: skip
        small = PlaneTransform.identity(view.camera.shape).resized(0.2, 0.2)
        kinds = set()
        for seed in range(25):
            scene = ObjectScene(view, random_objects(np.random.default_rng(seed), view, many))
            kinds |= {type(item).__name__ for item in scene.objects}
            told = json.loads(json.dumps(scene.describe(), allow_nan=False))
            assert [each["object"] for each in told] == [type(o).__name__ for o in scene.objects]
            assert len(json.dumps(told)) < 8000
            for path in scene.view.paths.values():
                assert np.all(path.cortical >= 0) and np.all(path.cortical <= path.total)
            for id_, point in scene.view.landmarks.items():
                assert (point.xy is None) == (point.state is LandmarkState.PROSTHESIS), id_
            if scene.matter(small) is not None:
                for field in matter_of(scene, small).lengths.values():
                    assert torch.isfinite(field).all() and float(field.min()) >= 0
        assert len(kinds) >= 12

    def test_shares_of_zero_give_nothing(self, view) -> None:
        nothing = ObjectShares(**dict.fromkeys(ObjectShares.__dataclass_fields__, 0.0))
        assert random_objects(np.random.default_rng(1), view, nothing) == ()

    def test_a_share_above_one_is_refused(self) -> None:
        with pytest.raises(ConfigurationError, match="marker"):
            ObjectShares(marker=1.5)

    def test_an_impossible_implant_is_refused(self) -> None:
        with pytest.raises(ConfigurationError, match="stem_mm"):
            replace(HipProsthesis(LEFT), stem_mm=2000.0)
