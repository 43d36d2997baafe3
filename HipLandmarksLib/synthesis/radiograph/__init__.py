"""Radiographs of the pelvis made from bone surfaces, with exact landmarks."""

from .camera import Camera
from .landmarks import FILM_KEYS, FilmLandmarks, film_landmarks
from .landmarks_truth import true_landmarks, true_measurements
from .store import ViewStore
from .view import BonePaths, BoneView, TruePoint

__all__ = [
    "FILM_KEYS",
    "BonePaths",
    "BoneView",
    "Camera",
    "FilmLandmarks",
    "TruePoint",
    "ViewStore",
    "film_landmarks",
    "true_landmarks",
    "true_measurements",
]
