"""Reviewing landmarks: what was changed and by whom, in which order to look, what a key means.

Numpy only; knows nothing of scenes. Research software, not a medical device.
"""

from .changes import NOT_PLACED, Change, Edit, EditKind, PointState
from .commands import Command, CommandCategory, Direction, nudge_of
from .doubt import Doubt, DoubtKind, doubt_of, order_remark
from .errors import ReviewError
from .history import Review
from .items import Progress, ReviewItem, ReviewList, next_open
from .journal import Journal, JournalOffer, find_offers, image_key
from .keymap import KeyMap
from .mirror import MirrorPlane, mirror_plane

__all__ = [
    "NOT_PLACED",
    "Change",
    "Command",
    "CommandCategory",
    "Direction",
    "Doubt",
    "DoubtKind",
    "Edit",
    "EditKind",
    "Journal",
    "JournalOffer",
    "KeyMap",
    "MirrorPlane",
    "PointState",
    "Progress",
    "Review",
    "ReviewError",
    "ReviewItem",
    "ReviewList",
    "doubt_of",
    "find_offers",
    "image_key",
    "mirror_plane",
    "next_open",
    "nudge_of",
    "order_remark",
]
