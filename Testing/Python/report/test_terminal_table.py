"""The table on the terminal: right, left, difference, usual range; every flag explained."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, LandmarkState, Side
from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance
from HipLandmarksLib.measurement import (
    Measurement,
    MeasurementSettings,
    MeasurementTable,
    Sex,
    SideDifference,
    ViewPlane,
    measure,
)
from HipLandmarksLib.report import format_table, format_value
from HipLandmarksLib.report.sections import Section, grouped, section_of
from HipLandmarksLib.report.values import flag_of, format_difference, format_usual

ESCAPE = re.compile(r"\033\[[0-9;]*m")
NOTICE = "Research software, not a medical device."


def _line(table: str, start: str) -> str:
    return next(line for line in table.splitlines() if line.strip().startswith(start))


def _film(points: HipLandmarks, **changes: object) -> list[Measurement]:
    """Measured on a film that was not calibrated."""
    settings = MeasurementSettings(
        calibration=Calibration(SpacingProvenance.DETECTOR_PLANE), modality=Modality.XRAY
    )
    return measure(points, ViewPlane.coronal(), replace(settings, **changes))


def test_right_left_difference_and_range_stand_side_by_side(
    measurements: list[Measurement],
) -> None:
    right, left = (m for m in measurements if m.id == "alpha")
    table = format_table(measurements)
    head = next(line for line in table.splitlines() if "Right" in line)
    assert re.split(r" {2,}", head.strip()) == ["Right", "Left", "Right − left", "Usual range"]
    line = _line(table, "Alpha")
    assert line.index(format_value(right)) < line.rindex(format_value(left))
    assert "< 60° (a)" in line
    assert "(a) van Klij 2020" in table


def test_measurements_stand_in_sections(measurements: list[Measurement]) -> None:
    lines = format_table(measurements).splitlines()
    order = [lines.index(s.value) for s in Section if s.value in lines]
    assert order == sorted(order)
    head_neck, acetabulum = (lines.index(s.value) for s in list(Section)[:2])
    assert head_neck < lines.index(_line("\n".join(lines), "Alpha")) < acetabulum


def test_every_common_measurement_has_a_section() -> None:
    ids = MeasurementTable.load().ids
    assert {section_of(id_) for id_ in ids} <= set(Section) - {Section.OTHER}
    assert sorted(id_ for group in grouped(ids).values() for id_ in group) == sorted(ids)
    assert section_of("something new") is Section.OTHER


def test_degrees_are_whole_and_millimetres_halves(measurements: list[Measurement]) -> None:
    one = measurements[0]
    assert format_value(replace(one, value=43.4, unit="deg", sigma=None)) == "43°"
    assert format_value(replace(one, value=43.4, unit="deg", sigma=3.1)) == "43° ± 6°"
    assert format_value(replace(one, value=41.3, unit="mm", sigma=None)) == "41.5 mm"
    assert format_value(replace(one, value=41.3, unit="mm", sigma=2.0)) == "41.5 ± 4.0 mm"
    assert format_value(replace(one, value=None)) == "–"


def test_a_difference_says_which_side_in_words() -> None:
    longer = SideDifference("lt_depth_mm", "Leg length", "mm", 6.0, sigma=1.0, more="longer")
    assert format_difference(longer) == "R longer by 6.0 ± 2.0 mm"
    assert format_difference(replace(longer, sigma=None)) == "R longer by 6.0 mm"
    assert format_difference(replace(longer, value=-6.0)) == "L longer by 6.0 ± 2.0 mm"
    assert format_difference(replace(longer, value=None)) == ""
    assert format_difference(replace(longer, value=0.1)) == "no side difference"
    turned = replace(longer, unit="deg", more="larger")
    assert format_difference(turned) == "R larger by 6° ± 2°"


def test_a_difference_beyond_its_limit_is_flagged_with_its_class(
    measurements: list[Measurement],
) -> None:
    both = SideDifference(
        "alpha", "Alpha angle", "deg", 12.0, "Legs unlike.", 1.0, flag="more than 5 deg"
    )
    table = format_table(measurements, [both])
    assert "R larger by 12° ± 2° [1] !" in _line(table, "Alpha")
    assert "[1] Legs unlike." in table
    assert "! Alpha angle, R larger by 12° ± 2°: more than 5 deg" in table


@pytest.mark.parametrize(
    ("usual", "unit", "text"),
    [
        ((25.0, 39.0), "deg", "25–39°"),
        ((None, 60.0), "deg", "< 60°"),
        ((0.0, None), "mm", "≥ 0 mm"),
        ((-17.0, 7.0), "mm", "-17 to 7 mm"),
        ((17.0, 27.0), "%", "17–27 %"),
        (None, "deg", ""),
    ],
)
def test_usual_ranges_in_words(
    usual: tuple[float | None, float | None] | None, unit: str, text: str
) -> None:
    assert format_usual(usual, unit) == text


def _alpha(points: HipLandmarks, lcp: tuple[float, float], sigma: float = 0.1) -> Measurement:
    """Right alpha with the LCP at (lateral, cranial) mm from the head centre."""
    x, y, z = points[(Side.RIGHT, "FHC")].point()
    doubt = tuple(tuple(sigma**2 * (i == j) for j in range(3)) for i in range(3))
    moved = Landmark(Side.RIGHT, "LCP", (x - lcp[0], y, z + lcp[1]), covariance=doubt)
    sharp = [replace(p, covariance=doubt, confidence=None) for p in points.side(Side.RIGHT)]
    hip = HipLandmarks.of([moved if p.key == "LCP" else p for p in sharp if p.position])
    (alpha,) = [m for m in _film(hip) if m.id == "alpha" and m.side is Side.RIGHT]
    return alpha


def test_a_flag_tells_on_which_side_of_the_usual_range(landmarks: HipLandmarks) -> None:
    """The neck axis of the case points 36 degrees below the horizontal."""
    assert flag_of(_alpha(landmarks, (24.0, 0.0))) == ""
    assert flag_of(_alpha(landmarks, (24.0, 20.0))) == "▲"
    assert flag_of(_alpha(landmarks, (22.0, 10.0), sigma=1.5)) == "≈"


def test_a_flag_comes_with_its_class_and_is_no_diagnosis(landmarks: HipLandmarks) -> None:
    alpha = _alpha(landmarks, (24.0, 20.0))
    table = format_table([alpha])
    assert f"▲ Alpha angle, right, {format_value(alpha)}: 60 deg or more: cam range" in table
    assert "(p > 0.99 to lie above 60 deg)" in table
    assert "No class is a diagnosis." in " ".join(table.split())
    assert not re.search(r"\b(ab)?normal\b", table)


def test_a_borderline_value_says_how_likely_it_exceeds_the_limit(landmarks: HipLandmarks) -> None:
    alpha = _alpha(landmarks, (22.0, 10.0), sigma=1.5)
    line = _line(format_table([alpha]), "≈")
    assert f"borderline (p = {alpha.p_above_threshold:.2f} to lie above 60 deg)" in line


def test_a_value_that_one_side_lacks_is_a_dash_with_its_reason(
    landmarks: HipLandmarks, measurements: list[Measurement]
) -> None:
    measured = [
        replace(m, value=None, sigma=None, reason="Needs the left LCP (absent).", missing=("LCP",))
        if (m.id, m.side) == ("alpha", Side.LEFT)
        else m
        for m in measurements
    ]
    table = format_table(measured)
    line = _line(table, "Alpha")
    assert "– [" in line
    assert " 0" not in line
    number = line.split("– [")[1].split("]")[0]
    assert "left LCP" in _line(table, f"[{number}]")


def test_what_no_side_has_is_one_closing_line(measurements: list[Measurement]) -> None:
    table = format_table(measurements)
    assert not any(line.strip().startswith("Neck-shaft") for line in table.splitlines())
    assert table.count("Not measured:") == 1
    closing = " ".join(table[table.index("Not measured:") :].split())
    assert "SHD for" in closing and "Neck-shaft angle" in closing
    assert "NSA" not in closing, "names as in the table"
    assert "TD_R" not in closing, "both teardrops are named as such"


def test_a_point_that_one_side_lacks_is_named_with_its_side(landmarks: HipLandmarks) -> None:
    teardrop = landmarks.with_landmark(Landmark(Side.LEFT, "TD", (50.0, 3.0, -20.0)))
    table = format_table(_film(teardrop))
    closing = " ".join(table[table.index("Not measured:") :].split())
    assert "right TD for Pelvic obliquity (teardrops), Distance between the teardrops" in closing
    assert "_R" not in closing


def test_a_hip_that_nobody_annotated_is_told_once(landmarks: HipLandmarks) -> None:
    left = HipLandmarks.of(landmarks.side(Side.LEFT))
    table = format_table(_film(left))
    assert table.count("The right hip is not annotated.") == 1
    assert "Needs the right" not in table
    absent = Landmark(Side.RIGHT, "FHC", None, LandmarkState.ABSENT)
    looked_at = format_table(_film(left.with_landmark(absent)))
    assert "The right hip is not annotated." not in looked_at
    assert "right FHC (absent)" in " ".join(looked_at.split())


def _legs(landmarks: HipLandmarks) -> HipLandmarks:
    points = {"TD": (58.0, -18.0), "LT": (114.0, -62.0), "GT": (141.0, -3.0)}
    more = [
        Landmark(side, key, (sign * x, 3.0, z - 6.0 * (side is Side.RIGHT and key == "LT")))
        for side, sign in ((Side.RIGHT, -1), (Side.LEFT, 1))
        for key, (x, z) in points.items()
    ]
    return HipLandmarks.of([*landmarks.values(), *more])


def test_leg_length_has_a_line_of_its_own_under_pelvis(landmarks: HipLandmarks) -> None:
    text = format_table(_film(_legs(landmarks)), width=132)
    lines = text[text.index("\nPelvis") :]
    assert "R longer by 6.0 mm" in _line(lines, "Radiographic hip leg-length difference (LT)")
    assert "no side difference" in _line(lines, "Radiographic hip leg-length difference (GT)")
    assert "longer" not in _line(text, "Depth of the lesser trochanter")


def test_exchanged_sides_are_told_and_not_compared(landmarks: HipLandmarks) -> None:
    swapped = [replace(p, side=p.side.opposite) for p in _legs(landmarks).values()]
    table = " ".join(format_table(_film(HipLandmarks.of(swapped)), width=132).split())
    assert "longer" not in table and "larger" not in table
    assert "right and left may be exchanged" in table
    assert "Right and left are not compared" in table


def test_on_request_everything_has_its_row(measurements: list[Measurement]) -> None:
    table = format_table(measurements, everything=True)
    assert "Not measured" not in table
    line = _line(table, "Neck-shaft angle")
    assert line.count("–") >= 2
    for name in {m.name for m in measurements}:
        first = name.split()[0]
        assert any(row.strip().startswith(first) for row in table.splitlines()), name


def test_a_prosthesis_is_told_in_its_own_line(landmarks: HipLandmarks) -> None:
    x = [Landmark(side, "FHC", None, LandmarkState.PROSTHESIS) for side in Side]
    both = landmarks.with_landmark(x[0]).with_landmark(x[1])
    text = " ".join(format_table(_film(both)).split())
    assert "There is a prosthesis on the right side. There is a prosthesis on the left side" in text


def test_lengths_of_a_film_carry_the_badge_and_its_reason(landmarks: HipLandmarks) -> None:
    shaft = [
        Landmark(side, "SHD", (sign * 140.0, 0.0, -160.0))
        for side, sign in ((Side.RIGHT, -1), (Side.LEFT, 1))
    ]
    with_shaft = landmarks.with_landmark(shaft[0]).with_landmark(shaft[1])
    table = format_table(_film(with_shaft))
    assert "Millimetres: detector plane, not corrected." in table
    number = _line(table, "Femoral offset").split("[")[1][0]
    assert "calibrat" in _line(table, f"[{number}]") or "correct" in _line(table, f"[{number}]")


def test_a_fallback_reference_has_a_footnote(measurements: list[Measurement]) -> None:
    table = format_table(measurements)
    assert "Reference: the line through both femoral head centres" in table
    assert "[" in _line(table, "LCE")
    assert "teardrop" in table


def test_a_note_that_both_sides_share_is_printed_once(measurements: list[Measurement]) -> None:
    table = " ".join(format_table(measurements).split())
    assert table.count("both teardrops is not available") == 1


def test_a_flag_without_a_sentence_is_still_named(measurements: list[Measurement]) -> None:
    flagged = next(m for m in measurements if m.id == "lce")
    assert "reference fallback" in format_table([replace(flagged, reason="")])


def test_the_head_says_who_was_measured_and_how(
    image: HipImage, measurements: list[Measurement]
) -> None:
    settings = MeasurementSettings.for_image(image, sex=Sex.FEMALE, patient_age_years=34.0)
    text = format_table(measurements, settings=settings)
    assert "Patient: female, 34 years." in text
    assert "Millimetres: measured in the patient." in text
    unknown = format_table(measurements, settings=MeasurementSettings.for_image(image))
    assert "sex not known (--sex)" in unknown


@pytest.mark.parametrize("width", [40, 80, 100, 132, 400])
def test_lines_fit_the_terminal_and_the_notice_is_there(
    measurements: list[Measurement], width: int
) -> None:
    for everything in (False, True):
        table = format_table(measurements, width=width, everything=everything)
        assert max(map(len, table.splitlines())) <= min(max(width, 80), 132)
        assert table.endswith(NOTICE)


def test_colour_is_only_there_when_asked_for_and_changes_no_text(
    measurements: list[Measurement],
) -> None:
    plain = format_table(measurements, width=100)
    coloured = format_table(measurements, width=100, colour=True)
    assert not ESCAPE.search(plain)
    assert ESCAPE.search(coloured)
    stripped = [line.rstrip() for line in ESCAPE.sub("", coloured).splitlines()]
    assert stripped == plain.splitlines()


def test_a_short_finding_stands_below_its_value_and_a_long_one_below_the_table(
    measurements: list[Measurement],
) -> None:
    right = next(m for m in measurements if m.id == "alpha")
    table = format_table([replace(right, finding="no protrusio")])
    lines = table.splitlines()
    below = lines[lines.index(_line(table, "Alpha")) + 1 :]
    assert " ".join(" ".join(below).split()).startswith("no protrusio")
    told = "the spine lies inside the pelvic brim"
    table = format_table([replace(right, finding=told)])
    assert f"[1] Alpha angle: {told}." in table
    assert "[1" in _line(table, "Alpha")


def test_nothing_measured_is_no_table_but_the_notice() -> None:
    assert format_table([]).strip() == NOTICE


def test_what_needs_several_points_is_counted_when_there_is_much_of_it(
    landmarks: HipLandmarks,
) -> None:
    placed = ("FHC", "NA", "LAE", "LCP")
    few = HipLandmarks.of(point for (_, key), point in landmarks.items() if key in placed)
    table = format_table(_film(few))
    closing = " ".join(table[table.index("Not measured:") :].split())
    assert "MSO for Medial centre-edge angle" in closing
    assert "others that need more than one point (--all shows them)" in closing
    assert "Skinner" not in closing
