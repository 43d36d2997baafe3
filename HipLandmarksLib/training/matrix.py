"""A run matrix: networks, variants and seeds of one base configuration, each a cell of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..detection import MRI_KEYS
from ..detection.views import named_views
from ..errors import ConfigurationError
from ..networks import PUBLISHED
from .config import TrainingConfig
from .settings import read_settings

_FIELDS = ("base", "output", "baseline", "networks", "variants", "seeds", "averaging")
_OWN = ("name", "title")
_FIXED = ("output", "data", "split", "teacher", "fold", "seed", "bundle_id")
"""Settings that no cell may change: then cells could not be compared, or would overwrite others."""
_PATHS = ("data", "split", "teacher")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]*")


@dataclass(frozen=True)
class MatrixCell:
    """One cross-validation of the matrix.

    Attributes:
        name: of the cell and its folder: network, variant, and the seed where it is not the base's.
        method: the name without the seed.
        title: of the method, as a table shows it.
        paper: 1 or 2 for a published network, else None.
        folder: where the cell writes.
        values: settings as a configuration file holds them; folders are absolute.
        config: the same as an object; None when it is not legal.
        problem: why it is not legal, else "".
    """

    name: str
    method: str
    title: str
    paper: int | None
    folder: Path
    values: Mapping[str, Any]
    config: TrainingConfig | None
    problem: str = ""

    @property
    def folds(self) -> list[Path]:
        """Folders of the bundles of all folds."""
        count = 0 if self.config is None else self.config.folds
        return [self.folder / f"fold-{fold}" / "bundle" for fold in range(count)]

    def to_file(self) -> dict[str, Any]:
        """Settings for a configuration file in :attr:`folder`; JSON-ready."""
        plain = {k: str(v) if isinstance(v, Path) else v for k, v in self.values.items()}
        return {**plain, "output": "."}


@dataclass(frozen=True)
class Matrix:
    """Networks, variants and seeds to train and compare.

    Attributes:
        output: folder of all cells and of the table.
        cells: in the order in which they run: the first seed of all methods first.
        averaging: names of the views that are averaged at test time (``hiplandmarks evaluate
            --tta``), one evaluation each.
        baseline: method from which differences are taken.
    """

    output: Path
    cells: tuple[MatrixCell, ...]
    averaging: tuple[str, ...]
    baseline: str

    @classmethod
    def from_file(cls, path: Path | str) -> Matrix:
        """Read YAML or JSON; relative folders count from the file that names them.

        Fields: ``base`` (a training configuration, or the path of one), ``output``, ``networks``
        (names of published networks, or settings with a ``name``), and where wanted ``variants``
        (settings by name), ``seeds``, ``averaging`` and ``baseline``.

        Raises:
            ConfigurationError: when the file cannot be read or describes no matrix. What is wrong
                with one network alone is kept in its cell.
        """
        path = Path(path)
        data = read_settings(path)
        unknown = [name for name in data if name not in _FIELDS]
        if unknown:
            raise ConfigurationError(
                f"{path} has no use for {', '.join(unknown)}; a matrix has {', '.join(_FIELDS)}. "
                "Settings of all cells stand below base."
            )
        if data.get("output") is None or not data.get("networks"):
            raise ConfigurationError(f"{path}: a matrix needs an output folder and networks.")
        output = _absolute(path.parent, data["output"])
        base = _base(path, data.get("base") or {})
        variants = data.get("variants") or {}
        if not isinstance(variants, Mapping):
            raise ConfigurationError(f"variants holds settings by name, not {variants!r}.")
        methods = _methods(base, _list(data["networks"]), variants)
        seeds = _list(data.get("seeds") or base.get("seed", 17))
        cells = _cells(methods, output, base, seeds)
        baseline = str(data.get("baseline") or cells[0].method)
        if baseline not in {cell.method for cell in cells}:
            raise ConfigurationError(f"The baseline {baseline} is no method of this matrix.")
        averaging = tuple(map(str, _list(data.get("averaging") or "mirror")))
        for name in averaging:
            named_views(name)
        return cls(output, cells, averaging, baseline)


@dataclass(frozen=True)
class _Method:
    name: str
    title: str
    paper: int | None
    values: Mapping[str, Any]


def _base(path: Path, given: Any) -> dict[str, Any]:
    """Settings of all cells."""
    home = path.parent
    if isinstance(given, str):
        file = _absolute(home, given)
        given, home = read_settings(file), file.parent
    if not isinstance(given, Mapping):
        raise ConfigurationError("base is a training configuration or the path of one.")
    base = {key: value for key, value in given.items() if key not in ("output", "network")}
    for key in _PATHS:
        if base.get(key) is not None:
            base[key] = _absolute(home, base[key])
    if base.get("data") is None:
        raise ConfigurationError("A matrix tests on patients: base needs a data folder.")
    return base


def _methods(
    base: Mapping[str, Any], networks: Sequence[Any], variants: Mapping[str, Any]
) -> list[_Method]:
    """Every network in every variant; a variant without settings adds nothing to the name."""
    found = []
    for entry in networks:
        network = _network(base, {"name": entry} if isinstance(entry, str) else entry)
        for name, change in (variants or {"": {}}).items():
            _check_changes(f"The variant {name}", change or {})
            values = merged(network.values, change or {})
            words = [str(name)] if change else []
            found.append(
                _Method(
                    "-".join([network.name, *words]),
                    ", ".join([network.title, *words]),
                    network.paper,
                    values,
                )
            )
    names = [method.name for method in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigurationError(f"The matrix has two methods called {', '.join(twice)}.")
    return found


def _network(base: Mapping[str, Any], entry: Any) -> _Method:
    name = str(entry.get("name", "")) if isinstance(entry, Mapping) else ""
    if not _NAME.fullmatch(name):
        raise ConfigurationError(
            f"A network is the name of a published one or settings with a name of letters, digits "
            f"and dashes, not {entry!r}."
        )
    known = PUBLISHED.get(name)
    if known is None and not isinstance(entry.get("network"), Mapping):
        raise ConfigurationError(
            f"{name} is no published network ({', '.join(PUBLISHED)}): describe it under network."
        )
    changes = {key: value for key, value in entry.items() if key not in _OWN}
    _check_changes(name, changes)
    spec = {} if known is None else known.spec.to_dict()
    spec["landmarks"] = 2 * len(_list(entry.get("keys") or base.get("keys") or MRI_KEYS))
    title = str(entry.get("title") or (name if known is None else known.title))
    return _Method(
        name,
        title,
        None if known is None else known.paper,
        merged({**base, "network": spec}, changes),
    )


def _cells(
    methods: Sequence[_Method], output: Path, base: Mapping[str, Any], seeds: Sequence[int]
) -> tuple[MatrixCell, ...]:
    if not all(isinstance(seed, int) for seed in seeds):
        raise ConfigurationError(f"seeds are whole numbers, not {seeds!r}.")
    if len(set(seeds)) < len(seeds):
        raise ConfigurationError("A seed stands twice among the seeds.")
    cells = []
    for seed in seeds:
        for method in methods:
            same = seed == base.get("seed", 17)
            name = method.name if same else f"{method.name}-seed{seed}"
            values = {**method.values, "bundle_id": method.name, "seed": seed}
            config, problem = _config(values, output / name)
            cells.append(
                MatrixCell(
                    *(name, method.name, method.title, method.paper, output / name),
                    *(values, config, problem),
                )
            )
    if all(cell.problem for cell in cells):
        raise ConfigurationError(cells[0].problem)
    return tuple(cells)


def _config(values: Mapping[str, Any], folder: Path) -> tuple[TrainingConfig | None, str]:
    """The configuration of a cell, or why there is none."""
    try:
        return TrainingConfig.from_dict({**values, "output": folder}), ""
    except ConfigurationError as error:
        return None, str(error)


def _check_changes(whose: str, changes: Any) -> None:
    if not isinstance(changes, Mapping):
        raise ConfigurationError(f"{whose}: settings are wanted, not {changes!r}.")
    fixed = [key for key in _FIXED if key in changes]
    if fixed:
        raise ConfigurationError(
            f"{whose} changes {', '.join(fixed)}, which all cells of a matrix have in common."
        )


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` with ``changes`` in it; groups of settings are merged setting by setting."""
    both = {
        key: merged(base[key], value)
        for key, value in changes.items()
        if isinstance(value, Mapping) and isinstance(base.get(key), Mapping)
    }
    return {**base, **changes, **both}


def _absolute(home: Path, path: Any) -> Path:
    return (home / Path(str(path)).expanduser()).resolve()


def _list(given: Any) -> list[Any]:
    """A single value is a list of one."""
    return list(given) if isinstance(given, list | tuple) else [given]
