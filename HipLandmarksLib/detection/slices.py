"""The automatic choice of the coronal slice on which a hip is measured, and its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp, prod
from typing import TYPE_CHECKING

from ..anatomy import Side
from ..errors import ImageError
from ..imaging import HipImage, slice_depths_mm
from .head_depth import seen_depths
from .slice_choice import SliceChoice, SliceScore

if TYPE_CHECKING:
    from .result import SlicePrediction

WANTED = ("FHC", "NA", "LAE", "LCP")
"""What the best slice shows: what alpha and LCE are measured by."""

_USUAL_SCATTER_MM = 3.0
"""Standard deviation of the place of the references' slices behind the head centre (28 hips)."""

_LEAST_SHARE = 1e-3
"""Where no slice shows every point, the place decides."""


def choose_slices(
    survey: Sequence[SlicePrediction],
    image: HipImage,
    offset_mm: float,
    heads: Mapping[Side, float | None] | None = None,
) -> dict[Side, SliceChoice]:
    """Pick one slice per hip.

    The score of a slice is the probability that it shows the points by which a hip is measured,
    times how usual its place is: readers choose slices about ``offset_mm`` behind the head centre,
    where neck and roof edge show too.

    Args:
        survey: the slices that show anything, in the order of the image.
        image: the volume.
        offset_mm: of the model's card.
        heads: depth of the head centres, mm to the front, None for one that is on no slice; by
            default where the heads are seen (:func:`.head_depth.seen_depths`).

    Raises:
        ImageError: when no slice shows a femoral head on either side.
    """
    heads = seen_depths(survey, image) if heads is None else heads
    if all(depth is None for depth in heads.values()):
        raise ImageError(
            f"{image.name}: no femoral head was found on any of the {image.n_slices} slices; is "
            "this a coronal image of the hips? Choose a slice by hand to look all the same."
        )
    scores = {
        side: slice_scores(survey, image, side, offset_mm, depth) for side, depth in heads.items()
    }
    best = {side: max(own, key=lambda s: s.score).index for side, own in scores.items()}
    choices = {}
    for side, depth in heads.items():
        # a hip that was not found is looked for where the other one is
        index = best[side if depth is not None else side.opposite]
        reason = _reason(side, index, scores[side], offset_mm)
        choices[side] = SliceChoice(side, index, index, depth, scores[side], reason)
    return choices


def slice_scores(
    survey: Sequence[SlicePrediction],
    image: HipImage,
    side: Side,
    offset_mm: float,
    head_mm: float | None,
) -> tuple[SliceScore, ...]:
    """How well each slice of a survey shows a hip, whose head centre has the depth ``head_mm``.

    A point that the model sees on no slice at all does not count.
    """
    depths = slice_depths_mm(image)
    keys = [key for key in WANTED if survey and (side, key) in survey[0].points]
    known = [key for key in keys if max(own.points[(side, key)].presence for own in survey) >= 0.5]
    scores = []
    for own in survey:
        depth = float(depths[own.index])
        presence = {key: float(own.points[(side, key)].presence) for key in keys}
        behind = None if head_mm is None else head_mm - depth
        share = prod(presence[key] for key in known) if known else 0.0
        usual = 1.0 if behind is None else _usual(behind - offset_mm)
        score = (_LEAST_SHARE + (1 - _LEAST_SHARE) * share) * usual
        scores.append(SliceScore(own.index, depth, score, presence, behind))
    return tuple(scores)


def _usual(away_mm: float) -> float:
    return exp(-0.5 * (away_mm / _USUAL_SCATTER_MM) ** 2)


def _reason(side: Side, index: int, scores: Sequence[SliceScore], offset_mm: float) -> str:
    own = next(each for each in scores if each.index == index)
    if own.behind_head_mm is None:
        return (
            f"No femoral head was found on the {side.word} side: slice {index} is the one of the "
            f"{side.opposite.word} hip."
        )
    if len(scores) == 1:
        return f"Slice {index} is the only one."
    hidden = [key for key in own.presence if key not in own.seen]
    shown = _listed(own.seen) or "none of the points"
    least = min((own.presence[key] for key in own.seen), default=0.0)
    sure = f" (each {100 * least:.0f} % sure or more)" if own.seen else ""
    missing = f", not {_listed(hidden)}" if hidden else ""
    away = abs(own.behind_head_mm)
    where = "behind" if own.behind_head_mm >= 0 else "in front of"
    return (
        f"Slice {index} shows {shown}{sure}{missing}, and lies {away:.1f} mm {where} the head "
        f"centre; readers choose slices about {offset_mm:.1f} mm behind it."
    )


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
