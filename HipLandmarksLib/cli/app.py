"""``hiplandmarks app``: the viewer in the browser."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

NAME = "app"
TOKEN_VARIABLE = "HIPLANDMARKS_TOKEN"
"""Environment variable with the token of the link, for who starts viewers for others."""
SUMMARY = "open the viewer in the browser"
DESCRIPTION = "Open images, find and correct landmarks and read the numbers in your browser."
EXAMPLES = """examples:
  hiplandmarks app
  hiplandmarks app --sample mri
  hiplandmarks app scan.nii.gz
  hiplandmarks app film.dcm --port 8080 --no-browser"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("images", nargs="*", type=Path, metavar="IMAGE", help="opened at once")
    parser.add_argument("--port", type=int, default=0, help="0, the default: any free one")
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on; another one lets other computers in (default: this one only)",
    )
    parser.add_argument(
        "--upload-mb", type=int, default=256, metavar="N", help="largest upload (default: 256)"
    )
    parser.add_argument(
        "--idle-minutes",
        type=float,
        default=0.0,
        metavar="N",
        help="end when no page was open for so long (default: 0, never)",
    )
    parser.add_argument(
        "--sample", choices=("mri", "xray"), help="begin with a simulated image, measured"
    )
    parser.add_argument("--no-browser", action="store_true", help="only print the link")
    parser.add_argument("--light", action="store_true", help="begin in light colours")


def run(arguments: argparse.Namespace) -> None:
    """Serve until Ctrl-C.

    Raises:
        HipLandmarksError: when an option is no good or nothing can be drawn here.
    """
    from ..web import ViewerOptions
    from ..web.serve import serve

    serve(
        ViewerOptions(
            tuple(arguments.images),
            arguments.host,
            arguments.port,
            arguments.upload_mb,
            not arguments.no_browser,
            not arguments.light,
            arguments.idle_minutes,
            os.environ.get(TOKEN_VARIABLE),
            arguments.sample,
        )
    )
