"""The self test: a simulated MRI with exact landmarks, shown, measured and corrected."""

from __future__ import annotations

from ..anatomy import Side
from ..review import Command
from ..scene import add_volume
from ..scene.editing import StudyEditor
from ..session import HipSession
from ..synthesis import make_phantom

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


def check_review(session: HipSession) -> None:
    """Move a point, take it back, mark one as absent; needs neither network nor torch nor a window.

    Raises:
        AssertionError: when a step does not do what it says.
    """
    case = make_phantom(slices=_NEAR_THE_LANDMARKS)
    study = session.show(add_volume(session.scene, case.image), case.landmarks)
    editor = StudyEditor(study)
    cam = (Side.RIGHT, "LCP")
    try:
        before = study.measurement(Side.RIGHT, "alpha").value
        editor.go_to(cam)
        for command, same, known in (
            (Command.STEP_UP, False, True),
            (Command.UNDO, True, True),
            (Command.ABSENT, False, False),
            (Command.RESET, True, True),
        ):
            outcome = editor.execute(command)
            value = study.measurement(Side.RIGHT, "alpha").value
            if not outcome.done or (value is not None) != known or (value == before) != same:
                raise AssertionError(f"Alpha is {value} after {command.value}: {outcome.reason}")
    finally:
        editor.close()
