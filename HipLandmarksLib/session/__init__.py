"""The studies of a running face and what is done with them: detection, review, exploration.

Shared by every face that holds a scene; knows neither Qt nor trame.
"""

from .editors import Editors, reviews_folder
from .explorers import Explorers
from .hip_session import HipSession

__all__ = ["Editors", "Explorers", "HipSession", "reviews_folder"]
