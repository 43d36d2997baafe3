"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from film_samples import film_bundle, films, hips
from hypothesis import settings

__all__ = ["film_bundle", "films", "hips"]  # fixtures; the path is set in pyproject.toml

REPOSITORY = Path(__file__).resolve().parents[2]

# The same commit gives the same verdict; HYPOTHESIS_PROFILE=explore draws new examples every time.
settings.register_profile("repeatable", derandomize=True)
settings.register_profile("explore")
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


@pytest.fixture(scope="session")
def repository() -> Path:
    """Root of the checkout under test."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of development data; a test that needs it is skipped where it is absent."""
    root = Path(os.environ.get("HIPLANDMARKS_SHARED", REPOSITORY.parent / "shared"))
    if not (root / "data" / "mri").is_dir():
        pytest.skip("development data not present (set HIPLANDMARKS_SHARED to its folder)")
    return root / "data"
