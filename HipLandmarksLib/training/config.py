"""The one parameter object of a training run, read from YAML or JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..detection import MRI_KEYS, Channels, PartnerBelief, Preprocessing
from ..detection.limbs import LimbChannels
from ..errors import ConfigurationError
from ..networks import NetworkSpec
from .augmentation import Augmentation
from .objective import LossSettings
from .precision import Precision
from .recipes import with_recipe
from .schedule import OptimiserKind, Schedule
from .settings import checked_settings, read_settings
from .splits import Balance

_CHOICES = (
    ("optimiser", OptimiserKind),
    ("schedule", Schedule),
    ("balance", Balance),
    ("precision", Precision),
    ("limb_partners", PartnerBelief),
)
CHANGEABLE = (
    *("bundle_id", "version", "description", "licence", "steps", "learning_rate", "weight_decay"),
    *("schedule", "decay", "epoch_steps", "warmup", "patience", "evaluate_every", "precision"),
)
"""Settings that a run may take up from a checkpoint that was made with others, when asked to."""


@dataclass(frozen=True)
class TrainingConfig:
    """Everything that decides a training run; it validates itself.

    Attributes:
        data: folder of images and landmarks (see :func:`HipLandmarksLib.training.read_folder`),
            or None to train on simulated hips alone.
        output: folder of the run: checkpoints, log and the bundle.
        bundle_id, version, description, licence: go into the model card.
        modality: of the images that the model reads, ``MR`` or ``XRAY``.
        keys: landmarks per side.
        network, preprocessing, augmentation: see there.
        sigma_px: width of the targets in network pixels.
        crop: (height, width) of a training sample in network pixels.
        loss: losses and their weights.
        uncertainty_module: train part affinity fields beside the heatmaps (paper 2); sets the
            network's number of limbs.
        limb_partners: how the limbs of a landmark are summed up: ``alike``, or ``presence`` for
            partners that count by their own presence (see :class:`.PartnerBelief`).
        encoder_weights: ``imagenet`` downloads pretrained weights of the encoder.
        optimiser, schedule: ``adamw`` or ``adam``; ``cosine``, ``exponential`` or ``constant``.
        batch, steps, learning_rate, weight_decay, warmup: of the optimisation; the batch counts
            the images of all processes together.
        precision: number format of the convolutions: ``auto``, ``float32``, ``bfloat16`` or
            ``float16`` (see :class:`.Precision`).
        decay, epoch_steps: of the exponential schedule: factor per epoch, and steps per epoch (0
            for as many as it takes to draw every labelled slice once on average).
        ema: the exponential moving average of the weights that is kept; 0 keeps the weights.
        phantom_share: share of simulated slices in every batch, 0 to 1.
        phantom_slices: how many simulated slices are made before training.
        covered_share: share of the simulated slices on which patches and borders hide landmarks
            (see :mod:`.covering`).
        negative_share: share of slices that show no hip.
        teacher: output folder of an earlier run with the same patients and folds, whose models
            label the neighbouring slices (see :mod:`.teacher`); None for no self-training.
        folds: number of folds of the patient-wise cross-validation.
        balance: how patients are dealt out to the folds: ``shuffle``, or ``ks`` for folds that are
            alike in alpha, LCE, side and sex (see :mod:`.splits`).
        split: file of a split to use instead of making one (``hiplandmarks split`` writes it).
        fold: which fold is held out; None trains on everything.
        patience: evaluations without progress on the held-out fold before stopping; 0 = never.
        evaluate_every: steps between evaluations and checkpoints.
        tensorboard: write TensorBoard event files beside ``log.csv``.
        seed: of every random choice.
    """

    output: Path
    data: Path | None = None
    teacher: Path | None = None
    bundle_id: str = "mri-coronal"
    version: str = "0.1.0"
    description: str = "Hip landmarks on coronal MRI."
    licence: str = "not stated"
    modality: str = "MR"
    keys: tuple[str, ...] = MRI_KEYS
    network: NetworkSpec = field(default_factory=NetworkSpec)
    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    augmentation: Augmentation = field(default_factory=Augmentation)
    loss: LossSettings = field(default_factory=LossSettings)
    uncertainty_module: bool = False
    limb_partners: PartnerBelief = PartnerBelief.ALIKE
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
    phantom_share: float = 0.15
    phantom_slices: int = 60
    covered_share: float = 0.0
    negative_share: float = 0.1
    folds: int = 7
    balance: Balance = Balance.SHUFFLE
    split: Path | None = None
    fold: int | None = None
    patience: int = 0
    evaluate_every: int = 250
    tensorboard: bool = False
    seed: int = 17

    def __post_init__(self) -> None:
        self._set_choices()
        self._set_limbs()
        stride = self.network.stride
        if any(side % stride for side in self.crop):
            raise ConfigurationError(f"The crop {self.crop} must be multiples of {stride}.")
        if self.preprocessing.multiple % stride:
            raise ConfigurationError(f"preprocessing.multiple must be a multiple of {stride}.")
        if self.network.landmarks != 2 * len(self.keys):
            raise ConfigurationError(
                f"The network has {self.network.landmarks} heatmaps, {len(self.keys)} landmarks "
                f"per side need {2 * len(self.keys)}."
            )
        if self.fold is not None and not 0 <= self.fold < self.folds:
            raise ConfigurationError(f"There are folds 0 to {self.folds - 1}, not {self.fold}.")
        if self.patience and self.fold is None:
            raise ConfigurationError("Early stopping needs a held-out fold.")
        for name in ("batch", "steps", "evaluate_every", "sigma_px", "learning_rate"):
            if getattr(self, name) <= 0:
                raise ConfigurationError(f"{name} must be positive.")
        for name in ("weight_decay", "warmup", "phantom_slices", "patience", "seed"):
            if getattr(self, name) < 0:
                raise ConfigurationError(f"{name} must not be negative.")
        for name in ("phantom_share", "covered_share", "negative_share", "ema", "decay"):
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigurationError(f"{name} must lie between 0 and 1.")
        if self.data is None and self.phantom_share < 1:
            raise ConfigurationError("Without a data folder phantom_share must be 1.")

    def _set_choices(self) -> None:
        """Names to members; the object is frozen for others."""
        for name, kind in _CHOICES:
            try:
                object.__setattr__(self, name, kind(getattr(self, name)))
            except ValueError as error:
                choices = ", ".join(member.value for member in kind)
                raise ConfigurationError(
                    f"{name} is one of {choices}, not {getattr(self, name)!r}."
                ) from error
        if self.modality not in ("MR", "XRAY"):
            raise ConfigurationError(f"modality is MR or XRAY, not {self.modality!r}.")
        if self.epoch_steps < 0:
            raise ConfigurationError("epoch_steps must not be negative.")

    def _set_limbs(self) -> None:
        """The uncertainty module has as many fields as there are limbs between the landmarks."""
        limbs = len(self.limbs) if self.uncertainty_module else 0
        if self.uncertainty_module and limbs == 0:
            raise ConfigurationError(
                f"No limb joins the landmarks {', '.join(self.keys)}: the uncertainty module "
                "needs two landmarks of a limb."
            )
        if self.network.limbs not in (0, limbs):
            raise ConfigurationError(
                f"network.limbs is {self.network.limbs}, these landmarks have {limbs}: leave it "
                "out and set uncertainty_module."
            )
        object.__setattr__(self, "network", replace(self.network, limbs=limbs))

    @property
    def limbs(self) -> LimbChannels:
        """Limbs between the landmarks, in the order of the network's fields."""
        return LimbChannels.of(Channels.of_keys(self.keys))

    @classmethod
    def from_file(cls, path: Path | str) -> TrainingConfig:
        """Read YAML or JSON; relative folders count from the file's own folder.

        Raises:
            ConfigurationError: when the file cannot be read or holds an unknown or bad value.
        """
        path = Path(path)
        data = read_settings(path)
        for name in ("data", "output", "teacher", "split"):
            if data.get(name) is not None:
                data[name] = (path.parent / Path(str(data[name])).expanduser()).resolve()
        return cls.from_dict(data)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> TrainingConfig:
        """Build from plain values; ``recipe`` names settings to start from (see :mod:`.recipes`).

        Raises:
            ConfigurationError: on an unknown or bad value.
        """
        values = checked_settings(cls, with_recipe(data))
        sections = {"network": NetworkSpec, "preprocessing": Preprocessing, "loss": LossSettings}
        for name, kind in sections.items():
            if name in values:
                values[name] = checked_settings(kind, values[name], name)
        if values.get("output") is None:
            raise ConfigurationError("The configuration names no folder to write to: set output.")
        try:
            if "network" in values:
                values["network"] = NetworkSpec.from_dict(values["network"])
            if "preprocessing" in values:
                values["preprocessing"] = Preprocessing(**values["preprocessing"])
            if "augmentation" in values:
                values["augmentation"] = _augmentation(values["augmentation"])
            if "loss" in values:
                values["loss"] = LossSettings.from_dict(values["loss"])
            for name in ("keys", "crop"):
                if name in values:
                    values[name] = tuple(values[name])
            return cls(**values)
        except TypeError as error:
            raise ConfigurationError(f"Invalid training configuration: {error}") from error

    def differences(self, stored: Mapping[str, Any]) -> list[str]:
        """Names of the settings that ``stored``, a :meth:`to_dict`, has otherwise.

        Settings that an earlier release did not have must have their defaults.
        """
        fresh = TrainingConfig(self.output, phantom_share=1.0).to_dict()
        before, now = _filled_up(stored, fresh), self.to_dict()
        return sorted(name for name in {*before, *now} if before.get(name) != now.get(name))

    def same_as(self, stored: Mapping[str, Any]) -> bool:
        """Whether ``stored`` says the same, see :meth:`differences`."""
        return not self.differences(stored)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form, without folders and logs (they say nothing to others)."""
        plain = dataclasses.asdict(self)
        plain["teacher"] = self.teacher is not None
        for name in ("data", "output", "split", "tensorboard"):
            del plain[name]
        return json.loads(json.dumps(plain))  # tuples to lists


def _filled_up(stored: Mapping[str, Any], fresh: Mapping[str, Any]) -> dict[str, Any]:
    """``stored`` with what it lacks taken from ``fresh``, in nested settings too."""
    nested = {
        name: _filled_up(value, fresh[name])
        for name, value in stored.items()
        if isinstance(value, Mapping) and isinstance(fresh.get(name), Mapping)
    }
    return {**fresh, **stored, **nested}


def _augmentation(value: str | Mapping[str, Any]) -> Augmentation:
    """A name, or ranges that may start from a named ``recipe``."""
    if isinstance(value, str):
        return Augmentation.named(value)
    if not isinstance(value, Mapping):
        raise ConfigurationError(f"augmentation is a name or holds settings, not {value!r}.")
    given = {name: amount for name, amount in value.items() if name != "recipe"}
    ranges = checked_settings(Augmentation, given, "augmentation")
    return replace(Augmentation.named(str(value.get("recipe", "robust"))), **ranges)
