"""What several commands share: measurement options, and the list of written files."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..imaging import Calibration, HipImage, Modality
    from ..measurement import MeasurementSettings
    from ..report import WrittenResults

REFERENCES = ("teardrop", "ischium", "triradiate", "fhc", "image")
EDGES = ("sourcil", "bone")
SEXES = ("F", "M", "female", "male")
OLDEST_YEARS = 120.0
TTA = ("none", "mirror", "standard", "paper1")
"""Names of the views that can be averaged; without torch, so written down here again."""


def add_device_option(group: argparse._ArgumentGroup) -> None:
    """``--device``: which processor runs the model."""
    group.add_argument(
        "--device",
        choices=("auto", "cpu", "cuda", "mps"),
        default="auto",
        help="processor to run the model on (default: auto)",
    )


def add_tta_option(group: argparse._ArgumentGroup) -> None:
    """Which views of an image are averaged at test time."""
    group.add_argument(
        "--tta",
        choices=TTA,
        default=None,
        help="test-time augmentation, the views that are averaged on the slices that are read: "
        "the image alone, also its mirror image, 6 views, or the 17 of paper 1; each costs one "
        "more run of the network (default: what the model's card says)",
    )


def add_measurement_options(parser: argparse.ArgumentParser) -> None:
    """Reference line, roof edge, threshold set, patient, points beyond the common ones."""
    group = parser.add_argument_group("measurement")
    group.add_argument(
        "--reference",
        choices=REFERENCES,
        default="teardrop",
        help="line that counts as horizontal (default: teardrop); when its points are missing "
        "the next of the list is taken and the result is flagged",
    )
    group.add_argument(
        "--edge",
        choices=EDGES,
        help="what LAE marks: end of the sclerotic roof or bony rim (default: what the model of "
        "the points marks, else bone)",
    )
    group.add_argument(
        "--thresholds",
        metavar="SET",
        default="consensus_60",
        help="set of published limits: consensus_60 (default), paper1_65, gosvig_ap_sex, "
        "noetzli_55",
    )
    group.add_argument(
        "--sex",
        choices=SEXES,
        metavar="F|M",
        help="sex of the patient, for limits that differ (default: as the image says; both "
        "limits when it is not known)",
    )
    group.add_argument(
        "--age",
        type=_age,
        metavar="YEARS",
        help="age of the patient in years (default: as the image says; below 16 the limits of "
        "adults are off)",
    )
    group.add_argument(
        "--extra",
        action="store_true",
        help="also what needs points beyond the common ones: acetabular walls, symphysis, "
        "physeal scar and the like",
    )
    group.add_argument(
        "--reader-sd",
        type=float,
        metavar="MM",
        help="standard deviation per axis of points that people place, in mm at the hip: gives "
        "their measurements an uncertainty (default: not known, and none is stated)",
    )


def settings_of(
    arguments: argparse.Namespace,
    calibration: Calibration,
    modality: Modality,
    image: HipImage | None = None,
) -> MeasurementSettings:
    """Measurement settings from the options and what is known of the image.

    Args:
        arguments: with the options of :func:`add_measurement_options`.
        calibration, modality: of the image.
        image: tells sex and age where the options do not; None when there is no image.

    Raises:
        ConfigurationError: when the threshold set is unknown.
    """
    from ..measurement import Edge, MeasurementSettings, Reference, Sex, threshold_set

    threshold_set(arguments.thresholds)  # refuse a wrong name before anything is computed
    known: dict[str, Any] = {"sex": Sex.UNKNOWN, "patient_age_years": None}
    if image is not None:
        of_image = MeasurementSettings.for_image(image)
        known = {"sex": of_image.sex, "patient_age_years": of_image.patient_age_years}
    if arguments.sex is not None:
        known["sex"] = Sex(arguments.sex[0].upper())
    if arguments.age is not None:
        known["patient_age_years"] = arguments.age
    return MeasurementSettings(
        calibration=calibration,
        modality=modality,
        reference=Reference(arguments.reference),
        edge=Edge(arguments.edge or "bone"),
        threshold_set=arguments.thresholds,
        extra_points=arguments.extra,
        reader_sigma_mm=arguments.reader_sd,
        **known,
    )


def print_results(written: WrittenResults) -> None:
    """Say where the results lie, and what was left out and why."""
    for remark in written.remarks:
        print(remark)
    print(f"Results in {written.folder}:")
    for file in written.files:
        print(f"  {file.name}")


def _age(text: str) -> float:
    try:
        years = float(text)
    except ValueError:
        years = -1.0
    if 0.0 <= years <= OLDEST_YEARS:
        return years
    raise argparse.ArgumentTypeError(f"expected an age in years, got {text!r}")
