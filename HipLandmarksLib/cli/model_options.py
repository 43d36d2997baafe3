"""Which model reads an image: chosen by the kind of the image, or by name."""

from __future__ import annotations

import argparse
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ConfigurationError, ModelError

if TYPE_CHECKING:
    from ..anatomy import Side
    from ..imaging import HipImage

KINDS = ("xray", "mri")
SIDES = ("right", "left")
DISPLAY_NAMES = ("usual", "mirrored", "upside-down", "feet-left", "feet-right")
"""Names of :data:`HipLandmarksLib.imaging.DISPLAYS`; without numpy, so written down again."""


def add_model_options(group: argparse._ArgumentGroup) -> None:
    """Model, kind of the image, and what a film may not tell of itself."""
    group.add_argument(
        "--model",
        type=Path,
        metavar="BUNDLE",
        help="folder of a model bundle, or a name that 'hiplandmarks models list' shows "
        "(default: mri-coronal for MRI, xray-ap-pelvis for radiographs)",
    )
    group.add_argument(
        "--kind",
        choices=KINDS,
        help="what the image is, where its file does not tell (PNG, JPEG and other pictures)",
    )
    group.add_argument(
        "--side",
        choices=SIDES,
        help="the patient's side of the hip on a film of one hip, where its file does not tell",
    )
    group.add_argument(
        "--display",
        choices=DISPLAY_NAMES,
        help="how the picture shows the patient, where its file does not tell or is wrong: upright "
        "with the patient's right on the left (usual), that mirrored, or that turned",
    )


def as_stated(arguments: argparse.Namespace, image: HipImage) -> HipImage:
    """The image with the kind and the orientation that the options state.

    Raises:
        ConfigurationError: when the file tells another kind.
        ImageError: when a display is stated for a volume.
    """
    from ..imaging import DISPLAYS, Modality, with_orientation

    if arguments.kind is not None:
        stated = Modality.XRAY if arguments.kind == "xray" else Modality.MR
        if image.told_modality not in (stated, Modality.UNKNOWN):
            raise ConfigurationError(
                f"--kind {arguments.kind}: the file says that {image.name} is "
                f"{image.told_modality.words}; leave --kind out."
            )
        told = {key: fact for key, fact in image.metadata.items() if key != "format"}
        image = replace(image, modality=stated, metadata=told)  # no longer an open question
    if arguments.display is None:
        return image
    return with_orientation(image, *DISPLAYS[arguments.display])


def stated_side(arguments: argparse.Namespace) -> Side | None:
    """The side of ``--side``."""
    from ..anatomy import Side

    return None if arguments.side is None else Side(arguments.side[0].upper())


def chosen_bundle(arguments: argparse.Namespace, image: HipImage) -> Path:
    """Folder of the model for ``image``.

    Volumes of unknown kind (NIfTI and NRRD do not tell) are taken for MRI: films are single
    images.

    Raises:
        ConfigurationError: when it is a single image of unknown kind and no option tells it.
        HipLandmarksError: when the model does not come with this installation.
    """
    from ..detection import default_bundle
    from ..imaging import Modality

    if arguments.model is not None:
        return _named(arguments.model) or arguments.model
    known = image.told_modality
    if known is Modality.UNKNOWN:
        if image.n_slices == 1:
            raise ConfigurationError(
                f"{image.name} does not tell whether it is a radiograph or an MRI slice: add "
                "--kind xray or --kind mri."
            )
        known = Modality.MR
    return default_bundle(known)


def _named(model: Path) -> Path | None:
    """Folder of a model of the catalogue, where its name alone was given."""
    from ..detection.catalogue import ModelCatalogue

    if model.exists() or len(model.parts) != 1:
        return None
    with suppress(ModelError):
        return ModelCatalogue().find(model.name).folder
    return None
