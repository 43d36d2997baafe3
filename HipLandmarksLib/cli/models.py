"""``hiplandmarks models``: the models that are here or can be had, each with its card in short."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from .model_options import KINDS

if TYPE_CHECKING:
    from ..detection.catalogue import ModelCatalogue, ModelEntry

NAME = "models"
SUMMARY = "list, show, install, join or remove models"
DESCRIPTION = (
    "Models that come with HipLandmarks, models in your own folder, and models that an index\n"
    "offers for download. Nothing is downloaded unless you install it; every file is checked\n"
    "against its SHA-256. Your folder is HIPLANDMARKS_MODELS, else the usual place for a user's\n"
    "data; a model copied there by hand is found as well."
)
EXAMPLES = """examples:
  hiplandmarks models list
  hiplandmarks models show xray-ap-pelvis
  hiplandmarks models install Downloads/my-model.zip
  hiplandmarks models remove my-model
  hiplandmarks models join runs/seed17/bundle runs/seed42/bundle --out my-ensemble
"""
_MEGABYTE = 1e6


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    listing = _action(actions, "list", "all models, also those that cannot be used, and why", _list)
    listing.add_argument("--kind", choices=KINDS, help="only models for this kind of image")
    show = _action(actions, "show", "the card of a model in short", _show)
    show.add_argument("name", metavar="NAME")
    for action in (listing, show):
        action.add_argument("--json", action="store_true", help="print JSON for programs")
    install = _action(
        actions, "install", "download a model, or copy one that you have into your folder", _install
    )
    install.add_argument(
        "source", metavar="NAME|PATH", help="a name of the list, or a model's folder or zip archive"
    )
    _add_join(actions)
    remove = _action(actions, "remove", "delete a model of your folder", _remove)
    remove.add_argument("name", nargs="?", metavar="NAME")
    remove.add_argument(
        "--unfinished", action="store_true", help="delete what interrupted downloads left"
    )


def _add_join(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    join = _action(
        actions,
        "join",
        "join models of one recipe to one that asks them all: their spread is added to its doubt",
        _join,
    )
    join.add_argument("bundles", nargs="+", type=Path, metavar="BUNDLE", help="two or more models")
    join.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="folder of the new model"
    )
    join.add_argument("--id", metavar="NAME", help="its name (default: the first's, -ensemble)")


def run(arguments: argparse.Namespace) -> None:
    """Do what was asked for.

    Raises:
        HipLandmarksError: when there is no such model, or it cannot be used or had.
    """
    from ..detection.catalogue import ModelCatalogue, read_index

    releases = None if arguments.index is None else read_index(arguments.index)
    arguments.action(ModelCatalogue(arguments.folder, releases=releases), arguments)


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    summary: str,
    action: Callable[[ModelCatalogue, argparse.Namespace], None],
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=summary, description=summary)
    parser.set_defaults(action=action)
    parser.add_argument(
        "--folder", type=Path, metavar="DIR", help="your models (default: see above)"
    )
    parser.add_argument(
        "--index", type=Path, metavar="FILE", help="another list of models that can be downloaded"
    )
    return parser


def _list(catalogue: ModelCatalogue, arguments: argparse.Namespace) -> None:
    from ..imaging import Modality

    kinds = {None: None, "xray": Modality.XRAY, "mri": Modality.MR}
    entries = catalogue.entries(kinds[arguments.kind])
    if arguments.json:
        _print_json([_facts(entry) for entry in entries])
        return
    width = max((len(entry.title) for entry in entries), default=0)
    for entry in entries:
        megabytes = f"{entry.size_bytes / _MEGABYTE:.1f} MB"
        print(f"{entry.title:<{width}}  {entry.place.value:<8} {megabytes:>9}  {_state(entry)}")
    print(f"Your models: {catalogue.user_folder}")


def _state(entry: ModelEntry) -> str:
    if entry.problem:
        return f"cannot be used: {entry.problem}"
    assert entry.summary is not None  # else there is a problem
    doubt = "calibrated" if entry.summary.calibrated else "not calibrated"
    use = ", not for commercial use" if entry.summary.non_commercial else ""
    return f"reads {entry.summary.modality.words}, {doubt}{use}"


def _show(catalogue: ModelCatalogue, arguments: argparse.Namespace) -> None:
    entry = _named(catalogue, arguments.name)
    if arguments.json:
        _print_json(_facts(entry))
        return
    assert entry.summary is not None  # as _named says
    for label, text in entry.summary.lines():
        print(f"{label + ':':<20}{text}")
    print(f"{'Folder:':<20}{entry.folder or 'not here: install it'}")


def _named(catalogue: ModelCatalogue, name: str) -> ModelEntry:
    """A model that is here, else one that is offered."""
    for entry in catalogue.entries():
        if entry.name == name and entry.release is not None:
            return entry
    return catalogue.find(name)


def _install(catalogue: ModelCatalogue, arguments: argparse.Namespace) -> None:
    source = Path(arguments.source).expanduser()
    if source.exists():
        entry = catalogue.install_from(source)
    else:
        entry = catalogue.install(arguments.source, _show_progress)
        print(file=sys.stderr)
    assert entry.summary is not None  # an installed model was checked
    print(f"{entry.title} is in {entry.folder}")
    print(f"Licence: {entry.summary.licence}")


def _join(_: ModelCatalogue, arguments: argparse.Namespace) -> None:
    from ..detection import join_bundles

    card = join_bundles(arguments.bundles, arguments.out, arguments.id)
    print(f"{card.id} is in {arguments.out}: {card.network.members} networks that answer together")
    print(f"Licence: {card.training['licence']}")
    print("Calibrate it with 'hiplandmarks calibrate': the doubt of its members is another one.")


def _remove(catalogue: ModelCatalogue, arguments: argparse.Namespace) -> None:
    from ..errors import ConfigurationError

    if arguments.unfinished:
        print(f"{catalogue.remove_unfinished() / _MEGABYTE:.1f} MB of unfinished downloads deleted")
    elif arguments.name is None:
        raise ConfigurationError("Say which model to remove, or --unfinished.")
    if arguments.name is not None:
        catalogue.remove(arguments.name)
        print(f"{arguments.name} is deleted")


def _show_progress(done: int, total: int) -> None:
    print(f"\r{done / _MEGABYTE:.1f} of {total / _MEGABYTE:.1f} MB", end="", file=sys.stderr)


def _facts(entry: ModelEntry) -> dict[str, object]:
    summary = entry.summary
    card = None
    if summary is not None:
        card = {
            **vars(summary),
            "modality": summary.modality.value,
            "calibrated": summary.calibrated,
            "non_commercial": summary.non_commercial,
        }
    return {
        "name": entry.name,
        "place": entry.place.value,
        "usable": entry.usable,
        "problem": entry.problem,
        "folder": None if entry.folder is None else str(entry.folder),
        "size_bytes": entry.size_bytes,
        "card": card,
    }


def _print_json(facts: object) -> None:
    json.dump(facts, sys.stdout, indent=1)
    print()
