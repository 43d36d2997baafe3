"""The self test: a simulated MRI with exact landmarks, shown, measured and corrected."""

from __future__ import annotations

from ..anatomy import Side
from ..scene import add_volume
from ..synthesis import make_phantom
from .session import HipSession

ALPHA_TOLERANCE_DEG = 0.5
_NEAR_THE_LANDMARKS = (16, 17, 18)


def check_live_measurements(session: HipSession) -> None:
    """Show the phantom's landmarks and move one; needs neither network nor torch.

    Raises:
        AssertionError: when a number is not the geometry of the points.
    """
    case = make_phantom(slices=_NEAR_THE_LANDMARKS)
    volume = add_volume(session.scene, case.image)
    study = session.show(volume, case.landmarks)
    if session.study(volume) is not study:
        raise AssertionError("The session does not keep the study of the volume.")
    for side, hip in ((Side.RIGHT, case.parameters.right), (Side.LEFT, case.parameters.left)):
        alpha = study.measurement(side, "alpha").value
        if alpha is None or abs(alpha - hip.alpha_deg) > ALPHA_TOLERANCE_DEG:
            raise AssertionError(f"{side.word} alpha is {alpha}, the phantom has {hip.alpha_deg}.")
        points = study.points_node(side)
        index = points.GetControlPointIndexByLabel("LCP")
        r, a, s = points.GetNthControlPointPosition(index)
        points.SetNthControlPointPosition(index, r, a, s + 5.0)
        moved = study.measurement(side, "alpha").value
        if moved is None or moved < alpha + 3.0:
            raise AssertionError(f"{side.word} alpha is {moved} after the cam point was raised.")
