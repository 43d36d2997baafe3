"""``FilmConfig``: everything that decides the training of one pass of a film model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any, ClassVar

from ..detection.channels import FILM_KEYS, MARKER_KEY, PROSTHESIS_KEY, Channels
from ..detection.limbs import LimbChannels
from ..errors import ConfigurationError
from ..networks import NetworkSpec
from ..synthesis.radiograph.objects import ObjectShares
from .film_bones import BoneVariety
from .film_framing import FilmFraming
from .letter_config import KIND as LETTERS
from .objective import LossSettings
from .run_settings import RunSettings
from .settings import checked_settings, read_settings

KIND = "film"
"""``kind: film`` in a configuration file makes it one of these."""


class FilmPass(str, Enum):
    """The two networks of a film model."""

    WHOLE = "whole"
    """First pass: the whole film in a square, the landmarks of both sides."""
    HIP = "hip"
    """Second pass: the crop of one hip, shown as a right hip."""


@dataclass(frozen=True)
class FilmConfig(RunSettings):
    """Settings of the training of one pass; it validates itself.

    Attributes, beside those of :class:`.RunSettings`:
        views: folders of cached bone views (see :class:`..synthesis.radiograph.store.ViewStore`).
        shares: how often views of each folder are drawn; empty for as often as views lie there.
        show: which pass.
        keys: landmarks per side, and the middle of an artificial femoral head.
        uncertainty_module: True gives the second pass a part affinity field for every limb.
        hip_crop: (height, width) of the second pass's crop of a hip; the first pass needs it to
            name the mean hip in it. ``crop`` is the first pass's square.
        pixel_mm: size of a pixel of the hip's crop when the femoral head measures 48 mm.
        framing: random films and crops.
        robust_share: share of films whose looks stray far beyond those of real films (see
            :class:`..synthesis.radiograph.look.Preset`).
        object_share: share of films with objects on them (markers, metal, shields ...).
        objects: how often each kind lies on such a film.
        bones: how far bones stray from the cached views (see :mod:`.film_bones`).
        negative_share: share of pictures that show no hip.
        turned_share: share of films that lie on a side or upside down, for the first pass: it finds
            nothing on these, so that they are told from upright ones.
        held_out: how many subjects of the first folder are never trained on; they are drawn by
            ``seed``.
        held_out_subjects: their names, instead of drawing them.
        held_out_films: how many films of held-out subjects every evaluation reads.
        start_from: bundle of an earlier training of this pass whose weights a new run starts from,
            for instance one with larger pixels; it must have held out the same subjects.
        workers: processes that make samples; 0 makes them in threads of the training process.
    """

    bundle_id: str = "xray-ap-pelvis"
    description: str = "Hip landmarks on AP radiographs of the pelvis or of one hip."
    views: tuple[Path, ...] = ()
    shares: tuple[float, ...] = ()
    show: FilmPass = FilmPass.WHOLE
    keys: tuple[str, ...] = (*FILM_KEYS, PROSTHESIS_KEY)
    uncertainty_module: bool = False
    hip_crop: tuple[int, int] = (224, 160)
    pixel_mm: float = 1.15
    framing: FilmFraming = field(default_factory=FilmFraming)
    crop: tuple[int, int] = (192, 192)
    robust_share: float = 0.3
    object_share: float = 0.4
    objects: ObjectShares = field(default_factory=ObjectShares)
    bones: BoneVariety = field(default_factory=BoneVariety)
    negative_share: float = 0.06
    turned_share: float = 0.04
    held_out: int = 2
    held_out_subjects: tuple[str, ...] = ()
    held_out_films: int = 64
    start_from: Path | None = None
    workers: int = 0

    unshared: ClassVar[tuple[str, ...]] = (*RunSettings.unshared, "views", "workers")

    def __post_init__(self) -> None:
        self.choose("show", FilmPass)
        if self.show is FilmPass.HIP:
            object.__setattr__(self, "crop", self.hip_crop)
        if self.network.limbs not in (0, len(self.limbs)):
            raise ConfigurationError(
                "The number of part affinity fields follows from the landmarks: leave out "
                "network.limbs and set uncertainty_module."
            )
        network = replace(self.network, landmarks=self.channel_count, limbs=len(self.limbs))
        object.__setattr__(self, "network", network)
        self.check()
        self.require_positive("pixel_mm")
        self.require_not_negative("held_out", "workers", "held_out_films")
        self.require_share("negative_share", "object_share", "robust_share", "turned_share")
        if not self.views:
            raise ConfigurationError("views names no folder of cached bone views.")
        if self.shares and (len(self.shares) != len(self.views) or min(self.shares) < 0):
            raise ConfigurationError(
                "shares needs a number of 0 or more for every folder of views."
            )
        if self.shares and sum(self.shares) <= 0:
            raise ConfigurationError("One of the shares must be above 0.")
        if self.show is FilmPass.WHOLE and self.crop[0] != self.crop[1]:
            raise ConfigurationError(f"The first pass sees films in a square, not in {self.crop}.")
        if self.uncertainty_module and self.show is FilmPass.WHOLE:
            raise ConfigurationError(
                "Part affinity fields belong to the second pass: leave out uncertainty_module."
            )
        if self.patience and not (self.held_out or self.held_out_subjects):
            raise ConfigurationError("Early stopping needs held-out subjects.")

    @property
    def channel_count(self) -> int:
        """Number of heatmaps."""
        return len(self.channels)

    @property
    def channels(self) -> Channels:
        """Landmarks in the order of the heatmaps; every hip of the second pass is a right one.

        The first pass also reads the letters that name the sides.
        """
        if self.show is FilmPass.WHOLE:
            return Channels.of_keys((*self.keys, MARKER_KEY))
        return Channels.of_hip(self.keys)

    @property
    def limbs(self) -> LimbChannels:
        """Limbs between the landmarks of a hip, in the order of the network's fields."""
        if not self.uncertainty_module:
            return LimbChannels(self.channels, ())
        return LimbChannels.of(self.channels)

    @property
    def run_name(self) -> str:
        """One folder per pass."""
        return self.show.value

    @classmethod
    def from_file(cls, path: Path | str) -> FilmConfig:
        """Read YAML or JSON; relative folders count from the file's own folder.

        Raises:
            ConfigurationError: when the file cannot be read or holds an unknown or bad value.
        """
        path = Path(path)
        data = read_settings(path)
        for name in ("output", "start_from"):
            if isinstance(data.get(name), str):
                data[name] = _beside(path, data[name])
        if isinstance(data.get("views"), str):
            data["views"] = [data["views"]]
        if isinstance(data.get("views"), list):
            data["views"] = [_beside(path, str(folder)) for folder in data["views"]]
        return cls.from_dict(data)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> FilmConfig:
        """Build from plain values; ``kind: film`` may stand among them.

        Raises:
            ConfigurationError: on an unknown or bad value.
        """
        given = {name: value for name, value in data.items() if name != "kind"}
        values = checked_settings(cls, given)
        if values.get("output") is None:
            raise ConfigurationError("The configuration names no folder to write to: set output.")
        for name, kind in _SECTIONS.items():
            if name in values:
                values[name] = checked_settings(kind, values[name], name)
        try:
            if "network" in values:
                values["network"] = NetworkSpec.from_dict(values["network"])
            if "loss" in values:
                values["loss"] = LossSettings.from_dict(values["loss"])
            if "framing" in values:
                values["framing"] = FilmFraming(**values["framing"])
            if "objects" in values:
                values["objects"] = ObjectShares(**values["objects"])
            if "bones" in values:
                values["bones"] = BoneVariety(**values["bones"])
            for name in ("output", "start_from"):
                if values.get(name) is not None:
                    values[name] = Path(values[name])
            values["views"] = tuple(map(Path, values.get("views", ())))
            return cls(**{**values, **_as_tuples(values)})
        except TypeError as error:
            raise ConfigurationError(f"Invalid training configuration: {error}") from error

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form, without folders."""
        return {**super().to_dict(), "start_from": self.start_from is not None}

    def defaults(self) -> dict[str, Any]:
        """:meth:`to_dict` of the defaults."""
        return FilmConfig(self.output, views=(Path(),)).to_dict()


_SECTIONS: Mapping[str, type] = {
    "network": NetworkSpec,
    "loss": LossSettings,
    "framing": FilmFraming,
    "objects": ObjectShares,
    "bones": BoneVariety,
}


def is_film_configuration(path: Path | str) -> bool:
    """Whether a configuration file says ``kind: film``.

    Raises:
        ConfigurationError: when it cannot be read, or names another kind.
    """
    kind = read_settings(Path(path)).get("kind")
    if kind not in (None, KIND, LETTERS):
        raise ConfigurationError(
            f"{path} has kind {kind!r}; write kind: {KIND} or kind: {LETTERS}, or leave it out."
        )
    return kind == KIND


def _as_tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    names = ("keys", "crop", "hip_crop", "shares", "held_out_subjects")
    return {name: tuple(values[name]) for name in names if name in values}


def _beside(path: Path, folder: str) -> Path:
    return (path.parent / Path(folder).expanduser()).resolve()
