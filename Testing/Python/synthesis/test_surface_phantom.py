"""The surface phantom: closed bones that measure what was dialled."""

from __future__ import annotations

import numpy as np
import pytest

from HipLandmarksLib.synthesis.surfaces import (
    BoneName,
    BoneSurface,
    PelvisAnatomy,
    make_phantom_anatomy,
)
from HipLandmarksLib.synthesis.surfaces.phantom_mesh import volume_mm3


@pytest.fixture(scope="module")
def anatomy() -> PelvisAnatomy:
    return make_phantom_anatomy()


def directed_edges(bone: BoneSurface) -> np.ndarray:
    return np.concatenate([bone.faces[:, [a, b]] for a, b in ((0, 1), (1, 2), (2, 0))])


@pytest.mark.parametrize("name", list(BoneName))
def test_every_edge_joins_two_faces_that_agree(anatomy: PelvisAnatomy, name: BoneName) -> None:
    directed = directed_edges(anatomy.bones[name])
    _, counts = np.unique(np.sort(directed, axis=1), axis=0, return_counts=True)
    assert np.all(counts == 2)
    assert len(np.unique(directed, axis=0)) == len(directed)


@pytest.mark.parametrize("name", list(BoneName))
def test_faces_look_outwards(anatomy: PelvisAnatomy, name: BoneName) -> None:
    assert volume_mm3(anatomy.bones[name]) > 50e3
