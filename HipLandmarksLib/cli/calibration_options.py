"""Options that calibrate a film: a marker ball, a known length, a fixed magnification."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from ..errors import CalibrationError

if TYPE_CHECKING:
    from ..imaging import Calibration, HipImage, MarkerBall

Pixel = tuple[float, float]
DEFAULT_BALL_MM = 25.0


def add_calibration_options(parser: argparse.ArgumentParser) -> None:
    """Ball, ruler and magnification; positions are pixels of the image, column and row from 0."""
    group = parser.add_argument_group(
        "millimetres on a radiograph",
        "Positions are pixels of the image, 'column,row' from 0. A marker outranks what the file "
        "says, the file a fixed magnification.",
    )
    marker = group.add_mutually_exclusive_group()
    marker.add_argument(
        "--ball",
        type=_pixels,
        metavar="'X,Y X,Y X,Y'",
        help="three or more points on the rim of a marker ball, spread around it",
    )
    marker.add_argument(
        "--ball-centre",
        type=_pixel,
        metavar="X,Y",
        help="a point inside a marker ball; its rim is searched in the image",
    )
    marker.add_argument(
        "--ruler",
        nargs=2,
        metavar=("'X,Y X,Y'", "MM"),
        help="the two ends of a known length, and that length in mm",
    )
    group.add_argument(
        "--ball-mm",
        type=_length,
        metavar="MM",
        help=f"true diameter of the ball (default: {DEFAULT_BALL_MM:g})",
    )
    group.add_argument(
        "--magnification",
        type=float,
        metavar="FACTOR",
        help="fixed magnification of hip over detector, such as 1.2 for 120 %%",
    )


def calibrated(arguments: argparse.Namespace, image: HipImage) -> HipImage:
    """``image`` with the calibration that the options ask for; tells on stderr what came of it.

    Raises:
        CalibrationError: when a marker or a magnification cannot calibrate this image.
    """
    from ..imaging import choose_calibration, with_calibration

    check_calibration(arguments, has_image=True)
    if not _asked(arguments):
        return image
    marker = _marker(arguments, image)
    found = choose_calibration(image, marker=marker, magnification=arguments.magnification)
    if found.detail:
        print(f"{image.name}: calibrated: {found.detail}", file=sys.stderr)
    for remark in found.remarks:
        print(f"{image.name}: note: {remark}", file=sys.stderr)
    return image if found is image.calibration else with_calibration(image, found)


def check_calibration(arguments: argparse.Namespace, has_image: bool) -> None:
    """Refuse options that cannot be followed, before anything is computed.

    Raises:
        CalibrationError: without an image, or a ball's size without a ball.
    """
    if _asked(arguments) and not has_image:
        raise CalibrationError(
            "--ball, --ball-centre, --ruler and --magnification need --image: the radiograph on "
            "which the landmarks were placed."
        )
    if arguments.ball_mm is not None and arguments.ball is None and arguments.ball_centre is None:
        raise CalibrationError("--ball-mm goes with --ball or --ball-centre: say where it lies.")


def _asked(arguments: argparse.Namespace) -> bool:
    given = (arguments.ball, arguments.ball_centre, arguments.ruler, arguments.magnification)
    return any(option is not None for option in given)


def _marker(arguments: argparse.Namespace, image: HipImage) -> Calibration | None:
    from ..imaging import ball_calibration, ball_from_rim, find_ball, ruler_calibration

    true_mm = arguments.ball_mm or DEFAULT_BALL_MM
    ball: MarkerBall
    if arguments.ball is not None:
        ball = ball_from_rim(image, arguments.ball)
    elif arguments.ball_centre is not None:
        ball = find_ball(image, arguments.ball_centre, true_mm=true_mm)
    elif arguments.ruler is not None:
        first, second = _ends(arguments.ruler[0])
        return ruler_calibration(image, first, second, _ruler_mm(arguments.ruler[1]))
    else:
        return None
    return ball_calibration(image, ball, true_mm)


def _pixel(text: str) -> Pixel:
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"expected a pixel as column,row such as 812,344, got {text!r}"
        ) from None
    return (x, y)


def _pixels(text: str) -> list[Pixel]:
    return [_pixel(part) for part in text.split()]


def _length(text: str) -> float:
    try:
        length = float(text)
    except ValueError:
        length = 0.0
    if length > 0.0:
        return length
    raise argparse.ArgumentTypeError(f"expected a length in mm above 0, got {text!r}")


def _ends(text: str) -> tuple[Pixel, Pixel]:
    try:
        first, second = _pixels(text)
    except (ValueError, argparse.ArgumentTypeError):
        raise CalibrationError(
            f"--ruler needs its two ends as 'X,Y X,Y' and its length in mm; {text!r} are not two "
            "pixels."
        ) from None
    return first, second


def _ruler_mm(text: str) -> float:
    try:
        return _length(text)
    except argparse.ArgumentTypeError as error:
        raise CalibrationError(f"--ruler: {error}.") from None
