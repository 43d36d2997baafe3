"""What a training minimises: one weighted sum over all heads of a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import torch
from torch import Tensor

from ..detection.decoding import HeatmapReading
from ..detection.limbs import LimbChannels
from ..errors import ConfigurationError
from ..networks import NetworkOutput
from .fields import limb_fields, limb_weights
from .losses import AdaptiveWing, adaptive_wing, binary_loss, field_mse, heatmap_nll
from .sampling import Batch
from .targets import peak_maps, unit_maps

INTERMEDIATE = "intermediate"
"""Names of the terms of earlier stacks begin like this."""


class HeatmapLoss(str, Enum):
    """Losses on heatmaps."""

    NLL = "nll"
    """Likelihood of unit-mass targets over all places and "nowhere" (paper 1, corrected)."""
    ADAPTIVE_WING = "adaptive_wing"
    """Regression of peak-1 targets (paper 2); "nowhere" learns by itself."""


@dataclass(frozen=True)
class LossSettings:
    """Which losses, and how much each weighs in the sum.

    The likelihood is of the order of 1 to 10 nats, a field's mean squared error of the order of
    0.01 (most pixels lie on no limb): give ``field_weight`` about 100 beside the likelihood. Paper
    2 does not give its weights W1 and W2; they start at 1 and 1 on means over the elements.

    Attributes:
        heatmap: loss on the heatmaps.
        heatmap_weight: W1 of paper 2.
        field_weight: W2 of paper 2, on the part affinity fields.
        presence_weight: of the presence head, and of "nowhere" where the heatmap loss has none.
        intermediate_weight: of the same sum over the outputs of earlier stacks.
        field_width_px: half the width of a limb's field.
        wing: constants of Adaptive Wing.
    """

    heatmap: HeatmapLoss = HeatmapLoss.NLL
    heatmap_weight: float = 1.0
    field_weight: float = 1.0
    presence_weight: float = 1.0
    intermediate_weight: float = 1.0
    field_width_px: float = 3.0
    wing: AdaptiveWing = field(default_factory=AdaptiveWing)

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "heatmap", HeatmapLoss(self.heatmap))
        except ValueError as error:
            choices = ", ".join(loss.value for loss in HeatmapLoss)
            raise ConfigurationError(
                f"The loss on heatmaps is one of {choices}, not {self.heatmap!r}."
            ) from error
        weights = {name: value for name, value in vars(self).items() if name.endswith("_weight")}
        wrong = [name for name, value in weights.items() if value < 0]
        if wrong or self.heatmap_weight == 0 or self.field_width_px <= 0:
            raise ConfigurationError(
                "Weights of the loss must not be negative; heatmap_weight and field_width_px "
                "must be positive."
            )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> LossSettings:
        """Build from plain values.

        Raises:
            ConfigurationError: on a bad value.
            TypeError: on an unknown one.
        """
        values = dict(data)
        if isinstance(values.get("wing"), Mapping):
            values["wing"] = AdaptiveWing(**values["wing"])
        elif not isinstance(values.get("wing", AdaptiveWing()), AdaptiveWing):
            raise ConfigurationError(f"loss.wing holds constants by name, not {values['wing']!r}.")
        return cls(**values)

    @property
    def reading(self) -> HeatmapReading:
        """How heatmaps that were trained like this are read."""
        if self.heatmap is HeatmapLoss.ADAPTIVE_WING:
            return HeatmapReading.AMPLITUDE
        return HeatmapReading.LIKELIHOOD


@dataclass(frozen=True)
class Truth:
    """Everything known of a batch, on the device that trains.

    ``maps`` (B, L, H, W) are the heatmaps to learn: of unit mass for the likelihood, of peak 1 for
    Adaptive Wing, all zero where a landmark is absent or unknown.
    ``total`` and ``field_total`` divide the losses instead of the sums of the weights when several
    processes share a batch (see :func:`.heatmap_nll`).
    """

    maps: Tensor
    fields: Tensor | None
    field_weight: Tensor
    absent: Tensor
    weight: Tensor
    total: Tensor | None = None
    field_total: Tensor | None = None


@dataclass(frozen=True)
class Objective:
    """The sum that a training minimises.

    Attributes:
        settings: losses and weights.
        limbs: order of the fields.
        sigma: width of the heatmap targets in pixels.
    """

    settings: LossSettings
    limbs: LimbChannels
    sigma: float

    def truth(self, batch: Batch, device: str, with_fields: bool) -> Truth:
        """Targets of ``batch``; maps and fields are made on ``device``."""
        absent, weight, points = (
            torch.from_numpy(array).to(device)
            for array in (batch.absent, batch.weight, batch.points)
        )
        shape = (int(batch.images.shape[2]), int(batch.images.shape[3]))
        placed = (weight > 0) & (absent == 0)
        maps = peak_maps if self._wing else unit_maps
        width = self.settings.field_width_px
        return Truth(
            maps(points, placed, shape, self.sigma),
            limb_fields(points, placed, self.limbs, shape, width) if with_fields else None,
            limb_weights(weight, absent, self.limbs),
            absent,
            weight,
        )

    def parts(self, output: NetworkOutput, truth: Truth) -> dict[str, Tensor]:
        """Every term of the sum, already weighted, by name."""
        settings = self.settings
        terms = {"heatmap": settings.heatmap_weight * self._heatmap(output, truth)}
        if output.fields is not None and truth.fields is not None:
            mse = field_mse(output.fields, truth.fields, truth.field_weight, truth.field_total)
            terms["field"] = settings.field_weight * mse
        if self._wing:
            gone = binary_loss(output.nowhere, truth.absent, truth.weight, truth.total)
            terms["nowhere"] = settings.presence_weight * gone
        if output.presence is not None:
            seen = binary_loss(output.presence, 1 - truth.absent, truth.weight, truth.total)
            terms["presence"] = settings.presence_weight * seen
        for number, earlier in enumerate(output.intermediate):
            total = self.total(earlier, truth)
            terms[f"{INTERMEDIATE} {number + 1}"] = settings.intermediate_weight * total
        return terms

    def total(self, output: NetworkOutput, truth: Truth) -> Tensor:
        """The sum of :meth:`parts`."""
        return torch.stack(list(self.parts(output, truth).values())).sum()

    @property
    def _wing(self) -> bool:
        return self.settings.heatmap is HeatmapLoss.ADAPTIVE_WING

    def _heatmap(self, output: NetworkOutput, truth: Truth) -> Tensor:
        if self._wing:
            return adaptive_wing(
                output.heatmaps, truth.maps, truth.weight, self.settings.wing, truth.total
            )
        return heatmap_nll(
            output.heatmaps, output.nowhere, truth.maps, truth.absent, truth.weight, truth.total
        )
