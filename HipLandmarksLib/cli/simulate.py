"""``hiplandmarks simulate``: simulated radiographs with their exact landmarks and measurements."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from .progress import progress_bar

if TYPE_CHECKING:
    from ..synthesis.radiograph.dataset import Report, ViewMaker
    from ..synthesis.radiograph.sources import SubjectSource

NAME = "simulate"
SUMMARY = "write simulated pelvic radiographs with exact landmarks and their true measurements"
DESCRIPTION = (
    "Simulate anteroposterior radiographs of the pelvis and hips: of the built-in phantom, or of\n"
    "bone surfaces that you supply. For every film FILM the folder gets\n"
    "  FILM.dcm or FILM.png          the film; DICOM has pixel size and magnification\n"
    "  FILM_landmarks.json           every landmark with its exact state\n"
    "  FILM_right/_left.mrk.json     the same as markups of 3D Slicer\n"
    "  FILM_measurements.csv/.json   the true measurements\n"
    "beside dataset.json (what it is made from, licence) and films.jsonl (one line per film).\n"
    "The folder can be trained on as it is. Films depend on seed and options alone, not on the\n"
    "number of workers; stop at any time, the same command goes on. --format views writes bones\n"
    "without appearance, of which a training makes new films every time."
)
EXAMPLES = """examples:
  hiplandmarks simulate --count 20
  hiplandmarks simulate --count 500 --seed 7 --workers 4 --out films --pixel-mm 0.3
  hiplandmarks simulate --bones my-bones --count 200 --look robust --format png
  hiplandmarks simulate --count 30 --objects prosthesis=0.5 marker=1 ball=1
  hiplandmarks simulate --bones my-bones --subjects z001 z013 --framing hip --count 50
  hiplandmarks simulate --bones my-bones --count 2000 --format views --pixel-mm 0.8 --out views

