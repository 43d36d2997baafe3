"""Where the subjects of simulated films come from: bones that a user supplies, or the phantom."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ...anatomy import Side
from ...errors import ConfigurationError
from ..surfaces import (
    BoneName,
    PelvisAnatomy,
    list_subjects,
    make_phantom_anatomy,
    mirrored,
    random_phantom,
    random_shape,
    read_bones,
)
from .cortex import CortexParameters, cortical_thickness
from .sampling import Generator, within

VSD_LICENCE = (
    "CC BY-NC-SA 4.0: made from bone surfaces of VSDFullBodyBoneModels (Fischer et al., Scientific "
    "Data 2023)."
)
"""What made of these surfaces may be used for."""

_VSD_SUBJECT = re.compile(r"z\d{3}")


@dataclass(frozen=True, eq=False)
class Subject:
    """Bones of one subject, femora in neutral pose, with the thickness of their dense bone.

    Attributes:
        anatomy: in the pelvic frame.
        thickness_mm: (V,) per bone, one value per vertex.
    """

    anatomy: PelvisAnatomy
    thickness_mm: Mapping[BoneName, NDArray[np.float64]]

    @classmethod
    def of(cls, anatomy: PelvisAnatomy, dense: CortexParameters | None = None) -> Subject:
        """With dense bone of the given or of usual thickness (takes seconds)."""
        return cls(anatomy, cortical_thickness(anatomy, dense))

    def mirrored(self) -> Subject:
        """The mirror image: what was the right side becomes the left one."""
        swapped = {name: name for name in BoneName}
        for side in Side:
            swapped[BoneName.hip(side)] = BoneName.hip(side.opposite)
            swapped[BoneName.femur(side)] = BoneName.femur(side.opposite)
        thickness = {swapped[name]: values for name, values in self.thickness_mm.items()}
        return Subject(mirrored(self.anatomy), thickness)

    def with_bone_quality(self, rng: Generator) -> Subject:
        """The same bones with more or less dense bone, from osteoporosis to youth."""
        strength = within(rng.normal(1.0, 0.2), 0.55, 1.25)
        return replace(self, thickness_mm={n: t * strength for n, t in self.thickness_mm.items()})


class SubjectSource(Protocol):
    """Draws subjects; the same number and chance give the same subject on every machine."""

    @property
    def licence(self) -> str:
        """Under which films of these subjects may be used; one sentence."""

    def describe(self) -> dict[str, Any]:
        """What the subjects depend on, as JSON values: other values, other films."""

    def draw(self, number: int, rng: Generator) -> Subject:
        """The subject of view ``number``.

        Raises:
            ConfigurationError: when this draw gives no valid subject.
        """


@dataclass(frozen=True, eq=False)
class BoneSource:
    """Subjects of a folder of bone surfaces, in turns, half of them as their mirror image.

    Attributes:
        subjects: as they were read.
        licence: of the bone surfaces.
        population: whether every draw has another size, proportions and hip shapes; else the
            bones stay as they are.
    """

    subjects: tuple[Subject, ...]
    licence: str
    population: bool = True

    @classmethod
    def read(
        cls,
        folder: Path | str,
        licence: str,
        names: Collection[str] | None = None,
        population: bool = True,
        report: Callable[[str, int, int], None] | None = None,
    ) -> BoneSource:
        """Read the subjects of ``folder`` (some seconds each).

        Args:
            folder: of subfolders with surfaces, see :func:`.read_bones`.
            licence: of the surfaces, one sentence.
            names: only these subjects, for instance one part of a split; all when None.
            population: see the attribute.
            report: called with (stage, done, total).

        Raises:
            ConfigurationError: when there is no such subject or a bone cannot be used.
        """
        paths = _chosen(list_subjects(folder), names)
        subjects = []
        for path in paths:
            subjects.append(Subject.of(read_bones(path)))
            if report is not None:
                report("reading bones", len(subjects), len(paths))
        return cls(tuple(subjects), licence, population)

    def describe(self) -> dict[str, Any]:
        """Names and sizes of the subjects' surfaces."""
        return {
            "kind": "bone surfaces",
            "licence": self.licence,
            "population": self.population,
            "subjects": {
                subject.anatomy.subject: {
                    name.value: len(bone.vertices) for name, bone in subject.anatomy.bones.items()
                }
                for subject in self.subjects
            },
        }

    def draw(self, number: int, rng: Generator) -> Subject:
        """The subject whose turn it is, with dense bone as it comes."""
        subject = self.subjects[number % len(self.subjects)]
        if rng.random() < 0.5:
            subject = subject.mirrored()
        if self.population:
            subject = replace(subject, anatomy=random_shape(subject.anatomy, rng))
        return subject.with_bone_quality(rng)


@dataclass(frozen=True)
class PhantomSource:
    """The analytic phantom, another one for every view.

    Attributes:
        resolution_mm: of its surfaces; coarser ones are built faster.
    """

    resolution_mm: float = 2.2

    @property
    def licence(self) -> str:
        """Ours."""
        return "Apache-2.0: made by HipLandmarks of its own phantom, no patient's bones."

    def describe(self) -> dict[str, Any]:
        """That it is the phantom."""
        return {"kind": "phantom", "licence": self.licence, "resolution_mm": self.resolution_mm}

    def draw(self, number: int, rng: Generator) -> Subject:
        """A phantom of a random population, named by the number (takes some 10 seconds)."""
        anatomy = make_phantom_anatomy(
            random_phantom(rng), self.resolution_mm, f"phantom-{number:05d}"
        )
        return Subject.of(anatomy, CortexParameters.random(rng))


def _chosen(paths: list[Path], names: Collection[str] | None) -> list[Path]:
    if names is None:
        return paths
    known = {path.name for path in paths}
    unknown = sorted(set(names) - known)
    if unknown or not names:
        raise ConfigurationError(
            f"There is no subject {', '.join(unknown) or 'named'}; known are "
            f"{', '.join(sorted(known))}."
        )
    return [path for path in paths if path.name in names]


def licence_of(folder: Path | str) -> str:
    """Licence of films of a folder of bone surfaces, as far as it can be told.

    Raises:
        ConfigurationError: when the folder holds no subject.
    """
    if all(_VSD_SUBJECT.fullmatch(path.name) for path in list_subjects(folder)):
        return VSD_LICENCE
    return "That of the bone surfaces they were made from: ask whoever made those."
