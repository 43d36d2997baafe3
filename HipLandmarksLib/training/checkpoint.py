"""Resumable training state in one safetensors file; nothing is pickled."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from ..detection.tensors import save_tensors
from ..errors import ConfigurationError
from ..files import HALF_WRITTEN, atomic_path
from .run_settings import CHANGEABLE

_LONGEST_REASON = 200
_MODEL, _AVERAGE, _OPTIMISER = "model.", "average.", "optimiser."


def save_checkpoint(
    path: Path,
    network: nn.Module,
    average: nn.Module,
    optimiser: torch.optim.Optimizer,
    facts: dict[str, Any],
) -> None:
    """Write weights, averaged weights, optimiser moments and ``facts`` (JSON) atomically."""
    tensors = _prefixed(_MODEL, network.state_dict()) | _prefixed(_AVERAGE, average.state_dict())
    for index, moments in optimiser.state_dict()["state"].items():
        for name, value in moments.items():
            tensors[f"{_OPTIMISER}{index}.{name}"] = torch.as_tensor(value).contiguous().clone()
    with atomic_path(path) as temporary:
        save_tensors(tensors, temporary, metadata={"facts": json.dumps(facts)})
        with temporary.open("rb") as file:
            os.fsync(file.fileno())  # or a power failure could leave the new name without content


def remove_half_written(folder: Path) -> None:
    """Remove what a process left that was killed while it wrote into the folder of a run."""
    for leftover in folder.rglob(f"{HALF_WRITTEN}*"):
        leftover.unlink(missing_ok=True)


def check_changes(path: Path, changed: Sequence[str], accepted: bool) -> None:
    """Refuse to mix settings in one run.

    Args:
        path: of the checkpoint.
        changed: names of the settings that it was made with otherwise.
        accepted: whether the changes of :data:`.run_settings.CHANGEABLE` are wanted.

    Raises:
        ConfigurationError: when a setting has changed and that is not accepted.
    """
    harmless = set(changed) <= set(CHANGEABLE)
    if not changed or (accepted and harmless):
        return
    names = ", ".join(changed if not accepted else sorted({*changed} - {*CHANGEABLE}))
    text = (
        f"{path} was made with other settings ({names}); remove {path.parent} to start again or "
        "give another output folder"
    )
    raise ConfigurationError(
        text + (", or go on with the new ones by --accept-changes." if harmless else ".")
    )


def checkpoint_facts(path: Path) -> dict[str, Any]:
    """The facts of a checkpoint alone, to see whether it belongs to a run before it is loaded.

    Raises:
        ConfigurationError: when the file is damaged.
    """
    try:
        with safe_open(path, framework="pt") as file:
            facts = dict(json.loads(file.metadata()["facts"]))
        if not all(isinstance(facts[name], dict) for name in ("config", "progress")):
            raise ValueError("it does not say what it belongs to")
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise _unusable(path, error) from error
    return facts


def _unusable(path: Path, error: Exception) -> ConfigurationError:
    words = " ".join(str(error).split())
    words = words if len(words) <= _LONGEST_REASON else f"{words[:_LONGEST_REASON]} ..."
    return ConfigurationError(
        f"The checkpoint {path} cannot be resumed ({words}); remove it to start again."
    )


def load_checkpoint(
    path: Path, network: nn.Module, average: nn.Module, optimiser: torch.optim.Optimizer
) -> dict[str, Any]:
    """Restore what :func:`save_checkpoint` wrote and return its facts.

    Raises:
        ConfigurationError: when the file is damaged or belongs to another network.
    """
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        network.load_state_dict(_unprefixed(_MODEL, tensors))
        average.load_state_dict(_unprefixed(_AVERAGE, tensors))
        moments = _moments(tensors)
    except (SafetensorError, RuntimeError, KeyError, TypeError, ValueError) as error:
        raise _unusable(path, error) from error
    state = optimiser.state_dict()
    state["state"] = moments
    optimiser.load_state_dict(state)
    _as_the_weights_lie(optimiser)
    return checkpoint_facts(path)


def _as_the_weights_lie(optimiser: torch.optim.Optimizer) -> None:
    """Give the moments the memory format of their weights, as they had it before they were saved.

    Otherwise the optimiser would copy them in every later step.
    """
    for weights, moments in optimiser.state.items():
        for name, value in moments.items():
            if torch.is_tensor(value) and value.shape == weights.shape:
                moments[name] = torch.empty_like(weights).copy_(value)


def _prefixed(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {
        prefix + name: tensor.detach().cpu().contiguous().clone()
        for name, tensor in tensors.items()
    }


def _unprefixed(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in tensors.items()
        if name.startswith(prefix)
    }


def _moments(tensors: dict[str, Tensor]) -> dict[int, dict[str, Tensor]]:
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in _unprefixed(_OPTIMISER, tensors).items():
        index, moment = name.split(".", 1)
        state.setdefault(int(index), {})[moment] = tensor
    return state
