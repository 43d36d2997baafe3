"""``BundleCard``: what a model is, how it is fed and read, and how good it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from ..errors import ConfigurationError, ModelError, UncertaintyError
from ..networks import NetworkSpec
from ..uncertainty import Calibration
from .bundle_files import FORMAT
from .channels import Channels
from .decoding import Decoder
from .film_card import FilmSettings
from .limbs import LimbChannels
from .partners import PartnerBelief
from .preprocessing import Preprocessing


class ImageFrame(str, Enum):
    """What a network is shown."""

    VOLUME = "volume"
    """Slices of a volume, or single images, at a spacing in mm (:class:`Preprocessing`)."""
    FILM = "film"
    """A whole film in a square (:func:`.film_frame.whole_film_frame`): the first pass."""
    HIP = "hip"
    """One hip of a film as a right hip (:func:`.film_hip.hip_frame`): the second pass."""


@dataclass(frozen=True)
class BundleCard:
    """What a model is, how it is fed and read, what it was trained on and how good it is.

    Attributes:
        id: short name, e.g. ``mri-coronal``.
        version: of the weights.
        description: one or two sentences for people.
        modality: ``MR`` or ``XRAY``.
        network, channels, preprocessing, decoder: everything that makes points from pixels.
        slice_offset_mm: where the measuring slice lies behind the femoral head centre (a mean
            of the training references), for the automatic choice of the slice.
        presence_threshold: below this presence a landmark is reported absent.
        mirror: average with the mirrored image (test-time augmentation).
        training: data, licence, recipe.
        performance: measured errors, and on what.
        limitations: where it fails.
        sha256: of the weights file.
        limb_names: the limbs of the network's fields in their order, such as ``R:FHC-R:NA``;
            when empty they are taken from the landmarks (see :meth:`LimbChannels.of_count`).
        limb_variances: variance of each limb's projection on training pairs; empty when it was
            not measured: all limbs weigh the same.
        limb_partners: how much the landmarks at the other ends of the limbs are believed.
        frame: what the network is shown; ``preprocessing`` counts for volumes only.
        film: how films are read, for the first pass of a film model; else None.
        calibration: what makes the model's doubt honest, on the card of the whole model; None:
            it was not calibrated, and its doubt is what the network states.
        marrow_rim: whether head centre and cam point are put on the edges that the image shows
            (:mod:`.volume_refinement`), for models of MRI with bright marrow.

    Raises:
        ConfigurationError: when limbs or variances do not belong to the network's fields, or
            landmarks and film settings not to the frame.
    """

    id: str
    version: str
    description: str
    modality: str
    network: NetworkSpec
    channels: Channels
    preprocessing: Preprocessing
    decoder: Decoder = field(default_factory=Decoder)
    slice_offset_mm: float = 0.0
    presence_threshold: float = 0.5
    mirror: bool = False
    training: Mapping[str, Any] = field(default_factory=dict)
    performance: Mapping[str, Any] = field(default_factory=dict)
    limitations: tuple[str, ...] = ()
    sha256: str = ""
    limb_names: tuple[str, ...] = ()
    limb_variances: tuple[float, ...] = ()
    limb_partners: PartnerBelief = PartnerBelief.ALIKE
    frame: ImageFrame = ImageFrame.VOLUME
    film: FilmSettings | None = None
    calibration: Calibration | None = None
    marrow_rim: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "frame", ImageFrame(self.frame))
        self._check_frame()
        if not self.limb_names:
            limbs = LimbChannels.of_count(self.channels, self.network.limbs)
            object.__setattr__(self, "limb_names", tuple(limbs.names))
        variances = self.limb_variances
        if len(self.limbs) != self.network.limbs:
            raise ConfigurationError(
                f"The card names {len(self.limbs)} limbs for {self.network.limbs} fields."
            )
        if variances and (
            len(variances) != self.network.limbs or not all(v > 0 for v in variances)
        ):
            raise ConfigurationError(
                "The card needs one positive variance for every limb, or none."
            )

    def _check_frame(self) -> None:
        if self.channels.one_hip != (self.frame is ImageFrame.HIP):
            raise ConfigurationError(
                f"A model of one hip has landmarks of one side, any other one those of both; "
                f"{self.id} does not (frame {self.frame.value})."
            )
        if (self.film is not None) != (self.frame is ImageFrame.FILM):
            raise ConfigurationError(
                f"The card of a whole-film model says how films are read, no other one does; "
                f"{self.id} has the frame {self.frame.value}."
            )

    @property
    def limbs(self) -> LimbChannels:
        """Which landmarks the network's fields join."""
        return LimbChannels.from_names(self.channels, self.limb_names)

    @property
    def edge(self) -> str:
        """What LAE and MSO mark: the rim of the ``bone``, or the ends of the ``sourcil``."""
        return "bone" if self.film is None else self.film.edge

    @property
    def views(self) -> str:
        """Name of the views that the model is averaged over unless one asks for others."""
        return "mirror" if self.mirror else "none"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; inverse of :meth:`from_dict`."""
        return {
            "format": FORMAT,
            "id": self.id,
            "version": self.version,
            "description": self.description,
            "modality": self.modality,
            "research_use": "Research software, not a medical device.",
            "network": self.network.to_dict(),
            "channels": self.channels.names,
            **self._frame_facts(),
            "decoder": vars(self.decoder),
            "slice_offset_mm": self.slice_offset_mm,
            "presence_threshold": self.presence_threshold,
            "mirror": self.mirror,
            "training": dict(self.training),
            "performance": dict(self.performance),
            "limitations": list(self.limitations),
            "sha256": self.sha256,
            **self._limb_facts(),
            **({"marrow_rim": True} if self.marrow_rim else {}),
            **({} if self.calibration is None else {"calibration": self.calibration.to_dict()}),
        }

    def _frame_facts(self) -> dict[str, Any]:
        """Volumes are not told: that is what older cards mean."""
        if self.frame is ImageFrame.VOLUME:
            return {"preprocessing": self.preprocessing.to_dict()}
        film = {} if self.film is None else {"film": self.film.to_dict()}
        return {"frame": self.frame.value, **film}

    def _limb_facts(self) -> dict[str, Any]:
        """Nothing for a network without fields."""
        if not self.limb_names:
            return {}
        lists = {"limbs": self.limb_names, "limb_variances": self.limb_variances}
        facts: dict[str, Any] = {name: list(values) for name, values in lists.items() if values}
        return {**facts, "limb_partners": self.limb_partners.value}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> BundleCard:
        """Read a card.

        Raises:
            ModelError: when the format is another one or a field is missing or invalid.
        """
        if data.get("format") != FORMAT:
            raise ModelError(
                f"The model card has format {data.get('format')!r}; this version reads {FORMAT!r}."
            )
        try:
            return cls(
                network=NetworkSpec.from_dict(dict(data["network"])),
                **_frame_fields(data),
                decoder=Decoder(**data["decoder"]),
                limitations=tuple(data.get("limitations", ())),
                limb_names=tuple(data.get("limbs", ())),
                limb_variances=tuple(float(v) for v in data.get("limb_variances", ())),
                limb_partners=PartnerBelief(data.get("limb_partners", PartnerBelief.ALIKE)),
                calibration=_calibration(data.get("calibration")),
                marrow_rim=bool(data.get("marrow_rim", False)),
                **{name: data[name] for name in _PLAIN_FIELDS},
            )
        except (KeyError, TypeError, ValueError, ConfigurationError) as error:
            raise ModelError(f"The model card is incomplete or invalid: {error}") from error
        except UncertaintyError as error:
            raise ModelError(f"The model {data['id']} cannot be used. {error}") from error


_PLAIN_FIELDS = (
    "id",
    "version",
    "description",
    "modality",
    "slice_offset_mm",
    "presence_threshold",
    "mirror",
    "training",
    "performance",
    "sha256",
)


def _calibration(data: Mapping[str, Any] | None) -> Calibration | None:
    return None if data is None else Calibration.from_dict(data)


def _frame_fields(data: Mapping[str, Any]) -> dict[str, Any]:
    frame = ImageFrame(data.get("frame", ImageFrame.VOLUME))
    volume = frame is ImageFrame.VOLUME
    return {
        "frame": frame,
        "channels": Channels.from_names(data["channels"], frame is ImageFrame.HIP),
        "preprocessing": Preprocessing(**data["preprocessing"]) if volume else Preprocessing(),
        "film": FilmSettings.from_dict(data["film"]) if "film" in data else None,
    }
