"""One registry for every network: an architecture of segmentation-models-pytorch and an encoder."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import segmentation_models_pytorch as smp
import torch
from torch import Tensor, nn

from ..errors import ConfigurationError


@dataclass(frozen=True)
class NetworkSpec:
    """Everything that is needed to build a network again.

    Attributes:
        architecture: name of an smp architecture, e.g. ``UnetPlusPlus``.
        encoder: name of an smp or ``tu-`` (timm) encoder, e.g. ``resnet18``.
        depth: number of encoder stages; the input must be a multiple of ``2**depth``.
        decoder_channels: decoder widths from coarse to fine; empty for the architecture's own.
        in_channels: image channels.
        landmarks: number of heatmaps.
    """

    architecture: str = "UnetPlusPlus"
    encoder: str = "resnet18"
    depth: int = 5
    decoder_channels: tuple[int, ...] = ()
    in_channels: int = 1
    landmarks: int = 12

    def __post_init__(self) -> None:
        if not 3 <= self.depth <= 5:
            raise ConfigurationError(f"The network depth must be 3, 4 or 5, not {self.depth}.")
        if self.decoder_channels and len(self.decoder_channels) != self.depth:
            raise ConfigurationError(
                f"decoder_channels needs one width per stage ({self.depth}), "
                f"got {len(self.decoder_channels)}."
            )
        if self.landmarks < 1 or self.in_channels < 1:
            raise ConfigurationError("A network needs at least one landmark and one channel.")

    @property
    def stride(self) -> int:
        """Height and width of the input must be multiples of this."""
        return int(2**self.depth)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; inverse of :meth:`from_dict`."""
        return {**asdict(self), "decoder_channels": list(self.decoder_channels)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> NetworkSpec:
        """Build from :meth:`to_dict`.

        Raises:
            ConfigurationError: on unknown or invalid fields.
        """
        try:
            return cls(**{**data, "decoder_channels": tuple(data.get("decoder_channels", ()))})
        except TypeError as error:
            raise ConfigurationError(f"Invalid network description: {error}") from error


@dataclass(frozen=True)
class NetworkOutput:
    """What one network call yields.

    Attributes:
        heatmaps: (B, L, H, W) logits of the place of each landmark.
        nowhere: (B, L) logits of "this landmark is not in the image", on the same scale: the
            softmax runs over the H*W places and this one together.
    """

    heatmaps: Tensor
    nowhere: Tensor


class LandmarkNetwork(nn.Module):
    """An smp model whose auxiliary head gives the "nowhere" logits."""

    def __init__(self, spec: NetworkSpec, encoder_weights: str | None = None) -> None:
        """Build from ``spec``.

        Raises:
            ConfigurationError: when smp refuses the pair, with its reason.
        """
        super().__init__()
        self.spec = spec
        self.model = _create(spec, encoder_weights)
        _drop_unused_stages(self.model, spec)
        for head in ("segmentation_head", "classification_head"):
            _compute_in_float32(self.model.get_submodule(head))

    def forward(self, images: Tensor) -> NetworkOutput:
        """(B, C, H, W) normalised images to heatmap and nowhere logits."""
        heatmaps, nowhere = self.model(images)
        return NetworkOutput(heatmaps, nowhere)


_PROBE_SIDE = 256
"""Side of the input on which a new network is tried; a multiple of every stride."""


class _Float32:
    """Mixin: compute in float32 even under autocast.

    bfloat16 has 8 significant bits; logits of 20 would be rounded to steps of 0.1, which moves a
    softmax centroid by tenths of a pixel. The heads are a small part of the work.
    """

    def forward(self, *inputs: Tensor) -> Tensor:
        with torch.autocast(inputs[0].device.type, enabled=False):
            result: Tensor = super().forward(*(x.float() for x in inputs))  # type: ignore[misc]
        return result


def _compute_in_float32(module: nn.Module) -> None:
    """Change the class in place: parameters, their names and copies of the module stay right."""
    kind = type(module)
    module.__class__ = type(f"Float32{kind.__name__}", (_Float32, kind), {})


def legal_architectures() -> tuple[str, ...]:
    """Names that ``NetworkSpec.architecture`` accepts."""
    return tuple(sorted(model.__name__ for model in smp.MODEL_ARCHITECTURES_MAPPING.values()))


def legal_encoders() -> tuple[str, ...]:
    """Encoders of smp; any timm encoder joins them as ``tu-NAME``."""
    return tuple(sorted(smp.encoders.get_encoder_names()))


def build_network(spec: NetworkSpec, encoder_weights: str | None = None) -> LandmarkNetwork:
    """Build the network of ``spec``; ``encoder_weights='imagenet'`` downloads pretrained ones.

    Raises:
        ConfigurationError: when architecture or encoder do not exist or do not fit.
    """
    return LandmarkNetwork(spec, encoder_weights)


def parameter_count(network: nn.Module) -> int:
    """Number of trainable and fixed parameters."""
    return sum(parameter.numel() for parameter in network.parameters())


def _create(spec: NetworkSpec, encoder_weights: str | None) -> nn.Module:
    if spec.architecture not in legal_architectures():
        raise ConfigurationError(
            f"There is no architecture {spec.architecture!r}; choose one of "
            f"{', '.join(legal_architectures())}."
        )
    options: dict[str, Any] = {"encoder_depth": spec.depth}
    if spec.decoder_channels:
        options["decoder_channels"] = spec.decoder_channels
    try:
        model: nn.Module = smp.create_model(
            spec.architecture,
            encoder_name=spec.encoder,
            encoder_weights=encoder_weights,
            in_channels=spec.in_channels,
            classes=spec.landmarks,
            aux_params={"classes": spec.landmarks, "pooling": "max"},
            **options,
        )
    except Exception as error:  # smp raises many kinds; the user needs its reason, not its kind
        raise ConfigurationError(
            f"{spec.architecture} with encoder {spec.encoder} (depth {spec.depth}) is refused by "
            f"segmentation-models-pytorch: {error}"
        ) from error
    return model


def _drop_unused_stages(model: nn.Module, spec: NetworkSpec) -> None:
    """Replace encoder stages that a shallow depth never calls: they only weigh on disk."""
    encoder = model.get_submodule("encoder")
    called = _called_modules(model, encoder, spec)
    for name, stage in list(encoder.named_children()):
        if not any(module in called for module in stage.modules()):
            setattr(encoder, name, nn.Identity())


def _called_modules(model: nn.Module, encoder: nn.Module, spec: NetworkSpec) -> set[nn.Module]:
    """Modules of the encoder that one forward pass runs through."""
    called: set[nn.Module] = set()
    hooks = [
        module.register_forward_hook(lambda module, *_: called.add(module))
        for module in encoder.modules()
    ]
    training = model.training
    _require_full_resolution(model.eval(), spec)
    model.train(training)
    for hook in hooks:
        hook.remove()
    return called


def _require_full_resolution(model: nn.Module, spec: NetworkSpec) -> None:
    """One pass through the network; its heatmaps must have the size of its input."""
    name = f"{spec.architecture} with encoder {spec.encoder} (depth {spec.depth})"
    try:
        with torch.no_grad():
            heatmaps, _ = model(torch.zeros(1, spec.in_channels, _PROBE_SIDE, _PROBE_SIDE))
    except (RuntimeError, ValueError, TypeError) as error:
        raise ConfigurationError(f"{name} cannot be run: {error}") from error
    if heatmaps.shape[-1] != _PROBE_SIDE:
        raise ConfigurationError(
            f"{name} gives heatmaps of {heatmaps.shape[-1] / _PROBE_SIDE:g} times the input's "
            "size; choose the depth that this architecture is made for."
        )
