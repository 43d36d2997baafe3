"""Resumable training state in one safetensors file; nothing is pickled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from ..errors import ConfigurationError
from ..files import atomic_path

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
        save_file(tensors, temporary, metadata={"facts": json.dumps(facts)})


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
            facts = json.loads(file.metadata()["facts"])
        network.load_state_dict(_unprefixed(_MODEL, tensors))
        average.load_state_dict(_unprefixed(_AVERAGE, tensors))
    except (SafetensorError, RuntimeError, KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(
            f"The checkpoint {path} cannot be resumed ({error}); remove it to start again."
        ) from error
    state = optimiser.state_dict()
    state["state"] = _moments(tensors)
    optimiser.load_state_dict(state)
    return dict(facts)


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
