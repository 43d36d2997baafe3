"""What every training run has, whatever it learns from: network, losses, optimisation, output."""

from __future__ import annotations

import dataclasses
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, ClassVar

from ..detection.limbs import LimbChannels
from ..errors import ConfigurationError
from ..networks import NetworkSpec
from .objective import LossSettings
from .precision import Precision
from .schedule import OptimiserKind, Schedule

CHANGEABLE = (
    *("bundle_id", "version", "description", "licence", "steps", "learning_rate", "weight_decay"),
    *("schedule", "decay", "epoch_steps", "warmup", "patience", "evaluate_every", "precision"),
)
"""Settings that a run may take up from a checkpoint that was made with others, when asked to."""


@dataclass(frozen=True)
class RunSettings(ABC):
    """Settings of the one trainer; what a run learns from is added by its kinds.

    Attributes:
        output: folder of the run: checkpoints, log and the bundle.
        bundle_id, version, description, licence: go into the model card.
        network: see there.
        sigma_px: width of the targets in network pixels.
        crop: (height, width) of a training sample in network pixels.
        loss: losses and their weights.
        encoder_weights: ``imagenet`` downloads pretrained weights of the encoder.
        optimiser, schedule: ``adamw`` or ``adam``; ``cosine``, ``exponential`` or ``constant``.
        batch, steps, learning_rate, weight_decay, warmup: of the optimisation; the batch counts
            the images of all processes together.
        precision: number format of the convolutions: ``auto``, ``float32``, ``bfloat16`` or
            ``float16`` (see :class:`.Precision`).
        decay, epoch_steps: of the exponential schedule: factor per epoch, and steps per epoch (0
            for as many as it takes to draw every training sample once on average).
        ema: the exponential moving average of the weights that is kept; 0 keeps the weights.
        patience: evaluations without progress on what is held out before stopping; 0 = never.
        evaluate_every: steps between evaluations and checkpoints.
        tensorboard: write TensorBoard event files beside ``log.csv``.
        seed: of every random choice.
    """

    output: Path
    _: KW_ONLY
    bundle_id: str = "mri-coronal"
    version: str = "0.1.0"
    description: str = "Hip landmarks on coronal MRI."
    licence: str = "not stated"
    network: NetworkSpec = field(default_factory=NetworkSpec)
    loss: LossSettings = field(default_factory=LossSettings)
    encoder_weights: str | None = None
    sigma_px: float = 2.0
    crop: tuple[int, int] = (192, 288)
    batch: int = 6
    steps: int = 1500
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    optimiser: OptimiserKind = OptimiserKind.ADAMW
    schedule: Schedule = Schedule.COSINE
    decay: float = 0.95
    epoch_steps: int = 0
    warmup: int = 50
    precision: Precision = Precision.AUTO
    ema: float = 0.99
    patience: int = 0
    evaluate_every: int = 250
    tensorboard: bool = False
    seed: int = 17

    unshared: ClassVar[tuple[str, ...]] = ("output", "tensorboard")
    """Settings that say nothing to others: folders and logs."""

    @property
    @abstractmethod
    def limbs(self) -> LimbChannels:
        """Limbs between the landmarks, in the order of the network's fields."""

    @property
    @abstractmethod
    def run_name(self) -> str:
        """Folder of this run below the output folder."""

    @property
    def folder(self) -> Path:
        """Where this run writes."""
        return self.output / self.run_name

    def check(self) -> None:
        """Make choices of names and refuse what no run can mean.

        Raises:
            ConfigurationError: in one sentence.
        """
        self.choose("optimiser", OptimiserKind)
        self.choose("schedule", Schedule)
        self.choose("precision", Precision)
        if self.network.members > 1:
            raise ConfigurationError(
                "An ensemble is not trained as one: train each member with a seed of its own, and "
                "join them with 'hiplandmarks models join'."
            )
        stride = self.network.stride
        if any(side % stride for side in self.crop):
            raise ConfigurationError(f"The crop {self.crop} must be multiples of {stride}.")
        self.require_positive("batch", "steps", "evaluate_every", "sigma_px", "learning_rate")
        self.require_not_negative("weight_decay", "warmup", "patience", "seed", "epoch_steps")
        self.require_share("ema", "decay")

    def choose(self, name: str, kind: type[Enum]) -> None:
        """The setting's name to its member; the object is frozen for others.

        Raises:
            ConfigurationError: when there is no such choice.
        """
        try:
            object.__setattr__(self, name, kind(getattr(self, name)))
        except ValueError as error:
            choices = ", ".join(member.value for member in kind)
            raise ConfigurationError(
                f"{name} is one of {choices}, not {getattr(self, name)!r}."
            ) from error

    def require_positive(self, *names: str) -> None:
        """Refuse settings that are zero or less.

        Raises:
            ConfigurationError: it names the first one.
        """
        for name in names:
            if getattr(self, name) <= 0:
                raise ConfigurationError(f"{name} must be positive.")

    def require_not_negative(self, *names: str) -> None:
        """Refuse settings below zero.

        Raises:
            ConfigurationError: it names the first one.
        """
        for name in names:
            if getattr(self, name) < 0:
                raise ConfigurationError(f"{name} must not be negative.")

    def require_share(self, *names: str) -> None:
        """Refuse shares outside of 0 to 1.

        Raises:
            ConfigurationError: it names the first one.
        """
        for name in names:
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigurationError(f"{name} must lie between 0 and 1.")

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form, without what is :attr:`unshared`."""
        plain = dataclasses.asdict(self)
        for name in self.unshared:
            del plain[name]
        return dict(json.loads(json.dumps(plain, default=str)))  # tuples to lists, paths to text

    def differences(self, stored: Mapping[str, Any]) -> list[str]:
        """Names of the settings that ``stored``, a :meth:`to_dict`, has otherwise.

        Settings that an earlier release did not have must have their defaults.
        """
        before, now = _filled_up(stored, self.defaults()), self.to_dict()
        return sorted(name for name in {*before, *now} if before.get(name) != now.get(name))

    @abstractmethod
    def defaults(self) -> dict[str, Any]:
        """:meth:`to_dict` of the defaults."""

    def same_as(self, stored: Mapping[str, Any]) -> bool:
        """Whether ``stored`` says the same, see :meth:`differences`."""
        return not self.differences(stored)


def _filled_up(stored: Mapping[str, Any], fresh: Mapping[str, Any]) -> dict[str, Any]:
    """``stored`` with what it lacks taken from ``fresh``, in nested settings too."""
    nested = {
        name: _filled_up(value, fresh[name])
        for name, value in stored.items()
        if isinstance(value, Mapping) and isinstance(fresh.get(name), Mapping)
    }
    return {**fresh, **stored, **nested}
