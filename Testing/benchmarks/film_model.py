"""Measure a film model on held-out simulated films and on real ones, and write it into its card.

    python Testing/benchmarks/film_model.py RUN --views FOLDER [--real FOLDER] [--write]

RUN is the output folder of both passes' training; its model lies in RUN/bundle. Research software,
not a medical device.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from HipLandmarksLib.detection import Detector
from HipLandmarksLib.synthesis.radiograph.look import Preset
from HipLandmarksLib.training.film_config import FilmConfig
from HipLandmarksLib.training.film_errors import film_errors, format_performance, performance
from HipLandmarksLib.training.film_join import with_card_facts
from HipLandmarksLib.training.film_real import format_real_films, real_film_errors
from HipLandmarksLib.training.film_run import FilmFacts
from HipLandmarksLib.training.film_views import TrainingViews

LIMITATIONS = (
    "Trained on simulated films alone; on real films it is worse than on simulated ones.",
    "Adults only; eleven cadavers without severe deformity, and shapes derived from them.",
    "AP films only; not tested on frog-leg, false-profile or lateral views.",
    "A single hip without side marker in the file has no side: the program asks for it.",
    "Research software, not a medical device.",
)


def main() -> None:
    """Run, print the tables, write the card when asked to."""
    options = _parsed()
    bundle = options.run / "bundle"
    facts = FilmFacts.read(options.run)
    detector = Detector.from_bundle(bundle)
    figures = {}
    if options.views:
        config = FilmConfig(options.run, views=tuple(options.views))
        views = TrainingViews.open(config, facts.held_out, training=False)
        for name, share in (("held_out_simulated", 0.0), ("held_out_with_objects", 1.0)):
            look = Preset(options.look)
            run = film_errors(detector, views, options.films, look, _progress, share)
            figures[name] = performance(run)
            print(f"\n{name}: {', '.join(facts.held_out)}; {len(run.cases)} films")
            print(format_performance(figures[name]))
            print({key: figures[name].get(key) for key in ("presence", "replaced")})
    if options.real:
        films = real_film_errors(detector, options.real)
        figures["real_films"] = films.figures()
        print()
        print(format_real_films(films))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if options.write:
        with_card_facts(bundle, figures, LIMITATIONS)


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--views", type=Path, nargs="*", default=[])
    parser.add_argument("--films", type=int, default=120)
    parser.add_argument("--look", choices=[p.value for p in Preset], default="realistic")
    parser.add_argument("--real", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--write", action="store_true", help="write the figures into the card")
    return parser.parse_args()


def _progress(stage: str, done: int, total: int) -> None:
    if done % 10 == 0 or done == total:
        print(f"{stage} {done}/{total}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
