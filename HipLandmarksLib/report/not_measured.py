"""What could not be measured, said shortly: one line per reason instead of rows of dashes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..measurement import MeasurementStatus
from .case import SIDES

if TYPE_CHECKING:
    from ..anatomy import AnySide
    from ..measurement import Measurement

_LOOKED_AT = ("(absent)", "(prosthesis)")
_MOST_FAR = 3
"""Groups of measurements wanting several points that are still listed one by one."""
_SIDE_WORDS = {f"_{side.value}": side.word for side in SIDES}


def without_any_value(measurements: Iterable[Measurement]) -> list[str]:
    """Ids of the measurements that have no value on any side, in the given order."""
    values: dict[str, bool] = {}
    for m in measurements:
        values[m.id] = values.get(m.id, False) or m.value is not None
    return [id_ for id_, found in values.items() if not found]


def not_annotated(measurements: Sequence[Measurement]) -> frozenset[AnySide]:
    """Hips on which nobody has looked at any point that was needed: one sentence tells all."""
    return frozenset(
        side
        for side in SIDES
        if (of_side := [m for m in measurements if m.side is side])
        and all(_lacks_everything(m) for m in of_side)
    )


def _lacks_everything(m: Measurement) -> bool:
    looked_at = any(state in m.reason for state in _LOOKED_AT)
    everything = set(m.origin.definition.points) <= set(m.missing)
    return MeasurementStatus.MISSING_LANDMARK in m.status and everything and not looked_at


def not_measured(measurements: Sequence[Measurement]) -> list[str]:
    """Lines about the measurements that have no value on any side.

    One line names the points that are wanting and what each would give; then one line per other
    reason.
    """
    ids = without_any_value(measurements)
    wanting: dict[tuple[str, ...], list[str]] = {}
    reasons: dict[str, list[str]] = {}
    for id_ in ids:
        group = [m for m in measurements if m.id == id_]
        name = group[0].name
        if all(m.missing for m in group):
            keys = tuple(dict.fromkeys(key for m in group for key in m.missing))
            wanting.setdefault(keys, []).append(name)
        else:
            reason = " ".join(dict.fromkeys(m.reason for m in group))
            reasons.setdefault(reason, []).append(name)
    lines = [_wanting(wanting)] if wanting else []
    return lines + [f"Not measured: {', '.join(names)}: {why}" for why, names in reasons.items()]


def _wanting(groups: dict[tuple[str, ...], list[str]]) -> str:
    """Fewest points first: these are the cheapest to gain."""
    ordered = sorted(groups.items(), key=lambda group: len(group[0]))
    near = [group for group in ordered if len(_named(group[0])) == 1]
    if not near or len(ordered) - len(near) <= _MOST_FAR:
        near = ordered
    parts = [f"{' and '.join(_named(keys))} for {', '.join(names)}" for keys, names in near]
    others = sum(len(names) for _, names in ordered[len(near) :])
    more = f"; and {others} others that need more than one point (--all shows them)" * bool(others)
    return f"Not measured: needs {'; '.join(parts)}{more}."


def _named(keys: Sequence[str]) -> list[str]:
    """``TD_R`` and ``TD_L`` of a measurement of the pelvis are ``both TD``, one ``right TD``."""
    stems = [key.removesuffix("_R").removesuffix("_L") for key in keys]
    pairs = {stem for stem in stems if {f"{stem}_R", f"{stem}_L"} <= set(keys)}
    named = (
        f"both {stem}" if stem in pairs else _with_side(key)
        for stem, key in zip(stems, keys, strict=True)
    )
    return list(dict.fromkeys(named))


def _with_side(key: str) -> str:
    stem, side = key[:-2], _SIDE_WORDS.get(key[-2:])
    return key if side is None else f"{side} {stem}"
