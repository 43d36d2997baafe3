"""Results of an exploration for people and programs: plots as PNG, tables as text and CSV."""

from .clock_words import clock_csv, clock_headline, clock_table, omega_words, section_texts
from .coverage_words import COVERAGE_SOURCE, coverage_headline, neck_words, sphere_words
from .slice_rows import SliceRow, explored_rows, interval_remark, slice_rows
from .slice_table import remark_words, slice_csv, slice_table, value_words
from .text import exploration_text
from .write import write_exploration

__all__ = [
    "COVERAGE_SOURCE",
    "SliceRow",
    "clock_csv",
    "clock_headline",
    "clock_table",
    "coverage_headline",
    "exploration_text",
    "explored_rows",
    "interval_remark",
    "neck_words",
    "omega_words",
    "remark_words",
    "section_texts",
    "slice_csv",
    "slice_rows",
    "slice_table",
    "sphere_words",
    "value_words",
    "write_exploration",
]
