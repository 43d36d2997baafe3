"""Results of a case for people and programs: files, picture, terminal table."""

from .case import DEFAULT_MARKS, CaseReport, safe_name
from .recorded import RecordedGeometry
from .results import (
    Output,
    ResultsExistError,
    WrittenResults,
    check_folder,
    protect_edited,
    write_results,
)
from .tables import csv_text, json_text, write_csv, write_json
from .terminal import format_case, format_table
from .values import format_value

__all__ = [
    "DEFAULT_MARKS",
    "CaseReport",
    "Output",
    "RecordedGeometry",
    "ResultsExistError",
    "WrittenResults",
    "check_folder",
    "csv_text",
    "format_case",
    "format_table",
    "format_value",
    "json_text",
    "protect_edited",
    "safe_name",
    "write_csv",
    "write_json",
    "write_results",
]
