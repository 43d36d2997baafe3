"""Live studies in a real scene."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from doubt_reading import reading
from panel_case import film, landmarks, mri


@pytest.fixture
def scene() -> Any:
    """A bare scene of slicer-core."""
    slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")
    return slicer.vtkMRMLScene()


@pytest.fixture
def film_study(scene: Any) -> Iterator[Any]:
    """A film with many points, not corrected for magnification."""
    from HipLandmarksLib.scene import HipStudy

    study = HipStudy.create(scene, film(), landmarks(), reader="anna")
    yield study
    study.close()


@pytest.fixture
def doubtful_study(scene: Any) -> Iterator[Any]:
    """An MRI that a calibrated model has read; it reports the left LCP absent."""
    from HipLandmarksLib.scene import HipStudy

    image, points = mri()
    says = reading(image, points)
    study = HipStudy.create(scene, image, says.landmarks, reader="anna")
    study.show_doubt(says, visible=False)
    yield study
    study.close()
