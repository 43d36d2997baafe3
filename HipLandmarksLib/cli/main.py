"""Argument parsing, dispatch and exit codes; the work is done by one module per command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from .. import __version__
from ..errors import HipLandmarksError
from ..threads import let_waiting_threads_sleep
from . import (
    app,
    calibrate,
    compare,
    define,
    detect,
    evaluate,
    matrix,
    measure,
    models,
    networks,
    sample,
    simulate,
    split,
    train,
)
from .failures import explain_missing_package, explain_os_error

EXIT_OK = 0
EXIT_ERROR = 1
EXIT_USAGE = 2
"""argparse leaves with this code itself."""
EXIT_INTERRUPTED = 130

_NOTICE = "Research software, not a medical device: check every landmark before you use a number."
_COMMANDS = (
    detect,
    app,
    measure,
    define,
    split,
    train,
    evaluate,
    calibrate,
    compare,
    matrix,
    models,
    networks,
    simulate,
    sample,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    0 = done, 1 = it could not be done (one sentence on stderr says why), 2 = wrong usage
    (argparse leaves through SystemExit), 130 = interrupted by the user.
    """
    arguments = build_parser().parse_args(argv)
    let_waiting_threads_sleep()
    try:
        arguments.run(arguments)
    except HipLandmarksError as error:
        return _fail(str(error))
    except ModuleNotFoundError as error:
        return _fail(explain_missing_package(error))
    except OSError as error:
        return _fail(explain_os_error(error))
    except KeyboardInterrupt:
        print("hiplandmarks: interrupted; no half-written file was left.", file=sys.stderr)
        return EXIT_INTERRUPTED
    return EXIT_OK


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands; building it imports nothing heavy."""
    parser = argparse.ArgumentParser(
        prog="hiplandmarks",
        description="Hip landmarks and measurements on MRI and radiographs. " + _NOTICE,
        epilog="'hiplandmarks COMMAND --help' explains one command.",
    )
    parser.add_argument("--version", action="version", version=f"hiplandmarks {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in _COMMANDS:
        command = commands.add_parser(
            module.NAME,
            help=module.SUMMARY,
            description=f"{module.DESCRIPTION}\n\n{_NOTICE}",
            epilog=module.EXAMPLES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return parser


def _fail(sentence: str) -> int:
    print(f"hiplandmarks: error: {sentence}", file=sys.stderr)
    return EXIT_ERROR
