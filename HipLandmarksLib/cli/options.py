"""What several commands share: measurement options, and the list of written files."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..imaging import Calibration, Modality
    from ..measurement import MeasurementSettings
    from ..report import WrittenResults

REFERENCES = ("teardrop", "ischium", "triradiate", "fhc", "image")
EDGES = ("sourcil", "bone")


def add_measurement_options(parser: argparse.ArgumentParser) -> None:
    """Reference line, roof edge and threshold set."""
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
        default="bone",
        help="what LAE marks: end of the sclerotic roof or bony rim (default: bone)",
    )
    group.add_argument(
        "--thresholds",
        metavar="SET",
        default="consensus_60",
        help="name of the threshold set (default: consensus_60)",
    )


def settings_of(
    arguments: argparse.Namespace, calibration: Calibration, modality: Modality
) -> MeasurementSettings:
    """Measurement settings from the options and what is known of the image.

    Raises:
        ConfigurationError: when the threshold set is unknown.
    """
    from ..measurement import Edge, MeasurementSettings, Reference, threshold_set

    threshold_set(arguments.thresholds)  # refuse a wrong name before anything is computed
    return MeasurementSettings(
        calibration=calibration,
        modality=modality,
        reference=Reference(arguments.reference),
        edge=Edge(arguments.edge),
        threshold_set=arguments.thresholds,
    )


def print_results(written: WrittenResults) -> None:
    """Say where the results lie, and what was left out and why."""
    for remark in written.remarks:
        print(remark)
    print(f"Results in {written.folder}:")
    for file in written.files:
        print(f"  {file.name}")
