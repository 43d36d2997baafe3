"""How good results are: localisation errors and observer agreement."""

from .agreement import ObserverAgreement, exact_interval, observer_agreement
from .agreement_icc import Icc, IccForm
from .agreement_pairs import BlandAltman, ProportionalBias, bland_altman
from .agreement_points import (
    Ellipse,
    PointAgreement,
    ReaderSpread,
    point_agreement,
    reader_spread,
)
from .agreement_ratings import AgreementError
from .localisation import SDR_RADII_MM, PointError, format_summary, summarise

__all__ = [
    "SDR_RADII_MM",
    "AgreementError",
    "BlandAltman",
    "Ellipse",
    "Icc",
    "IccForm",
    "ObserverAgreement",
    "PointAgreement",
    "PointError",
    "ProportionalBias",
    "ReaderSpread",
    "bland_altman",
    "exact_interval",
    "format_summary",
    "observer_agreement",
    "point_agreement",
    "reader_spread",
    "summarise",
]
