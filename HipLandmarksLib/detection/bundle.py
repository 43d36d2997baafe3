"""A model bundle: ``model.json`` (the card) and ``weights.safetensors``, tied by SHA-256."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from ..errors import ConfigurationError, ModelError
from ..files import atomic_path, write_text_atomic
from ..networks import LandmarkNetwork, NetworkSpec, build_network
from ..resources import resource_path
from .channels import Channels
from .decoding import Decoder
from .limb_scores import PartnerBelief
from .limbs import LimbChannels
from .preprocessing import Preprocessing
from .tensors import save_tensors

FORMAT = "hiplandmarks-bundle-1"
CARD_NAME = "model.json"
WEIGHTS_NAME = "weights.safetensors"


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

    Raises:
        ConfigurationError: when limbs or variances do not belong to the network's fields.
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

    def __post_init__(self) -> None:
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

    @property
    def limbs(self) -> LimbChannels:
        """Which landmarks the network's fields join."""
        return LimbChannels.from_names(self.channels, self.limb_names)

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
            "preprocessing": self.preprocessing.to_dict(),
            "decoder": vars(self.decoder),
            "slice_offset_mm": self.slice_offset_mm,
            "presence_threshold": self.presence_threshold,
            "mirror": self.mirror,
            "training": dict(self.training),
            "performance": dict(self.performance),
            "limitations": list(self.limitations),
            "sha256": self.sha256,
            **self._limb_facts(),
        }

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
                channels=Channels.from_names(data["channels"]),
                preprocessing=Preprocessing(**data["preprocessing"]),
                decoder=Decoder(**data["decoder"]),
                limitations=tuple(data.get("limitations", ())),
                limb_names=tuple(data.get("limbs", ())),
                limb_variances=tuple(float(v) for v in data.get("limb_variances", ())),
                limb_partners=PartnerBelief(data.get("limb_partners", PartnerBelief.ALIKE)),
                **{name: data[name] for name in _PLAIN_FIELDS},
            )
        except (KeyError, TypeError, ValueError, ConfigurationError) as error:
            raise ModelError(f"The model card is incomplete or invalid: {error}") from error


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


def save_bundle(folder: Path | str, card: BundleCard, network: LandmarkNetwork) -> BundleCard:
    """Write weights (float16 where it can hold them) and card; returns the card with its checksum.

    The weights come first and the card last, so that a bundle with a card is complete.

    Raises:
        ModelError: when a weight is not a finite number.
    """
    folder = Path(folder)
    broken = [name for name, tensor in network.state_dict().items() if not _is_finite(tensor)]
    if broken:
        raise ModelError(
            f"The model {card.id} is not written: {broken[0]} holds numbers that are not finite. "
            "Train it again with a lower learning rate."
        )
    tensors = {name: _stored(tensor) for name, tensor in network.state_dict().items()}
    with atomic_path(folder / WEIGHTS_NAME) as temporary:
        save_tensors(tensors, temporary)
    sealed = BundleCard(**{**vars(card), "sha256": _sha256(folder / WEIGHTS_NAME)})
    write_card(folder, sealed)
    return sealed


def write_card(folder: Path | str, card: BundleCard) -> None:
    """Write ``model.json`` alone, e.g. after measured performance has been added."""
    write_text_atomic(Path(folder) / CARD_NAME, json.dumps(card.to_dict(), indent=1) + "\n")


def load_card(folder: Path | str) -> BundleCard:
    """Read the card of a bundle.

    Raises:
        ModelError: when the folder holds no readable card.
    """
    path = Path(folder) / CARD_NAME
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(
            f"{folder} is not a model bundle ({CARD_NAME} cannot be read); give the folder that "
            f"holds {CARD_NAME} and {WEIGHTS_NAME}."
        ) from error
    except ValueError as error:
        raise ModelError(f"{path} is damaged: {error}") from error
    if not isinstance(data, dict):
        raise ModelError(f"{path} is damaged: it holds no card.")
    return BundleCard.from_dict(data)


def load_bundle(folder: Path | str) -> tuple[BundleCard, LandmarkNetwork]:
    """Read a bundle whose weights are the ones its card names.

    Raises:
        ModelError: when a part is missing, altered or does not fit.
    """
    card = load_card(folder)
    weights = Path(folder) / WEIGHTS_NAME
    if not weights.is_file():
        raise ModelError(f"The model {card.id} is incomplete: {weights} is missing.")
    if _sha256(weights) != card.sha256:
        raise ModelError(
            f"The weights of the model {card.id} are not the ones its card names (SHA-256 "
            "differs): the file is damaged or was exchanged. Copy the whole bundle again."
        )
    try:
        network = build_network(card.network)
        tensors = {name: tensor.float() for name, tensor in load_file(weights).items()}
        network.load_state_dict(_with_counters(tensors, network))
    except (SafetensorError, RuntimeError, ConfigurationError) as error:
        raise ModelError(
            f"The weights of the model {card.id} do not fit its card: {error}"
        ) from error
    return card, network.eval()


def default_bundle() -> Path:
    """Folder of the bundle that ships with HipLandmarks for coronal MRI.

    Raises:
        HipLandmarksError: when this installation has none.
    """
    return resource_path("Models", "mri-coronal")


def _stored(tensor: Tensor) -> Tensor:
    """Float16 ends at 65504; the variance of a layer's activations can lie beyond."""
    tensor = tensor.detach().cpu().contiguous()
    if not tensor.is_floating_point():
        return tensor
    short = tensor.half()
    return short if _is_finite(short) else tensor.float()


def _is_finite(tensor: Tensor) -> bool:
    return not tensor.is_floating_point() or bool(torch.isfinite(tensor).all())


def _with_counters(tensors: dict[str, Tensor], network: LandmarkNetwork) -> dict[str, Tensor]:
    """Integer buffers (batch counters) keep their type."""
    types = {name: tensor.dtype for name, tensor in network.state_dict().items()}
    return {name: tensor.to(types.get(name, torch.float32)) for name, tensor in tensors.items()}


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
