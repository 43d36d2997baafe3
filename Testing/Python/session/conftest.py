"""A face without a window, as the tests of sessions use it."""

from __future__ import annotations

import pytest


@pytest.fixture
def face():
    """An MRI is shown; a film of the same hips is there, too."""
    pytest.importorskip("slicer")
    from panel_case import film, landmarks, mri
    from plain_face import PlainFace

    from HipLandmarksLib.scene import add_volume
    from HipLandmarksLib.scene.prepare import new_scene
    from HipLandmarksLib.session import HipSession

    scene = new_scene()
    made = PlainFace(HipSession(scene))
    image, points = mri()
    for picture, own in ((film(), landmarks()), (image, points)):
        made.volume = add_volume(scene, picture)
        made.session.show(made.volume, own)
    yield made
    scene.Clear(0)
