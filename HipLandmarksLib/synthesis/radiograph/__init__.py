"""Radiographs of the pelvis made from bone surfaces, with exact landmarks."""

from .camera import Camera
from .store import ViewStore
from .view import BonePaths, BoneView, TruePoint

__all__ = ["BonePaths", "BoneView", "Camera", "TruePoint", "ViewStore"]
