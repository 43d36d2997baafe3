"""The sections of the page: each keeps its part of the state in line with the study."""
