"""``hiplandmarks networks``: the networks that can be trained, each with its card."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from ..networks import NetworkCard, PublishedNetwork

NAME = "networks"
SUMMARY = "list the networks of both papers with size, work and legal input sizes"
DESCRIPTION = (
    "List the networks of both papers: parameters, floating-point operations of one 512 x 512\n"
    "image, legal input sizes. Nothing is downloaded or trained."
)
EXAMPLES = """examples:
  hiplandmarks networks
  hiplandmarks networks hrnet-w32-srf --json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these; without it all")
    parser.add_argument("--json", action="store_true", help="print JSON for programs")


def run(arguments: argparse.Namespace) -> None:
    """Print the cards.

    Raises:
        ConfigurationError: when there is no network of a name.
    """
    from ..networks import PUBLISHED, network_card

    chosen = _chosen(PUBLISHED, arguments.names)
    if arguments.json:
        cards = {name: network_card(known.spec).to_dict() for name, known in chosen.items()}
        json.dump(cards, sys.stdout, indent=1)
        print()
        return
    print(f"{'name':<22} {'paper':<5} {'parameters':>11} {'GFLOPs':>7}  input in multiples of")
    for name, known in chosen.items():
        print(_line(name, known, network_card(known.spec)), flush=True)


def _chosen(known: Mapping[str, PublishedNetwork], names: list[str]) -> dict[str, PublishedNetwork]:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ConfigurationError(
            f"There is no network {unknown[0]!r}; choose from {', '.join(known)}."
        )
    return {name: known[name] for name in names or known}


def _line(name: str, known: PublishedNetwork, card: NetworkCard) -> str:
    size, work = f"{card.parameters / 1e6:.1f} M", f"{card.flops / 1e9:.0f}"
    return f"{name:<22} {known.paper:<5} {size:>11} {work:>7}  {card.input_multiple} px"
