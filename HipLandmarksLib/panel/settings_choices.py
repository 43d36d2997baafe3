"""How it is measured, as choices: reference line, edge, limits, patient."""

from __future__ import annotations

from dataclasses import replace

from ..errors import ConfigurationError
from ..i18n import tr as _
from ..measurement import Edge, MeasurementSettings, Reference, Sex, load_threshold_sets
from .bricks import Choice, Option
from .controls import Control
from .table_words import table_word

ON, OFF = "on", "off"
"""Options of a check box."""


def measurement_choices(settings: MeasurementSettings) -> tuple[Choice, ...]:
    """Reference line, acetabular edge and limits, with what is chosen now."""
    return (
        Choice(Control.REFERENCE, _references(), settings.reference.value),
        Choice(Control.EDGE, _edges(), settings.edge.value),
        Choice(Control.THRESHOLDS, _thresholds(), settings.threshold_set),
    )


def patient_choices(settings: MeasurementSettings) -> tuple[Choice, ...]:
    """Sex, growth plates and further points, with what is chosen now."""
    physes, extra = (
        ON if value else OFF for value in (settings.open_physes, settings.extra_points)
    )
    return (
        Choice(Control.SEX, _sexes(), settings.sex.value),
        Choice(Control.OPEN_PHYSES, _switch(), physes),
        Choice(Control.EXTRA_POINTS, _switch(), extra),
    )


def with_choice(
    settings: MeasurementSettings, control: Control, chosen: str
) -> MeasurementSettings:
    """The settings after a choice; measure with them by :meth:`.HipStudy.measure_with`.

    Args:
        settings: before.
        control: one of those of :func:`measurement_choices` and :func:`patient_choices`.
        chosen: id of the option.

    Raises:
        ConfigurationError: when the control has no such option.
    """
    known = {
        each.control: each for each in (*measurement_choices(settings), *patient_choices(settings))
    }
    options = known[control].options if control in known else ()
    if chosen not in [option.id for option in options]:
        raise ConfigurationError(f"{control.value} cannot be set to {chosen!r}; choose an option.")
    if control is Control.REFERENCE:
        return replace(settings, reference=Reference(chosen))
    if control is Control.EDGE:
        return replace(settings, edge=Edge(chosen))
    if control is Control.THRESHOLDS:
        return replace(settings, threshold_set=chosen)
    if control is Control.SEX:
        return replace(settings, sex=Sex(chosen))
    if control is Control.OPEN_PHYSES:
        return replace(settings, open_physes=chosen == ON)
    return replace(settings, extra_points=chosen == ON)


def with_age(settings: MeasurementSettings, text: str) -> MeasurementSettings:
    """The settings with the age that was typed, in years; empty: not known.

    Raises:
        ConfigurationError: when it is no age.
    """
    typed = text.strip().replace(",", ".")
    try:
        age = float(typed) if typed else None
    except ValueError:
        raise ConfigurationError(f"The age {typed!r} is no number of years; type one.") from None
    return replace(settings, patient_age_years=age)


def with_reader_sd(settings: MeasurementSettings, millimetres: float) -> MeasurementSettings:
    """The settings with the standard deviation of a reader's points, mm per axis; 0: not known.

    Raises:
        ConfigurationError: when it is below 0.
    """
    return replace(settings, reader_sigma_mm=millimetres or None)


def _references() -> tuple[Option, ...]:
    return (
        Option(
            Reference.TEARDROP.value,
            _("Teardrops"),
            _("Through both lower teardrop edges (TD); least affected by pelvic rotation."),
        ),
        Option(
            Reference.ISCHIUM.value,
            _("Ischia"),
            _("Through the lowest points of both ischia (ISCH)."),
        ),
        Option(
            Reference.TRIRADIATE.value,
            _("Triradiate cartilages"),
            _("Hilgenreiner's line, through both triradiate cartilages (TRI); for children."),
        ),
        Option(
            Reference.FHC.value,
            _("Femoral head centres"),
            _("Through both head centres (FHC); wrong when a head is subluxated."),
        ),
        Option(
            Reference.IMAGE.value,
            _("Image axes"),
            _("The patient's transverse axis; wrong by the obliquity of the pelvis."),
        ),
    )


def _edges() -> tuple[Option, ...]:
    return (
        Option(Edge.BONE.value, _("Bone"), _("LAE is the most lateral bony rim.")),
        Option(
            Edge.SOURCIL.value,
            _("Sourcil"),
            _("LAE is the lateral end of the dense roof; LCE is about 4° smaller there."),
        ),
    )


def _thresholds() -> tuple[Option, ...]:
    titles = {each.id: table_word(each.title) for each in load_threshold_sets().values()}
    return tuple(Option(id_, title, title) for id_, title in titles.items())


def _sexes() -> tuple[Option, ...]:
    return (
        Option(Sex.UNKNOWN.value, _("Not known"), _("Limits of both sexes are shown.")),
        Option(Sex.FEMALE.value, _("Female"), _("Limits for women, where they differ.")),
        Option(Sex.MALE.value, _("Male"), _("Limits for men, where they differ.")),
    )


def _switch() -> tuple[Option, ...]:
    return (Option(OFF, _("Off"), ""), Option(ON, _("On"), ""))
