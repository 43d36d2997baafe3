"""From rows to the study's tables: errors, signs of absence, what suppression leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from study_rows import NOWHERE, SIGNS, SURPRISAL, SURPRISAL_PRESENT, Row

from HipLandmarksLib.evaluation import cluster_interval

_RESAMPLES = 400
_LEAST_PRESENCE = 0.5
_ERROR, _THERE, _PRESENCE, _SEED, _DOUBT, _OTHER = range(6)
"""Columns of the tables of numbers that are resampled."""

Table = NDArray[np.float64]


def figures(calibration: Sequence[Row], test: Sequence[Row]) -> dict[str, Any]:
    """Everything that is printed, JSON-ready."""
    arms = list(dict.fromkeys(row.arm for row in test))
    return {
        "seeds": sorted({row.seed for row in test}),
        "images": len({row.image for row in test}),
        "landmarks_there": _per_model(test, lambda rows: sum(row.there for row in rows)),
        "landmarks_absent": _per_model(test, lambda rows: sum(not row.there for row in rows)),
        "localisation": {arm: _localisation(_of(test, arm)) for arm in arms},
        "absence": {arm: _absence(_of(test, arm)) for arm in arms},
        "suppression": {
            f"{arm}: {sign}": _suppression(_of(calibration, arm), _of(test, arm), sign)
            for arm in arms
            for sign in (NOWHERE, SURPRISAL, SURPRISAL_PRESENT)
            if any(sign in row.doubts for row in _of(test, arm))
        },
        "differences": _differences(test, arms),
    }


def _of(rows: Iterable[Row], arm: str) -> list[Row]:
    return [row for row in rows if row.arm == arm]


def _per_model(rows: Sequence[Row], count: Callable[[list[Row]], int]) -> int:
    first = rows[0]
    return count([row for row in rows if (row.arm, row.seed) == (first.arm, first.seed)])


# --- one arm ------------------------------------------------------------------------------------
def _localisation(rows: Sequence[Row]) -> dict[str, Any]:
    return {
        "mre_mm": _with_interval(rows, _mre),
        "median_mm": _with_interval(rows, _median),
        "sdr2": _with_interval(rows, lambda table: _sdr(table, 2.0)),
        "sdr4": _with_interval(rows, lambda table: _sdr(table, 4.0)),
        "mre_kept_mm": _with_interval(rows, lambda table: _mre(_kept(table))),
        "precision": _with_interval(rows, lambda table: _there_share(_kept(table))),
        "recall": _with_interval(rows, _recall),
        "mre_mm_of_seeds": [_mre(_table(own)) for own in _by_seed(rows)],
    }


def _absence(rows: Sequence[Row]) -> dict[str, Any]:
    """AUROC for absence of every sign that the arm gives."""
    found = {}
    for sign in SIGNS:
        with_sign = [row for row in rows if sign in row.doubts]
        if not with_sign:
            continue
        statistic = _mean_over_seeds(_auroc)
        found[sign] = {
            "auroc": _with_interval(with_sign, statistic, sign),
            "of_seeds": [_auroc(_table(own, sign)) for own in _by_seed(with_sign)],
            "given_for": len(with_sign) / len(rows),
        }
        if len(with_sign) < len(rows):
            found[sign]["auroc_all"] = _with_interval(rows, statistic, sign)
    return found


def _suppression(calibration: Sequence[Row], test: Sequence[Row], sign: str) -> dict[str, Any]:
    """What is left when points that ``sign`` doubts are taken away.

    The threshold of each model is chosen on other hips: largest sum of sensitivity and
    specificity. A landmark of which the sign says nothing is judged by "nowhere" alone.
    """
    kept, thresholds = [], []
    for own in _by_seed(test):
        tuning = [row for row in calibration if row.seed == own[0].seed and sign in row.doubts]
        threshold = _best_threshold(_table(tuning, sign))
        thresholds.append(threshold)
        kept += [row for row in own if row.doubts.get(sign, row.doubts[NOWHERE]) <= threshold]
    there = sum(row.there for row in test)
    return {
        "thresholds": thresholds,
        "mre_kept_mm": _with_interval(kept, _mre),
        "precision": _with_interval(kept, _there_share),
        "recall": sum(row.there for row in kept) / there,
    }


def _best_threshold(table: Table) -> float:
    there = table[:, _THERE] > 0
    tried = np.unique(table[:, _DOUBT])
    doubt = table[:, _DOUBT][None, :]
    right = (doubt[:, there] <= tried[:, None]).mean(axis=1)
    wrong = (doubt[:, ~there] <= tried[:, None]).mean(axis=1)
    return float(tried[int(np.argmax(right - wrong))])


# --- two arms -----------------------------------------------------------------------------------
def _differences(rows: Sequence[Row], arms: Sequence[str]) -> dict[str, Any]:
    """Relative change of the error by each module, the other one off and on."""
    pairs = {
        "SRF, UE off": (arms[0], arms[2]),
        "SRF, UE on": (arms[1], arms[3]),
        "UE, SRF off": (arms[0], arms[1]),
        "UE, SRF on": (arms[2], arms[3]),
    }
    return {
        name: {
            "mre": _change(_of(rows, without), _of(rows, having), kept=False),
            "mre_kept": _change(_of(rows, without), _of(rows, having), kept=True),
        }
        for name, (without, having) in pairs.items()
    }


def _change(without: list[Row], having: list[Row], kept: bool) -> dict[str, Any]:
    table = np.concatenate([_table(without), _table(having)])
    table[len(without) :, _OTHER] = 1.0
    if kept:
        table = table[table[:, _PRESENCE] >= _LEAST_PRESENCE]
        clusters = [r.image for r in (*without, *having) if r.presence >= _LEAST_PRESENCE]
    else:
        clusters = [row.image for row in (*without, *having)]

    def relative(drawn: Table) -> float:
        other = drawn[:, _OTHER] > 0
        return _mre(drawn[other]) / _mre(drawn[~other]) - 1

    interval = cluster_interval(table, clusters, relative, resamples=_RESAMPLES)
    return {"value": relative(table), "interval": interval}


# --- statistics ---------------------------------------------------------------------------------
def _table(rows: Sequence[Row], sign: str = NOWHERE) -> Table:
    """A sign that is not given counts as full doubt."""
    return np.array(
        [
            (
                np.nan if row.error_mm is None else row.error_mm,
                row.there,
                row.presence,
                row.seed,
                row.doubts.get(sign, 1.0),
                0.0,
            )
            for row in rows
        ],
        dtype=np.float64,
    )


def _with_interval(
    rows: Sequence[Row], statistic: Callable[[Table], float], sign: str = NOWHERE
) -> dict[str, Any]:
    """Value over all seeds and its interval; whole images are drawn."""
    table = _table(rows, sign)
    clusters = [row.image for row in rows]
    interval = cluster_interval(table, clusters, statistic, resamples=_RESAMPLES)
    return {"value": statistic(table), "interval": interval}


def _by_seed(rows: Sequence[Row]) -> list[list[Row]]:
    return [[row for row in rows if row.seed == seed] for seed in sorted({r.seed for r in rows})]


def _mean_over_seeds(statistic: Callable[[Table], float]) -> Callable[[Table], float]:
    def mean(table: Table) -> float:
        seeds = np.unique(table[:, _SEED])
        return float(np.mean([statistic(table[table[:, _SEED] == seed]) for seed in seeds]))

    return mean


def _auroc(table: Table) -> float:
    there = table[:, _THERE] > 0
    ranks = rankdata(table[:, _DOUBT])[~there]
    absent, present = int((~there).sum()), int(there.sum())
    if not absent or not present:
        return float("nan")
    return float((ranks.sum() - absent * (absent + 1) / 2) / (absent * present))


def _kept(table: Table) -> Table:
    return table[table[:, _PRESENCE] >= _LEAST_PRESENCE]


def _mre(table: Table) -> float:
    return float(np.nanmean(table[:, _ERROR]))


def _median(table: Table) -> float:
    return float(np.nanmedian(table[:, _ERROR]))


def _sdr(table: Table, radius_mm: float) -> float:
    errors = table[table[:, _THERE] > 0, _ERROR]
    return float((errors <= radius_mm).mean())


def _there_share(table: Table) -> float:
    return float(table[:, _THERE].mean())


def _recall(table: Table) -> float:
    there = table[table[:, _THERE] > 0]
    return float((there[:, _PRESENCE] >= _LEAST_PRESENCE).mean())


# --- Markdown -----------------------------------------------------------------------------------
def markdown(found: dict[str, Any]) -> str:
    """The tables, as text."""
    lines = [
        f"{found['images']} unseen simulated slices, {found['landmarks_there']} landmarks to be "
        f"seen, {found['landmarks_absent']} covered, cut off or not on the slice; seeds "
        f"{', '.join(map(str, found['seeds']))}; 95 % intervals, images drawn.",
        "",
        "| arm | MRE mm | median mm | SDR 2 mm | SDR 4 mm | MRE kept mm | precision | recall |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for arm, own in found["localisation"].items():
        cells = [_mm(own["mre_mm"]), _mm(own["median_mm"]), _share(own["sdr2"])]
        cells += [_share(own["sdr4"]), _mm(own["mre_kept_mm"])]
        cells += [_share(own["precision"]), _share(own["recall"])]
        lines.append(f"| {arm} | {' | '.join(cells)} |")
    lines += ["", "| AUROC for absence | " + " | ".join(found["absence"]) + " |"]
    lines.append("|---" * (len(found["absence"]) + 1) + "|")
    for sign in SIGNS:
        cells = [_sign(own.get(sign)) for own in found["absence"].values()]
        lines.append(f"| {sign} | {' | '.join(cells)} |")
    lines += [
        "",
        "| what is left of which arm, by which sign | MRE kept mm | precision | recall |",
        "|---|---|---|---|",
    ]
    for arm, own in found["suppression"].items():
        cells = [_mm(own["mre_kept_mm"]), _share(own["precision"]), f"{100 * own['recall']:.1f} %"]
        lines.append(f"| {arm} | {' | '.join(cells)} |")
    lines += ["", "| module | change of MRE | change of MRE kept |", "|---|---|---|"]
    for name, own in found["differences"].items():
        lines.append(f"| {name} | {_share(own['mre'])} | {_share(own['mre_kept'])} |")
    return "\n".join(lines)


def _mm(figure: dict[str, Any]) -> str:
    return _shown(figure, "{:.2f}", 1.0)


def _share(figure: dict[str, Any]) -> str:
    return _shown(figure, "{:.1f}", 100.0) + " %"


def _sign(figure: dict[str, Any] | None) -> str:
    if figure is None:
        return "-"
    text = _shown(figure["auroc"], "{:.3f}", 1.0)
    if "auroc_all" not in figure:
        return text
    told = 100 * figure["given_for"]
    return f"{text} for {told:.0f} %; {_shown(figure['auroc_all'], '{:.3f}', 1.0)} for all"


def _shown(figure: dict[str, Any], style: str, factor: float) -> str:
    text = style.format(factor * figure["value"])
    if figure["interval"] is None:
        return text
    low, high = (style.format(factor * value) for value in figure["interval"])
    return f"{text} ({low} to {high})"
