"""The one parameter object of a training run, read from YAML or JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

from ..detection import MRI_KEYS, Channels, PartnerBelief, Preprocessing
from ..detection.limbs import LimbChannels
from ..errors import ConfigurationError
from ..networks import NetworkSpec
from .augmentation import Augmentation
from .objective import LossSettings
from .recipes import with_recipe
from .run_settings import RunSettings
from .settings import checked_settings, read_settings
from .splits import Balance


@dataclass(frozen=True)
class TrainingConfig(RunSettings):
    """Everything that decides a training run on slices; it validates itself.

    Attributes, beside those of :class:`.RunSettings`:
        data: folder of images and landmarks (see :func:`HipLandmarksLib.training.read_folder`),
            or None to train on simulated hips alone.
        modality: of the images that the model reads, ``MR`` or ``XRAY``.
        keys: landmarks per side.
        preprocessing, augmentation: see there.
        uncertainty_module: train part affinity fields beside the heatmaps (paper 2); sets the
            network's number of limbs.
        limb_partners: how the limbs of a landmark are summed up: ``alike``, or ``presence`` for
            partners that count by their own presence (see :class:`.PartnerBelief`).
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
    """

    data: Path | None = None
    teacher: Path | None = None
    modality: str = "MR"
    keys: tuple[str, ...] = MRI_KEYS
    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    augmentation: Augmentation = field(default_factory=Augmentation)
    uncertainty_module: bool = False
    limb_partners: PartnerBelief = PartnerBelief.ALIKE
    phantom_share: float = 0.15
    phantom_slices: int = 60
    covered_share: float = 0.0
    negative_share: float = 0.1
    folds: int = 7
    balance: Balance = Balance.SHUFFLE
    split: Path | None = None
    fold: int | None = None

    unshared: ClassVar[tuple[str, ...]] = (*RunSettings.unshared, "data", "split")

    def __post_init__(self) -> None:
        self.choose("balance", Balance)
        self.choose("limb_partners", PartnerBelief)
        self._set_limbs()
        self.check()
        self._check_landmarks()
        if self.modality not in ("MR", "XRAY"):
            raise ConfigurationError(f"modality is MR or XRAY, not {self.modality!r}.")
        if self.fold is not None and not 0 <= self.fold < self.folds:
            raise ConfigurationError(f"There are folds 0 to {self.folds - 1}, not {self.fold}.")
        if self.patience and self.fold is None:
            raise ConfigurationError("Early stopping needs a held-out fold.")
        self.require_not_negative("phantom_slices")
        self.require_share("phantom_share", "covered_share", "negative_share")
        if self.data is None and self.phantom_share < 1:
            raise ConfigurationError("Without a data folder phantom_share must be 1.")

    def _check_landmarks(self) -> None:
        if self.preprocessing.multiple % self.network.stride:
            raise ConfigurationError(
                f"preprocessing.multiple must be a multiple of {self.network.stride}."
            )
        if self.network.landmarks != 2 * len(self.keys):
            raise ConfigurationError(
                f"The network has {self.network.landmarks} heatmaps, {len(self.keys)} landmarks "
                f"per side need {2 * len(self.keys)}."
            )

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

    @property
    def run_name(self) -> str:
        """One folder per fold."""
        return run_name(self.fold)

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

    def defaults(self) -> dict[str, Any]:
        """:meth:`to_dict` of the defaults."""
        return TrainingConfig(self.output, phantom_share=1.0).to_dict()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form, without folders and logs (they say nothing to others)."""
        return {**super().to_dict(), "teacher": self.teacher is not None}


def run_name(fold: int | None) -> str:
    """Folder of one run below the output folder: ``all`` or ``fold-N``."""
    return "all" if fold is None else f"fold-{fold}"


def _augmentation(value: str | Mapping[str, Any]) -> Augmentation:
    """A name, or ranges that may start from a named ``recipe``."""
    if isinstance(value, str):
        return Augmentation.named(value)
    if not isinstance(value, Mapping):
        raise ConfigurationError(f"augmentation is a name or holds settings, not {value!r}.")
    given = {name: amount for name, amount in value.items() if name != "recipe"}
    ranges = checked_settings(Augmentation, given, "augmentation")
    return replace(Augmentation.named(str(value.get("recipe", "robust"))), **ranges)
