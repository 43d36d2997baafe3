"""Landmarks, their states and sources in words."""

from __future__ import annotations

from ..anatomy import AnySide, Landmark, LandmarkState, Midline, Side, SourceKind
from ..i18n import tr as _


def side_word(side: AnySide) -> str:
    """``right``, ``left`` or ``middle``."""
    words: dict[AnySide, str] = {
        Side.RIGHT: _("right"),
        Side.LEFT: _("left"),
        Midline.PELVIS: _("middle"),
    }
    return words[side]


def landmark_name(side: AnySide, key: str) -> str:
    """Such as ``right LAE``; a point of the midline has its key alone."""
    return key if isinstance(side, Midline) else f"{side_word(side)} {key}"


def state_word(landmark: Landmark | None) -> str:
    """The state of a landmark; what nobody has placed is still to be placed."""
    if landmark is None:
        return _("to be placed")
    return {
        LandmarkState.VISIBLE: _("visible"),
        LandmarkState.ESTIMATED: _("occluded, estimated"),
        LandmarkState.ABSENT: _("not there"),
        LandmarkState.PROSTHESIS: _("prosthesis"),
    }[landmark.state]


def source_word(landmark: Landmark | None) -> str:
    """Who placed a landmark: the model, a reader by name."""
    if landmark is None:
        return ""
    kind = {
        SourceKind.MODEL: _("model"),
        SourceKind.READER: _("reader"),
        SourceKind.REFERENCE: _("reference"),
        SourceKind.SIMULATION: _("simulation"),
    }[landmark.source.kind]
    by_person = landmark.source.kind is SourceKind.READER and landmark.source.name
    return f"{kind} {landmark.source.name}" if by_person else kind
