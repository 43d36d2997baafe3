"""Settings of the two papers by name, as a start of a configuration."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ..errors import ConfigurationError

RECIPES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        # AdamW 1e-4 / 1e-5, ExponentialLR .95 per epoch, batch 4, sigma 5 px at 512 x 512
        "paper1": {
            "optimiser": "adamw",
            "learning_rate": 1e-4,
            "weight_decay": 1e-5,
            "schedule": "exponential",
            "decay": 0.95,
            "warmup": 0,
            "batch": 4,
            "sigma_px": 5.0,
            "augmentation": "paper1",
            "loss": {"heatmap": "nll"},
        },
        # Adam 1e-3, Adaptive Wing with its mask plus MSE on the fields, flips and noise
        "paper2": {
            "optimiser": "adam",
            "learning_rate": 1e-3,
            "weight_decay": 0.0,
            "schedule": "constant",
            "warmup": 0,
            "augmentation": "paper2",
            "loss": {"heatmap": "adaptive_wing"},
            "uncertainty_module": True,
        },
        "robust": {"augmentation": "robust"},
    }
)
"""By name; what a configuration says besides ``recipe`` goes before."""


def with_recipe(values: Mapping[str, Any]) -> dict[str, Any]:
    """Fill ``values`` up with those of the recipe that they name under ``recipe``.

    Raises:
        ConfigurationError: when there is no such recipe.
    """
    rest = {name: value for name, value in values.items() if name != "recipe"}
    name = values.get("recipe")
    if name is None:
        return rest
    if not isinstance(name, str) or name not in RECIPES:
        raise ConfigurationError(
            f"There is no recipe {name!r}; choose one of {', '.join(RECIPES)}."
        )
    filled = copy.deepcopy(dict(RECIPES[name]))
    for key, value in rest.items():
        given = filled.get(key)
        both = isinstance(given, Mapping) and isinstance(value, Mapping)
        filled[key] = {**given, **value} if both and given is not None else value
    return filled
