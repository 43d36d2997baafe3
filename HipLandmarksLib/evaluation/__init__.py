"""How good results are: localisation errors."""

from .localisation import SDR_RADII_MM, PointError, format_summary, summarise

__all__ = ["SDR_RADII_MM", "PointError", "format_summary", "summarise"]
