"""The models that can be used here: shipped, in the user's folder, or offered for download.

Needs neither torch nor Qt. Nothing is downloaded unless :meth:`ModelCatalogue.install` is called.
"""

from .agreements import LicenceAgreements
from .catalogue import ModelCatalogue
from .download import DownloadCancelledError
from .entry import ModelEntry, ModelPlace
from .index import ModelRelease, read_index
from .places import user_models_folder
from .summary import ModelSummary, read_summary

__all__ = [
    "DownloadCancelledError",
    "LicenceAgreements",
    "ModelCatalogue",
    "ModelEntry",
    "ModelPlace",
    "ModelRelease",
    "ModelSummary",
    "read_index",
    "read_summary",
    "user_models_folder",
]
