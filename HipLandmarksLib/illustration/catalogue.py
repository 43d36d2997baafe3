"""``Entry``: all that is told of one measurement or landmark, for terminal, help and report."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from functools import lru_cache

from ..anatomy import LandmarkDefinition, LandmarkTable, Side
from ..errors import ConfigurationError, LandmarkFileError
from ..measurement import MeasurementDefinition, MeasurementTable, threshold_set
from ..measurement.definition import CalibrationNeed
from ..measurement.frames import FrameUse
from ..measurement.thresholds import ThresholdRow
from ..measurement.volume.clock import CLOCK_ALPHA
from ..measurement.volume.construction import VolumeDefinition
from ..measurement.volume.omega import OMEGA
from ..measurement.volume.version import ACETABULAR_VERSION, FEMORAL_VERSION
from .drawings import landmark_svg, measurement_svg
from .words import first_sentence, remarks

DEFAULT_SET = "consensus_60"


class EntryKind(str, Enum):
    """What an entry explains."""

    MEASUREMENT = "measurement"
    LANDMARK = "landmark"


@dataclass(frozen=True)
class Entry:
    """One definition.

    Attributes:
        key: measurement id or landmark key.
        kind: which of the two.
        name: full name; where the side difference has a name of its own, with that.
        short_name: abbreviation; the key of a landmark.
        sentence: the definition in one sentence.
        facts: further lines as (heading, text), in the order of display.
    """

    key: str
    kind: EntryKind
    name: str
    short_name: str
    sentence: str
    facts: tuple[tuple[str, str], ...]

    def svg(self, side: Side = Side.RIGHT, numbers: bool = True) -> str:
        """The drawing of a side; measurements of the whole pelvis show both.

        Beside the value of a patient it is drawn without ``numbers`` of its own.
        """
        if self.kind is EntryKind.MEASUREMENT:
            return measurement_svg(self.key, side, numbers)
        return landmark_svg(self.key, side)


@lru_cache(maxsize=4)
def entries(threshold_set_id: str = DEFAULT_SET) -> Mapping[str, Entry]:
    """Every measurement, then every landmark, by key.

    Raises:
        ConfigurationError: when the threshold set is unknown.
    """
    rows = threshold_set(threshold_set_id).rows
    reasons = threshold_set(threshold_set_id).report_only
    found = {
        d.id: _of_measurement(
            d, rows.get(d.id, ()), rows.get(f"delta:{d.id}", ()), reasons.get(d.id, "")
        )
        for d in MeasurementTable.load().select(None)
    }
    for volume in (CLOCK_ALPHA, OMEGA, FEMORAL_VERSION, ACETABULAR_VERSION):
        found[volume.id] = _of_volume(volume, rows.get(volume.id, ()))
    for definition in LandmarkTable.load().definitions.values():
        found[definition.key] = _of_landmark(definition)
    return found


def find_entry(word: str, threshold_set_id: str = DEFAULT_SET) -> Entry:
    """The entry of a key, an abbreviation or a name; capitals do not matter.

    Raises:
        ConfigurationError: when there is none; the sentence gives the nearest names.
    """
    known = entries(threshold_set_id)
    by_word = {alias: known[key] for alias, key in _ALIASES.items() if key in known}
    for entry in known.values():
        for alias in (entry.key, entry.short_name, *entry.name.split(_AND), entry.name):
            by_word.setdefault(alias.casefold(), entry)
    exact = known.get(word) or by_word.get(word.casefold()) or _of_list(word, known)
    if exact is not None:
        return exact
    near = get_close_matches(word.casefold(), by_word, n=4, cutoff=0.5)
    names = list(dict.fromkeys(by_word[name].key for name in near))
    hint = f"Did you mean {' or '.join(names)}? " if names else ""
    raise ConfigurationError(
        f"There is no landmark or measurement {word!r}. {hint}"
        "'hiplandmarks define' without a name lists all."
    )


def _of_list(word: str, known: Mapping[str, Entry]) -> Entry | None:
    """The entry of the list to which a numbered point such as ``RIM1`` belongs."""
    if not _NUMBERED.fullmatch(word):
        return None
    try:
        return known.get(LandmarkTable.load()[word.upper()].key)
    except LandmarkFileError:
        return None


_AND = ", and "
_NUMBERED = re.compile(r"[A-Za-z]+[1-9][0-9]*")
_ALIASES = {
    "wiberg": "lce",
    "lcea": "lce",
    "cea": "lce",
    "ccd": "nsa",
    "lld": "lt_depth_mm",
    "lld (lt)": "lt_depth_mm",
    "lld (gt)": "gt_depth_mm",
    "leg-length difference": "lt_depth_mm",
    "leg length": "lt_depth_mm",
    "acetabular index": "tonnis",
    "roof angle": "tonnis",
    "tonnis angle": "tonnis",
    "hilgenreiner": "ai_hilgenreiner",
    "protrusio": "kohler_head_mm",
    "kohler line": "kohler_head_mm",
    "cam": "alpha",
    "pincer": "lce",
    "version": "femoral_version",
    "clock": "alpha_clock",
}
"""Other words by which surgeons know a measurement."""


def _of_measurement(
    definition: MeasurementDefinition,
    rows: tuple[ThresholdRow, ...],
    of_sides: tuple[ThresholdRow, ...],
    reason: str,
) -> Entry:
    words = definition.difference
    facts = [
        ("Side difference", "" if words is None else f"{words.name}, right minus left"),
        *(_range_facts(of_sides, definition.unit, "Usual difference") if words else ()),
        ("Landmarks", ", ".join(_named(key) for key in points_of(definition))),
        ("Unit", _UNITS[definition.unit]),
        ("Reference line", _REFERENCE_WORDS[definition.frame]),
        ("Pixel size", _CALIBRATION_WORDS[definition.calibration]),
        ("Switch", "measured when the extra points are asked for" if definition.extra else ""),
        *_range_facts(rows, definition.unit),
        ("Usual range", reason),
        ("Remarks", remarks(definition.definition)),
        ("Source", definition.source),
    ]
    return Entry(
        definition.id,
        EntryKind.MEASUREMENT,
        definition.name if words is None else f"{words.name}{_AND}{definition.name}",
        definition.short_name,
        first_sentence(definition.definition),
        tuple(fact for fact in facts if fact[1]),
    )


def points_of(definition: MeasurementDefinition) -> tuple[str, ...]:
    """Keys of the landmarks that a measurement reads, each once."""
    keys = [name.partition("_")[0] for name in (*definition.points, *definition.series)]
    if definition.needs_radius:
        keys += ["FHC", "HEDGE"]
    return tuple(dict.fromkeys(keys))


def _of_volume(definition: VolumeDefinition, rows: tuple[ThresholdRow, ...]) -> Entry:
    facts = (
        ("Landmarks", ", ".join(_named(key) for key in _VOLUME_POINTS[definition.id])),
        ("Unit", _UNITS.get(definition.unit, definition.unit)),
        ("Needs", "an axial or 3D series"),
        *_range_facts(rows, definition.unit),
        ("Remarks", remarks(definition.definition)),
        ("Source", definition.source),
    )
    return Entry(
        definition.id,
        EntryKind.MEASUREMENT,
        definition.name,
        definition.name,
        first_sentence(definition.definition),
        tuple(fact for fact in facts if fact[1]),
    )


_VOLUME_POINTS = {
    "alpha_clock": ("FHC", "NC", "LCP"),
    "omega": ("FHC", "NC", "LCP"),
    "femoral_version": ("FHC", "NB", "CONDM", "CONDL"),
    "acetabular_version": ("AR", "PR", "FHC"),
}


def _of_landmark(definition: LandmarkDefinition) -> Entry:
    used = [d.short_name for d in MeasurementTable.load().select(None) if definition.key in d.keys]
    facts = [
        ("Number", "" if definition.number is None else f"{definition.number} of paper 2"),
        ("Remarks", remarks(definition.definition)),
        ("When unsure", definition.state_hint),
        ("Seen on", ", ".join(definition.views)),
        ("Serves", definition.serves),
        ("Enters", ", ".join(used)),
    ]
    return Entry(
        definition.key,
        EntryKind.LANDMARK,
        definition.name,
        definition.key,
        first_sentence(definition.definition),
        tuple(fact for fact in facts if fact[1]),
    )


_UNITS = {"deg": "degrees", "mm": "millimetres", "%": "percent", "ratio": "ratio, without unit"}


def _named(key: str) -> str:
    known = LandmarkTable.load().definitions.get(key)
    return key if known is None else f"{key} ({known.name[0].lower()}{known.name[1:]})"


_LINE_WORDS = "the line through both teardrops (TD), or the next one of the order, flagged"
_REFERENCE_WORDS = {
    FrameUse.NONE: "none needed",
    FrameUse.SENSE: "none needed; it only tells which way is lateral and cranial",
    FrameUse.LINE: _LINE_WORDS,
    FrameUse.TRIRADIATE: "the line through both triradiate cartilages (TRI) and no other",
    FrameUse.IMAGE: "the patient's transverse axis in the image",
}
_CALIBRATION_WORDS = {
    CalibrationNeed.RATIO: "only the ratio of row and column spacing; no calibration needed",
    CalibrationNeed.MILLIMETRES: "calibrated millimetres needed",
    CalibrationNeed.SIGN: "calibrated millimetres needed for the number; the sign holds without",
}


def _range_facts(
    rows: tuple[ThresholdRow, ...], unit: str, usual: str = "Usual range"
) -> list[tuple[str, str]]:
    facts = []
    for row in rows:
        who = [_SEX_WORDS[sex.value] for sex in row.sexes] if len(row.sexes) == 1 else []
        who += [] if row.for_adults else [f"age {row.ages[0]:g} to {row.ages[1]:g}"]
        heading = ", ".join(["Usual", *who]) if who else usual
        if row.usual is not None:
            facts.append((heading, _span(row.usual, unit)))
        facts.append(
            ("Classes" if not who else ", ".join(["Classes", *who]), "; ".join(row.labels))
        )
        facts.append(("Range from", row.provenance))
        facts.append(("Also published", row.alternatives))
    return facts


_SEX_WORDS = {"F": "women", "M": "men", "U": "sex unknown"}


def _span(usual: tuple[float | None, float | None], unit: str) -> str:
    low, high = usual
    if low is None or high is None:
        return f"up to {high:g} {unit}" if low is None else f"from {low:g} {unit}"
    return f"{low:g} to {high:g} {unit}"
