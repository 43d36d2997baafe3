"""Names and facts of the runs that an evaluation compares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..detection import BundleCard


def unique_names(names: Sequence[str], bundles: Sequence[Path] = ()) -> list[str]:
    """``names``, with folder or number where one occurs twice."""
    count = Counter(names)
    return [
        name if count[name] == 1 else f"{name} ({_place(bundles, number)})"
        for number, name in enumerate(names)
    ]


def _place(bundles: Sequence[Path], number: int) -> str:
    if not bundles:
        return str(number + 1)
    path = bundles[number].resolve()
    parts = [part for part in path.parts[-3:] if part not in ("bundle", path.anchor)]
    return f"{number + 1}: {'/'.join(parts)}"


def facts_of_card(card: BundleCard) -> dict[str, Any]:
    """What tells models apart: network, recipe, seed, averaging; JSON-ready."""
    from ..evaluation.finished import recipe_words

    recipe = card.training.get("recipe", {})
    return {
        "model": card.id,
        "version": card.version,
        "description": card.description,
        "network": card.network.to_dict(),
        "mirror": card.mirror,
        "seed": recipe.get("seed"),
        "fold": recipe.get("fold"),
        "recipe": recipe_words(recipe),
        "sha256": card.sha256,
    }
