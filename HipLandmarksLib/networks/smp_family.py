"""Architectures of segmentation-models-pytorch, trimmed and checked."""

from __future__ import annotations

import warnings
from typing import Any

import segmentation_models_pytorch as smp
from torch import nn

from ..errors import ConfigurationError
from .heads import compute_in_float32
from .probe import called_modules
from .spec import NetworkSpec


def smp_architectures() -> tuple[str, ...]:
    """Names of smp's architectures."""
    return tuple(sorted(model.__name__ for model in smp.MODEL_ARCHITECTURES_MAPPING.values()))


def smp_encoders() -> tuple[str, ...]:
    """Encoders of smp; any timm encoder joins them as ``tu-NAME``."""
    return tuple(sorted(smp.encoders.get_encoder_names()))


def build_smp(spec: NetworkSpec, encoder_weights: str | None) -> nn.Module:
    """An smp model whose auxiliary head gives the scores.

    Raises:
        ConfigurationError: when smp refuses the pair, with its reason.
    """
    model = _create(spec, encoder_weights)
    _drop_unused_stages(model, spec)
    for head in ("segmentation_head", "classification_head"):
        compute_in_float32(model.get_submodule(head))
    return model


def _create(spec: NetworkSpec, encoder_weights: str | None) -> nn.Module:
    options: dict[str, Any] = {"encoder_depth": spec.depth}
    if spec.decoder_channels:
        options["decoder_channels"] = spec.decoder_channels
    if spec.window_side:
        options["img_size"] = spec.window_side
    try:
        with warnings.catch_warnings():
            # DPT reads encoders without class token as they are; it need not be told to
            warnings.filterwarnings("ignore", message="Encoder does not have prefix tokens")
            model: nn.Module = smp.create_model(
                spec.architecture,
                encoder_name=spec.encoder,
                encoder_weights=encoder_weights,
                in_channels=spec.in_channels,
                classes=spec.map_channels,
                aux_params={"classes": spec.score_channels, "pooling": "max"},
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
    called = called_modules(model, encoder, spec)
    for name, stage in list(encoder.named_children()):
        if not any(module in called for module in stage.modules()):
            setattr(encoder, name, nn.Identity())
