"""What a split of the patients is balanced over: alpha and LCE of their hips, side and sex."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..anatomy import Side
from .evaluate import reference_angles
from .labels import LabelledSlice

_ANGLES = (("alpha", "alpha angle"), ("lce", "lateral centre-edge angle"))
_SIDES = {"R": 0.0, "L": 1.0}
_SEXES = {"F": 0.0, "M": 1.0}


@dataclass(frozen=True)
class Attribute:
    """One property of the patients.

    Attributes:
        name: ``alpha``, ``lce``, ``side`` or ``sex``.
        meaning: what the numbers are, with the unit.
        values: one number per hip (of sex: per patient) by patient; a patient of whom it is not
            known is missing.
    """

    name: str
    meaning: str
    values: Mapping[str, tuple[float, ...]]

    def unusable(self, patients: Sequence[str], folds: int) -> str | None:
        """Why a split cannot be balanced over this, or None where it can."""
        known = [self.values[patient] for patient in patients if patient in self.values]
        if not known:
            return "not known of any patient"
        if len(known) < folds:
            return f"known of {len(known)} patients only, fewer than there are folds"
        if len({value for values in known for value in values}) == 1:
            return f"the same for all {len(known)} patients of whom it is known"
        return None


def patient_attributes(slices: Sequence[LabelledSlice]) -> list[Attribute]:
    """Measure the reference landmarks of every hip and read the sex from the images.

    Alpha and LCE are measured by the measurement engine on the slice that the reader chose, LCE
    against the image's vertical. A hip of which a landmark is missing has no such angle.
    """
    chosen = [labelled for labelled in slices if labelled.chosen]
    found = [Attribute(id_, f"{name}, deg", _angles(chosen, id_)) for id_, name in _ANGLES]
    sides: dict[str, tuple[float, ...]] = {}
    for labelled in chosen:
        own = tuple(_SIDES[side] for side in sorted(labelled.chosen))
        sides[labelled.case] = sides.get(labelled.case, ()) + own
    found.append(Attribute("side", "annotated hips, 0 right and 1 left", sides))
    # one visit of a patient may state what another leaves out
    sexes = [(labelled.case, labelled.image.patient_sex or "") for labelled in slices]
    known = {case: (_SEXES[sex],) for case, sex in sexes if sex in _SEXES}
    return [*found, Attribute("sex", "patients, 0 female and 1 male", known)]


def _angles(chosen: Sequence[LabelledSlice], id_: str) -> dict[str, tuple[float, ...]]:
    angles: dict[str, tuple[float, ...]] = {}
    for labelled in chosen:
        sides = [Side(side) for side in sorted(labelled.chosen)]
        measured = tuple(reference_angles(labelled, id_, sides).values())
        if measured:
            angles[labelled.case] = angles.get(labelled.case, ()) + measured
    return angles