bone surfaces: one folder per subject with Hip_R.ply, Hip_L.ply, Femur_R.ply, Femur_L.ply and
Sacrum.ply (closed meshes, RAS mm), such as VSDFullBodyBoneModels (CC BY-NC-SA 4.0).
"""

FORMATS = ("dicom", "png", "views")
LOOKS = ("realistic", "robust")
FRAMINGS = ("pelvis", "low-pelvis", "close", "hip")
OBJECTS = (
    "marker",
    "ball",
    "shield",
    "tube",
    "fasteners",
    "prosthesis",
    "fixation",
    "fracture",
    "text",
    "box",
    "line",
    "collimation",
)
_LEAST_PIXEL_MM, _LARGEST_PIXEL_MM = 0.1, 2.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        default=Path("simulated-films"),
        help="folder to write into, or to go on with (default: simulated-films)",
    )
    parser.add_argument(
        "--count", type=_count, default=10, metavar="N", help="number of films (default: 10)"
    )
    parser.add_argument(
        "--seed", type=_seed, default=0, metavar="S", help="other seed, other films (default: 0)"
    )
    parser.add_argument(
        "--workers", type=_count, default=1, metavar="W", help="processes (default: 1)"
    )
    _add_bones(parser)
    _add_films(parser)


def _add_bones(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("bones")
    group.add_argument(
        "--bones",
        type=Path,
        metavar="FOLDER",
        help="bone surfaces, one subfolder per subject (default: the built-in phantom, another "
        "one for every film)",
    )
    group.add_argument(
        "--subjects",
        nargs="+",
        metavar="NAME",
        help="only these subjects of FOLDER, such as those that a training must not see",
    )
    group.add_argument(
        "--as-they-are",
        action="store_true",
        help="leave the bones of FOLDER in their own shape (default: every film has another size, "
        "proportions, cam, cover, neck angle and version, to make a population of few subjects)",
    )
    group.add_argument(
        "--bones-licence",
        metavar="TEXT",
        help="licence of the surfaces, for dataset.json (default: CC BY-NC-SA 4.0 for subjects "
        "named like those of VSDFullBodyBoneModels, else that it is to be asked for)",
    )


def _add_films(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("films")
    group.add_argument(
        "--format",
        choices=FORMATS,
        default="dicom",
        help="DICOM with 12 bits, PNG with 8 bits and without pixel size, or views for training "
        "(default: dicom)",
    )
    group.add_argument(
        "--look",
        choices=LOOKS,
        default="realistic",
        help="as films of several vendors look, or far beyond that so that a model learns to "
        "look past appearances (default: realistic)",
    )
    group.add_argument(
        "--objects",
        nargs="+",
        type=_objects,
        metavar="KIND=SHARE",
        help="what lies on the films, and on which share of them, such as 'marker=1 ball=0.5'; "
        "'none' for nothing (default: a mixture as in a department; not for views). Kinds: "
        f"{', '.join(OBJECTS)}",
    )
    group.add_argument(
        "--pixel-mm",
        nargs="+",
        type=_pixel,
        default=[0.4],
        metavar="MM",
        help="pixel size on the detector, or smallest and largest (default: 0.4; real films have "
        "0.14 to 0.2, which takes longer)",
    )
    group.add_argument(
        "--framing",
        nargs="+",
        choices=FRAMINGS,
        metavar="KIND",
        help=f"only films of these kinds: {', '.join(FRAMINGS)} (default: a mixture, mostly "
        "whole pelves)",
    )


def run(arguments: argparse.Namespace) -> None:
    """Make the films and say where they lie.

    Raises:
        HipLandmarksError: when the bones or the folder cannot be used.
    """
    from ..report import check_folder

    check_folder(arguments.out)
    with progress_bar() as report:
        maker = _view_maker(arguments, _source(arguments, report))
        if arguments.format == "views":
            made, refused = _views(arguments, maker, report)
        else:
            made, refused = _films(arguments, maker, report)
    what = "Views" if arguments.format == "views" else "Films"
    print(f"{what}: {made} in {arguments.out}")
    for reason in refused:
        print(f"Not made: {reason}")
    print(f"Licence: {maker.source.licence}")


def _source(arguments: argparse.Namespace, report: Report) -> SubjectSource:
    from ..errors import ConfigurationError
    from ..synthesis.radiograph.sources import BoneSource, PhantomSource, licence_of

    if arguments.bones is None:
        if arguments.subjects or arguments.bones_licence or arguments.as_they_are:
            raise ConfigurationError("--subjects, --as-they-are and --bones-licence need --bones.")
        return PhantomSource()
    names = set(arguments.subjects) if arguments.subjects else None
    licence = arguments.bones_licence or licence_of(arguments.bones)
    return BoneSource.read(arguments.bones, licence, names, not arguments.as_they_are, report)


def _view_maker(arguments: argparse.Namespace, source: SubjectSource) -> ViewMaker:
    from ..errors import ConfigurationError
    from ..synthesis.radiograph.dataset import ViewMaker
    from ..synthesis.radiograph.framing import CameraSettings, Framing

    if len(arguments.pixel_mm) > 2:
        raise ConfigurationError("--pixel-mm takes one size, or the smallest and the largest.")
    pixel_mm = (arguments.pixel_mm[0], arguments.pixel_mm[-1])
    usual = CameraSettings()
    wanted = [Framing(name.replace("-", " ")) for name in arguments.framing or FRAMINGS]
    shares = {framing: usual.shares[framing] for framing in wanted}
    return ViewMaker(source, arguments.seed, CameraSettings(pixel_mm, shares))


def _views(
    arguments: argparse.Namespace, maker: ViewMaker, report: Report
) -> tuple[int, list[str]]:
    from ..synthesis.radiograph.dataset import make_views

    store = make_views(maker, arguments.out, arguments.count, arguments.workers, report)
    return len(store), [f"view {each.number}: {each.reason}" for each in store.refused]


def _films(
    arguments: argparse.Namespace, maker: ViewMaker, report: Report
) -> tuple[int, list[str]]:
    from ..synthesis.radiograph.files import FilmFormat
    from ..synthesis.radiograph.film_maker import FilmMaker
    from ..synthesis.radiograph.look import Preset
    from ..synthesis.radiograph.objects import ObjectShares
    from .simulate_films import make_films

    objects = ObjectShares()
    if arguments.objects is not None:
        shares = dict(each for each in arguments.objects if each is not None)
        objects = ObjectShares(**{**dict.fromkeys(OBJECTS, 0.0), **shares})
    films = FilmMaker(maker, Preset(arguments.look), objects)
    kind = FilmFormat(arguments.format)
    return make_films(films, arguments.out, kind, arguments.count, arguments.workers, report)


def _count(text: str) -> int:
    return _whole(text, 1)


def _seed(text: str) -> int:
    return _whole(text, 0)


def _whole(text: str, least: int) -> int:
    if text.isdecimal() and int(text) >= least:
        return int(text)
    raise argparse.ArgumentTypeError(f"expected a whole number from {least}, got {text!r}")


def _objects(text: str) -> tuple[str, float] | None:
    """(kind, share), None for the word none."""
    if text == "none":
        return None
    kind, _, share = text.partition("=")
    try:
        value = float(share or "1")
    except ValueError:
        value = -1.0
    if kind in OBJECTS and 0.0 <= value <= 1.0:
        return kind, value
    raise argparse.ArgumentTypeError(
        f"expected KIND=SHARE with a share of 0 to 1, or none, got {text!r}; kinds are "
        f"{', '.join(OBJECTS)}"
    )


def _pixel(text: str) -> float:
    try:
        size = float(text)
    except ValueError:
        size = 0.0
    if _LEAST_PIXEL_MM <= size <= _LARGEST_PIXEL_MM:
        return size
    raise argparse.ArgumentTypeError(
        f"expected a pixel size of {_LEAST_PIXEL_MM:g} to {_LARGEST_PIXEL_MM:g} mm, got {text!r}"
    )
