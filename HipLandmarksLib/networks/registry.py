"""One registry for every network of both papers, and for all that smp offers besides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import torch
from torch import Tensor, nn

from ..errors import ConfigurationError
from .heads import Heads
from .hourglass import StackedHourglass
from .hrnet import HigherHRNet, HRNet, hrnet_encoders
from .probe import require_full_resolution
from .smp_family import build_smp, smp_architectures, smp_encoders
from .spec import OWN_ARCHITECTURES, NetworkOutput, NetworkSpec


class LandmarkNetwork(nn.Module):
    """A model of any family behind one call: heatmaps, "nowhere", fields and presence."""

    def __init__(self, spec: NetworkSpec, encoder_weights: str | None = None) -> None:
        """Build from ``spec``.

        Raises:
            ConfigurationError: when architecture, encoder or depth do not fit, with the reason.
        """
        super().__init__()
        self.spec = spec
        self.model = _build_model(spec, encoder_weights)

    @property
    def map_layers(self) -> list[nn.Conv2d]:
        """The layers that make heatmaps and fields: one, or one more for every earlier stack.

        Their output channels are the heatmaps, then x and y of every field.
        """
        own = [module.maps for module in self.model.modules() if isinstance(module, Heads)]
        if own:
            return own
        head = self.model.get_submodule("segmentation_head")
        return [module for module in head.modules() if isinstance(module, nn.Conv2d)][-1:]

    @contextmanager
    def without_fields(self) -> Iterator[None]:
        """Within it heatmaps and scores alone are computed, where no later layer needs the fields.

        The network is altered while it lasts: nobody else may call it then.
        """
        layers, spec = self.map_layers, self.spec
        if len(layers) != 1 or not spec.limbs:
            yield
            return
        (layer,) = layers
        weight, bias = layer.weight, layer.bias
        layer.weight = nn.Parameter(weight.detach()[: spec.landmarks], requires_grad=False)
        if bias is not None:
            layer.bias = nn.Parameter(bias.detach()[: spec.landmarks], requires_grad=False)
        self.spec = replace(spec, limbs=0)
        try:
            yield
        finally:
            layer.weight, layer.bias, self.spec = weight, bias, spec

    def forward(self, images: Tensor) -> NetworkOutput:
        """(B, C, H, W) normalised images to all that the network knows of them."""
        maps, scores, *earlier = self.model(images)
        return self._output(maps, scores, tuple(self._output(m, s) for m, s in earlier))

    def _output(
        self, maps: Tensor, scores: Tensor, intermediate: tuple[NetworkOutput, ...] = ()
    ) -> NetworkOutput:
        spec = self.spec
        fields = maps[:, spec.landmarks :].unflatten(1, (spec.limbs, 2)) if spec.limbs else None
        presence = scores[:, spec.landmarks :] if spec.presence else None
        heatmaps, nowhere = maps[:, : spec.landmarks], scores[:, : spec.landmarks]
        return NetworkOutput(heatmaps, nowhere, fields, presence, intermediate)


class NetworkEnsemble(LandmarkNetwork):
    """Networks of one description with weights of their own: where they differ, none is sure.

    One call averages their logits; whoever wants to know how far they differ asks each of
    :attr:`members`, as the detector does.

    Source: B. Lakshminarayanan, A. Pritzel, C. Blundell: Simple and scalable predictive
    uncertainty estimation using deep ensembles. NeurIPS 2017.
    """

    def __init__(self, networks: Sequence[LandmarkNetwork]) -> None:
        """Join single networks of the same description; at least one."""
        nn.Module.__init__(self)
        self.spec = replace(networks[0].spec, members=len(networks))
        self.networks = nn.ModuleList(networks)

    @property
    def members(self) -> tuple[LandmarkNetwork, ...]:
        """Each network by itself."""
        return tuple(each for each in self.networks if isinstance(each, LandmarkNetwork))

    @property
    def map_layers(self) -> list[nn.Conv2d]:
        """Those of every member."""
        return [layer for member in self.members for layer in member.map_layers]

    def forward(self, images: Tensor) -> NetworkOutput:
        """(B, C, H, W) normalised images to the mean of the members' logits."""
        outputs: list[NetworkOutput] = [member(images) for member in self.members]
        fields = [each.fields for each in outputs if each.fields is not None]
        presence = [each.presence for each in outputs if each.presence is not None]
        return NetworkOutput(
            _mean([each.heatmaps for each in outputs]),
            _mean([each.nowhere for each in outputs]),
            _mean(fields) if fields else None,
            _mean(presence) if presence else None,
        )


def legal_architectures() -> tuple[str, ...]:
    """Names that ``NetworkSpec.architecture`` accepts."""
    return tuple(sorted((*smp_architectures(), *OWN_ARCHITECTURES)))


def legal_encoders(architecture: str = "Unet") -> tuple[str, ...]:
    """Encoders of an architecture.

    smp's refuse some pairs when they are built; any timm encoder joins smp's as ``tu-NAME``.
    """
    if architecture == "Hourglass":
        return tuple(f"stack{n}" for n in range(1, 9))
    return hrnet_encoders() if architecture in OWN_ARCHITECTURES else smp_encoders()


def build_network(spec: NetworkSpec, encoder_weights: str | None = None) -> LandmarkNetwork:
    """Build the network of ``spec``; ``encoder_weights='imagenet'`` downloads pretrained ones.

    Raises:
        ConfigurationError: when architecture or encoder do not exist or do not fit.
    """
    if spec.members == 1:
        return LandmarkNetwork(spec, encoder_weights)
    single = replace(spec, members=1)
    return NetworkEnsemble([LandmarkNetwork(single, encoder_weights) for _ in range(spec.members)])


def parameter_count(network: nn.Module) -> int:
    """Number of trainable and fixed parameters."""
    return sum(parameter.numel() for parameter in network.parameters())


def _mean(parts: Sequence[Tensor]) -> Tensor:
    return torch.stack(list(parts)).mean(dim=0)


def _build_model(spec: NetworkSpec, encoder_weights: str | None) -> nn.Module:
    if spec.architecture in smp_architectures():
        return build_smp(spec, encoder_weights)
    own = {"HRNet": HRNet, "HigherHRNet": HigherHRNet, "Hourglass": StackedHourglass}
    if spec.architecture not in own:
        raise ConfigurationError(
            f"There is no architecture {spec.architecture!r}; choose one of "
            f"{', '.join(legal_architectures())}."
        )
    model: nn.Module = own[spec.architecture](spec, encoder_weights)
    require_full_resolution(model, spec)
    return model
