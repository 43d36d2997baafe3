"""Results of a case for people and programs: files, picture, terminal table."""

from .case import CaseReport, safe_name
from .recorded import RecordedGeometry
from .results import (
    Output,
    ResultsExistError,
    WrittenResults,
    check_folder,
    protect_edited,
    write_results,
)
from .terminal import format_table, format_value

__all__ = [
    "CaseReport",
    "Output",
    "RecordedGeometry",
    "ResultsExistError",
    "WrittenResults",
    "check_folder",
    "format_table",
    "format_value",
    "protect_edited",
    "safe_name",
    "write_results",
]
