"""Sphere, neck and coverage of a head in words."""

from __future__ import annotations

from ...exploration import HeadCoverage, HeadSphereFit, NeckAxis

COVERAGE_SOURCE = (
    "Share of the head's disc, seen from above, that lies under the roof. Of 13 normal hips in CT "
    "74 % (SD 3) were covered, of 10 dysplastic ones 51 % (SD 8), by the anterior pelvic plane "
    "(Dandachli 2008); here the patient is taken as he lies."
)


def coverage_headline(coverage: HeadCoverage) -> str:
    """Such as ``covered 78 %, front half 65 %, back half 91 %``; why there is no number."""
    if coverage.total is None:
        return coverage.reason
    parts = [f"covered {_percent(coverage.total)}"]
    halves = (("front half", coverage.anterior), ("back half", coverage.posterior))
    parts += [f"{word} {_percent(share)}" for word, share in halves if share is not None]
    return ", ".join(parts)


def sphere_words(fit: HeadSphereFit) -> str:
    """Radius with its doubt, residual and slices of the head sphere; why there is none."""
    if fit.sphere is None or fit.sphere.radius is None:
        return fit.reason
    sigma = fit.sigma_mm
    doubt = "" if sigma is None else f" ± {1.96 * sigma[3]:.1f}"
    residual = "" if fit.residual_mm is None else f", residual {fit.residual_mm:.1f} mm"
    slices = _numbers(fit.used_slices)
    return f"radius {fit.sphere.radius:.1f}{doubt} mm (edge of the marrow){residual}, {slices}"


def neck_words(neck: NeckAxis) -> str:
    """Width of the neck and how far the head sits beside its axis; why there is none."""
    if neck.neck_centre is None:
        return neck.reason
    width = "" if neck.width_mm is None else f"narrowest {neck.width_mm:.1f} mm"
    beside = "" if neck.off_axis_mm is None else f"head centre {neck.off_axis_mm:.1f} mm beside it"
    return ", ".join(part for part in (width, beside) if part) or "found"


def _numbers(slices: tuple[int, ...]) -> str:
    if not slices:
        return "no slice"
    return f"{len(slices)} slices ({min(slices)} to {max(slices)})"


def _percent(share: float) -> str:
    return f"{round(100 * share)} %"
