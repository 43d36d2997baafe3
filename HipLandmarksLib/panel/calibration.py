"""The calibration wizard as a state machine: what to mark, what is wrong, what comes out.

A ball, a ruler (any known length), or a factor. No landmark moves: the calibration is a factor
beside the pixel grid, and all lengths are measured anew with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from math import isfinite
from typing import TYPE_CHECKING

from ..errors import CalibrationError
from ..i18n import tr as _
from ..imaging import (
    DEFAULT_MAGNIFICATION,
    Calibration,
    HipImage,
    Modality,
    SpacingProvenance,
    magnification_calibration,
    ruler_calibration,
)
from .bricks import Badge, Choice, Option
from .controls import Control
from .severity import Severity
from .study_badges import calibration_badge

if TYPE_CHECKING:
    from ..imaging import MarkerBall
    from ..scene import HipStudy

Vec3 = tuple[float, float, float]
_DEFAULT_RULER_MM = 100.0
_BY_PERSONS = (SpacingProvenance.MARKER, SpacingProvenance.USER_MAGNIFICATION)
_DEFAULT_BALL_MM = 25.0


class Method(Enum):
    """What gives the film its true size."""

    BALL = "ball"
    """A click inside the ball; its rim is found."""
    BALL_RIM = "ball_rim"
    """Three or more clicks on the rim of the ball."""
    RULER = "ruler"
    """Two clicks on the ends of a known length."""
    FACTOR = "factor"
    """A magnification that the user or the site states."""
    FILE = "file"
    """Back to what the file states."""

    @property
    def least_points(self) -> int:
        """How many marks it needs."""
        return {Method.BALL: 1, Method.BALL_RIM: 3, Method.RULER: 2}.get(self, 0)

    @property
    def most_points(self) -> int | None:
        """How many marks it takes; None: as many as one likes."""
        return None if self is Method.BALL_RIM else self.least_points


class Step(Enum):
    """What the user has to do next."""

    MARK = "mark"
    """Click on the film as :attr:`CalibrationWizard.instruction` says."""
    SIZE = "size"
    """Correct the size or factor."""
    CHECK = "check"
    """Read result and remarks, then apply."""


@dataclass(frozen=True)
class CalibrationWizard:
    """A calibration in the making; every change returns another wizard.

    Attributes:
        image: the film, with the calibration of its file.
        method: what gives the size.
        size: true size in mm, or the magnification.
        points: marks of the user, LPS mm.
        ball: what was found of a ball; None without one.
        problem: one sentence why there is no calibration yet; empty when there is one, or when
            marks are still wanting.
        calibration: the result; None without one.
    """

    image: HipImage
    method: Method = Method.BALL
    size: float = _DEFAULT_BALL_MM
    points: tuple[Vec3, ...] = ()
    ball: MarkerBall | None = None
    problem: str = ""
    calibration: Calibration | None = None

    @classmethod
    def begin(cls, image: HipImage) -> CalibrationWizard:
        """A wizard for a film.

        Raises:
            CalibrationError: for MR and CT, whose millimetres are the patient's own.
        """
        if image.modality in (Modality.MR, Modality.CT):
            raise CalibrationError(
                f"{image.name} is {image.modality.value}: its pixel size is measured in the "
                "patient and needs no calibration."
            )
        return cls(image)

    @classmethod
    def of_study(cls, study: HipStudy) -> CalibrationWizard:
        """A wizard for the film of a study; it starts from what the file states.

        Raises:
            CalibrationError: as :meth:`begin`.
        """
        return cls.begin(replace(study.image, calibration=study.file_calibration))

    @property
    def file_is_known(self) -> bool:
        """Whether it is known what the file stated: older scenes hold the later calibration."""
        return self.image.calibration.provenance not in _BY_PERSONS

    @property
    def grid_has_millimetres(self) -> bool:
        """Whether a factor can make millimetres of the pixel grid."""
        provenance = self.image.calibration.provenance
        return provenance.has_millimetres and provenance is not SpacingProvenance.MARKER

    @property
    def step(self) -> Step:
        """What to do next."""
        if len(self.points) < self.method.least_points:
            return Step.MARK
        return Step.CHECK if self.calibration is not None else Step.SIZE

    @property
    def wants_points(self) -> bool:
        """Whether a click on the film means a mark."""
        most = self.method.most_points
        return most is None or len(self.points) < most

    @property
    def has_size(self) -> bool:
        """Whether a size or factor belongs to the method."""
        return self.method is not Method.FILE

    @property
    def rim(self) -> tuple[Vec3, ...]:
        """The rim of the ball that was found, LPS mm, to be drawn on the film."""
        return () if self.ball is None else self.ball.rim

    def choose(self, method: Method) -> CalibrationWizard:
        """Another method, with its usual size and without marks."""
        size = {Method.RULER: _DEFAULT_RULER_MM, Method.FACTOR: DEFAULT_MAGNIFICATION}
        same_ball = {self.method, method} <= {Method.BALL, Method.BALL_RIM}
        wanted = self.size if same_ball else size.get(method, _DEFAULT_BALL_MM)
        return CalibrationWizard(self.image, method, wanted)._tried()

    def with_size(self, size: float) -> CalibrationWizard:
        """With another true size (mm) or magnification."""
        return replace(self, size=size)._tried()

    def mark(self, position: Vec3) -> CalibrationWizard:
        """With one mark more (LPS mm); one too many replaces the last."""
        kept = self.points if self.wants_points else self.points[:-1]
        return replace(self, points=(*kept, position))._tried()

    def move(self, number: int, position: Vec3) -> CalibrationWizard:
        """With mark ``number`` (from 0) at another place (LPS mm)."""
        points = [*self.points]
        points[number] = position
        return replace(self, points=tuple(points))._tried()

    def unmark(self) -> CalibrationWizard:
        """Without the last mark."""
        return replace(self, points=self.points[:-1])._tried()

    def _tried(self) -> CalibrationWizard:
        """With the calibration that follows from marks and size, or why there is none."""
        empty = replace(self, ball=None, problem="", calibration=None)
        if len(self.points) < self.method.least_points:
            return empty
        if self.has_size and not (isfinite(self.size) and self.size > 0):
            return replace(empty, problem=_("The size must be a number above 0: type one."))
        try:
            ball = self._found_ball()
            return replace(empty, ball=ball, calibration=self._calibrated(ball))
        except CalibrationError as error:
            return replace(empty, problem=str(error))

    def _found_ball(self) -> MarkerBall | None:
        from ..imaging import ball_from_rim, find_ball

        if self.method is Method.BALL:
            return find_ball(self.image, self.points[0], true_mm=self.size)
        return ball_from_rim(self.image, self.points) if self.method is Method.BALL_RIM else None

    def _calibrated(self, ball: MarkerBall | None) -> Calibration:
        from ..imaging import ball_calibration

        if ball is not None:
            return ball_calibration(self.image, ball, self.size)
        if self.method is Method.RULER:
            return ruler_calibration(self.image, self.points[0], self.points[1], self.size)
        if self.method is Method.FACTOR:
            if not self.grid_has_millimetres:
                raise CalibrationError(_no_grid())
            return magnification_calibration(self.image, self.size)
        if not self.file_is_known:
            raise CalibrationError(_no_file())
        return self.image.calibration


def method_choice(wizard: CalibrationWizard) -> Choice:
    """The methods, and which is chosen."""
    grid = "" if wizard.grid_has_millimetres else _no_grid()
    file = "" if wizard.file_is_known else _no_file()
    options = (
        Option("ball", _("Marker ball"), _("One click inside the ball; its rim is found.")),
        Option("ball_rim", _("Ball, by its rim"), _("Three clicks or more on the ball's rim.")),
        Option("ruler", _("Known length"), _("Two clicks: a ruler, or an object of known size.")),
        Option(
            "factor", _("Magnification"), _("A factor of your site, such as 1.20."), not grid, grid
        ),
        Option(
            "file", _("As the file says"), _("Back to the calibration of the file."), not file, file
        ),
    )
    return Choice(Control.METHOD, options, wizard.method.value)


def _no_grid() -> str:
    return _("The film has no pixel size that a factor could correct: measure a ball or a length.")


def _no_file() -> str:
    return _("It is not known any more what the file stated: load the film again.")


def instruction(wizard: CalibrationWizard) -> str:
    """What to do next, in one sentence."""
    if wizard.step is Step.CHECK:
        return _("Check the result and press Apply.")
    if wizard.step is Step.SIZE:
        return wizard.problem or _("Type the size.")
    wanted = wizard.method.least_points - len(wizard.points)
    return {
        Method.BALL: _("Click inside the marker ball, near its centre."),
        Method.BALL_RIM: _("Click on the rim of the ball, all around it; wanted: {n}."),
        Method.RULER: _("Click on the two ends of the known length; wanted: {n}."),
    }[wizard.method].format(n=wanted)


def size_label(wizard: CalibrationWizard) -> str:
    """What stands beside the number."""
    return {
        Method.BALL: _("Diameter of the ball (mm)"),
        Method.BALL_RIM: _("Diameter of the ball (mm)"),
        Method.RULER: _("True length (mm)"),
        Method.FACTOR: _("Magnification"),
        Method.FILE: "",
    }[wizard.method]


def result_badges(wizard: CalibrationWizard) -> tuple[Badge, ...]:
    """The calibration that was found, or why there is none."""
    if wizard.problem:
        return (Badge(_("No calibration"), wizard.problem, Severity.ALARM),)
    found = wizard.calibration
    if found is None:
        return ()
    magnified = _("Magnification {m:.3f}").format(m=found.magnification)
    remarks = tuple(Badge(remark, remark, Severity.CAUTION) for remark in found.remarks)
    factor = Badge(magnified, found.detail or found.badge, Severity.GOOD)
    measured = wizard.method not in (Method.FACTOR, Method.FILE)
    known = measured and wizard.image.calibration.provenance.has_millimetres
    return (calibration_badge(found), *((factor,) if known else ()), *remarks)
