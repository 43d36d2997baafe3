"""The order in which a reader looks at points, and how far the review is."""

from __future__ import annotations

from dataclasses import replace

from review_case import LEFT, PLACE, READER, RIGHT, Clock, calibrated_hips, point, suppressed

from HipLandmarksLib.anatomy import HipLandmarks, LandmarkId, LandmarkState, Source, SourceKind
from HipLandmarksLib.review import (
    NOT_PLACED,
    DoubtKind,
    EditKind,
    PointState,
    Progress,
    Review,
    ReviewItem,
    ReviewList,
    next_open,
    order_remark,
)
from HipLandmarksLib.review.actions import absent, accepted, placed


def listed(review: Review, *offered: LandmarkId) -> list[ReviewItem]:
    return list(ReviewList().update(review, review.landmarks, offered))


def with_state(review: Review, id_: LandmarkId, state: PointState) -> Review:
    edit = review.planned(EditKind.MOVE, {id_: state}, Clock()())
    return review if edit is None else review.with_edit(edit)


def test_suppressed_points_come_first_then_the_largest_expected_error() -> None:
    items = listed(Review.begin(calibrated_hips(), PLACE), (LEFT, "GT"))
    assert [(item.id[0].value, item.id[1]) for item in items] == [
        *(("R", "MSO"), ("L", "LAE"), ("R", "LAE"), ("L", "TD"), ("R", "TD")),
        *(("L", "FHC"), ("R", "FHC"), ("L", "GT")),
    ]
    assert [item.doubt.kind for item in items[:2]] == [
        DoubtKind.SUPPRESSED,
        DoubtKind.EXPECTED_ERROR,
    ]
    assert (items[1].doubt.length, items[1].doubt.unit) == (6.0, "mm")
    assert order_remark([item.doubt for item in items]) == ""


def test_of_suppressed_points_the_likeliest_comes_first() -> None:
    points = [suppressed((RIGHT, key), (0.0, 0.0, 0.0), p) for key, p in (("GT", 0.1), ("LT", 0.4))]
    items = listed(Review.begin(HipLandmarks.of(points), PLACE))
    assert [item.id[1] for item in items] == ["LT", "GT"]


def test_without_calibration_the_spread_orders_and_that_is_said() -> None:
    sure, unsure = point(RIGHT, "GT", (0.0, 0.0, 0.0)), point(RIGHT, "LT", (0.0, 0.0, 0.0))
    wide = tuple(tuple(9.0 * v for v in row) for row in unsure.covariance or ())
    unsure = replace(unsure, covariance=wide)
    items = listed(Review.begin(HipLandmarks.of([sure, unsure]), PLACE))
    assert [(i.id[1], i.doubt.kind, i.doubt.length) for i in items] == [
        ("LT", DoubtKind.SPREAD, 6.0),
        ("GT", DoubtKind.SPREAD, 2.0),
    ]
    assert "not calibrated" in order_remark([item.doubt for item in items])


def test_points_without_a_model_have_the_order_of_the_table() -> None:
    reference = Source(SourceKind.REFERENCE, "truth")
    points = [replace(p, source=reference) for p in calibrated_hips().side(RIGHT)]
    items = listed(Review.begin(HipLandmarks.of(points), PLACE))
    assert [item.number for item in items] == [1, 2, 3, 4]
    assert "No model" in order_remark([item.doubt for item in items])


def test_numbers_are_those_of_the_asked_points_on_both_sides() -> None:
    items = {i.id: i for i in listed(Review.begin(calibrated_hips(), PLACE), (RIGHT, "ILM"))}
    assert {key: items[(RIGHT, key)].number for key in ("LAE", "MSO", "FHC", "TD")} == {
        "LAE": 1,
        "MSO": 2,
        "FHC": 3,
        "TD": 4,
    }
    assert items[(LEFT, "LAE")].number == 1
    assert items[(RIGHT, "ILM")].number == 5  # nobody asked for it


def test_progress_of_a_point() -> None:
    id_, review = (RIGHT, "FHC"), Review.begin(calibrated_hips(), PLACE)
    now = review.state(id_)

    def progress(state: PointState) -> Progress:
        return {i.id: i for i in listed(with_state(review, id_, state))}[id_].progress

    assert progress(now) is Progress.OPEN
    assert progress(accepted(id_, now)) is Progress.ACCEPTED
    assert progress(placed(id_, now, (-90.0, 0.0, 0.5), READER)) is Progress.EDITED
    assert progress(absent(id_, now, READER)) is Progress.EDITED
    assert progress(NOT_PLACED) is Progress.EDITED
    unplaced = {i.id: i for i in listed(review, (LEFT, "GT"))}[(LEFT, "GT")]
    assert unplaced.progress is Progress.UNPLACED and not unplaced.asked


def test_rows_stay_where_they_are_while_somebody_reviews() -> None:
    review, rows = Review.begin(calibrated_hips(), PLACE), ReviewList()
    before = rows.update(review, review.landmarks, ())
    review = with_state(review, (LEFT, "LAE"), placed((LEFT, "LAE"), NOT_PLACED, (1, 2, 3), READER))
    after = rows.update(review, review.landmarks, ())
    assert [item.id for item in after] == [item.id for item in before]
    assert [a.id for a, b in zip(after, before, strict=True) if a is not b] == [(LEFT, "LAE")]


def test_next_least_sure_passes_over_what_was_reviewed() -> None:
    review = Review.begin(calibrated_hips(), PLACE)
    visited = []
    while (item := next_open(listed(review), visited[-1] if visited else None)) is not None:
        visited.append(item.id)
        review = with_state(review, item.id, accepted(item.id, review.state(item.id)))
    assert visited == [item.id for item in listed(review)]
    assert review.state((RIGHT, "MSO")).landmark.state is LandmarkState.ABSENT
