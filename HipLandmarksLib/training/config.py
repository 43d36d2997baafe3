"""The one parameter object of a training run, read from YAML or JSON."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..detection import MRI_KEYS, Preprocessing
from ..errors import ConfigurationError
from ..networks import NetworkSpec
from .augmentation import Augmentation


@dataclass(frozen=True)
class TrainingConfig:
    """Everything that decides a training run; it validates itself.

    Attributes:
        data: folder of images and landmarks (see :func:`HipLandmarksLib.training.read_folder`),
            or None to train on simulated hips alone.
        output: folder of the run: checkpoints, log and the bundle.
        bundle_id, version, description, licence: go into the model card.
        keys: landmarks per side.
        network, preprocessing, augmentation: see there.
        sigma_px: width of the targets in network pixels.
        crop: (height, width) of a training sample in network pixels.
        batch, steps, learning_rate, weight_decay, warmup, ema: of the optimisation (AdamW,
            cosine decay to zero; the exponential moving average of the weights is kept).
        phantom_share: share of simulated slices in every batch, 0 to 1.
        phantom_slices: how many simulated slices are made before training.
        negative_share: share of slices that show no hip.
        teacher: output folder of an earlier run with the same patients and folds, whose models
            label the neighbouring slices (see :mod:`.teacher`); None for no self-training.
        folds: number of folds of the patient-wise cross-validation.
        fold: which fold is held out; None trains on everything.
        patience: evaluations without progress on the held-out fold before stopping; 0 = never.
        evaluate_every: steps between evaluations and checkpoints.
        seed: of every random choice.
    """

    output: Path
    data: Path | None = None
    teacher: Path | None = None
    bundle_id: str = "mri-coronal"
    version: str = "0.1.0"
    description: str = "Hip landmarks on coronal MRI."
    licence: str = "not stated"
    keys: tuple[str, ...] = MRI_KEYS
    network: NetworkSpec = field(default_factory=NetworkSpec)
    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    augmentation: Augmentation = field(default_factory=Augmentation)
    sigma_px: float = 2.0
    crop: tuple[int, int] = (192, 288)
    batch: int = 6
    steps: int = 1500
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    warmup: int = 50
    ema: float = 0.99
    phantom_share: float = 0.15
    phantom_slices: int = 60
    negative_share: float = 0.1
    folds: int = 7
    fold: int | None = None
    patience: int = 0
    evaluate_every: int = 250
    seed: int = 17

    def __post_init__(self) -> None:
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
        for name in ("phantom_share", "negative_share", "ema"):
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigurationError(f"{name} must lie between 0 and 1.")
        if self.data is None and self.phantom_share < 1:
            raise ConfigurationError("Without a data folder phantom_share must be 1.")

    @classmethod
    def from_file(cls, path: Path | str) -> TrainingConfig:
        """Read YAML or JSON; relative folders count from the file's own folder.

        Raises:
            ConfigurationError: when the file cannot be read or holds an unknown or bad value.
        """
        path = Path(path)
        data = _read(path)
        for name in ("data", "output", "teacher"):
            if data.get(name) is not None:
                data[name] = (path.parent / Path(str(data[name])).expanduser()).resolve()
        return cls.from_dict(data)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> TrainingConfig:
        """Build from plain values.

        Raises:
            ConfigurationError: on an unknown or bad value.
        """
        values = dict(data)
        try:
            if "network" in values:
                values["network"] = NetworkSpec.from_dict(values["network"])
            if "preprocessing" in values:
                values["preprocessing"] = Preprocessing(**values["preprocessing"])
            if "augmentation" in values:
                values["augmentation"] = Augmentation(**values["augmentation"])
            for name in ("keys", "crop"):
                if name in values:
                    values[name] = tuple(values[name])
            return cls(**values)
        except TypeError as error:
            raise ConfigurationError(f"Invalid training configuration: {error}") from error

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form, without folders (they say nothing to others)."""
        plain = dataclasses.asdict(self)
        plain["teacher"] = self.teacher is not None
        del plain["data"], plain["output"]
        return json.loads(json.dumps(plain))  # tuples to lists


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"Cannot read the configuration {path}: {error}") from error
    try:
        if path.suffix == ".json":
            data = json.loads(text)
        else:
            import yaml

            data = yaml.safe_load(text)
    except ImportError as error:
        raise ConfigurationError(
            "YAML needs PyYAML: pip install 'HipLandmarksLib[train]'."
        ) from error
    except Exception as error:  # yaml and json raise different kinds
        raise ConfigurationError(f"{path} is not valid: {error}") from error
    if not isinstance(data, dict):
        raise ConfigurationError(f"{path} holds no settings.")
    return data
