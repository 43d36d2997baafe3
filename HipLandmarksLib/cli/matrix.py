"""``hiplandmarks matrix``: train, evaluate and compare a whole matrix of networks."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..evaluation.ablation import Ablation
    from ..training.matrix import Matrix, MatrixCell

NAME = "matrix"
SUMMARY = "train, evaluate and compare many networks by one command"
DESCRIPTION = (
    "Cross-validate every network of a matrix (YAML or JSON) by patient, with every variant and\n"
    "seed, evaluate it with every kind of test-time augmentation and write one table of all:\n"
    "comparison.html, .md, .csv and .json. What is finished is kept: the same command goes on\n"
    "where it was stopped. A network that cannot be trained is named; the others go on."
)
EXAMPLES = """examples:
  hiplandmarks matrix Resources/Training/matrix-mri.yaml --list
  hiplandmarks matrix my-matrix.yaml
  hiplandmarks matrix my-matrix.yaml --only hrnet-w32 hrnet-w32-srf
  hiplandmarks matrix my-matrix.yaml --table
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("matrix", type=Path, metavar="MATRIX", help="file of the matrix")
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--list",
        action="store_true",
        help="only list the cells with size, work, legal input sizes and an estimate of the time "
        "(one timed step each)",
    )
    what.add_argument(
        "--no-train",
        action="store_true",
        help="only evaluate, time and table what is trained already",
    )
    what.add_argument(
        "--table", action="store_true", help="only make the tables anew from what is finished"
    )
    parser.add_argument(
        "--only",
        nargs="+",
        metavar="NAME",
        default=[],
        help="only these networks or cells; the tables hold all that are finished",
    )


def run(arguments: argparse.Namespace) -> None:
    """Run the cells, then make the tables.

    Raises:
        HipLandmarksError: when the matrix cannot be used, nothing is finished, or a cell failed.
    """
    from ..report import check_folder
    from ..training.matrix import Matrix
    from .matrix_list import print_list
    from .matrix_run import run_cells
    from .matrix_table import collect

    matrix = Matrix.from_file(arguments.matrix)
    cells = _chosen(matrix, arguments.only)
    if arguments.list:
        print_list(cells)
        return
    check_folder(matrix.output)
    if not arguments.table:
        run_cells(cells, matrix.averaging, train=not arguments.no_train)
    _write(matrix.output, collect(matrix))


def _chosen(matrix: Matrix, names: list[str]) -> list[MatrixCell]:
    """Cells by their own name or that of their method.

    Raises:
        ConfigurationError: when there is no cell of a name.
    """
    from ..errors import ConfigurationError

    known = {name for cell in matrix.cells for name in (cell.name, cell.method)}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ConfigurationError(
            f"The matrix has no cell {unknown[0]!r}; it has "
            f"{', '.join(cell.name for cell in matrix.cells)}."
        )
    return [c for c in matrix.cells if not names or c.name in names or c.method in names]


def _write(folder: Path, found: Ablation) -> None:
    """Print and write the tables.

    Raises:
        ConfigurationError: afterwards, when a cell failed.
    """
    from ..errors import ConfigurationError
    from ..files import write_text_atomic
    from ..report.evaluation import (
        ablation_csv,
        ablation_html,
        ablation_markdown,
        ablation_text,
    )

    print(ablation_text(found))
    texts = {
        "html": ablation_html(found),
        "md": ablation_markdown(found),
        "csv": ablation_csv(found),
        "json": json.dumps(found.to_dict(), indent=1, allow_nan=False) + "\n",
    }
    for ending, text in texts.items():
        path = folder / f"comparison.{ending}"
        write_text_atomic(path, text)
        print(f"Written: {path}")
    if found.failed:
        raise ConfigurationError(
            f"{len(found.failed)} of the matrix's cells failed: {', '.join(found.failed)}. The "
            "table says why; the same command tries them again."
        )
