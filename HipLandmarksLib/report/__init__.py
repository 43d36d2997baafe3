"""Results of a case for people and programs: files, picture, terminal table."""

from .case import CaseReport
from .results import Output, ResultsExistError, WrittenResults, write_results
from .staging import staged_folder
from .terminal import format_table, format_value

__all__ = [
    "CaseReport",
    "Output",
    "ResultsExistError",
    "WrittenResults",
    "format_table",
    "format_value",
    "staged_folder",
    "write_results",
]
