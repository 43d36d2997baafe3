"""Training of one pass of a film model on random films of cached views."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..detection import (
    BundleCard,
    Decoder,
    Preprocessing,
    load_bundle,
    load_card,
    save_bundle,
    write_card,
)
from ..detection.card import ImageFrame
from ..detection.film_card import FilmSettings
from ..detection.film_hip import ReferenceHip
from ..detection.reading import landmark_maps
from ..errors import ConfigurationError
from .film_bones import BoneVariety
from .film_config import FilmConfig, FilmPass
from .film_sample import FilmSample
from .film_source import FilmSource
from .film_views import TrainingViews
from .limb_statistics import limb_variances
from .loader import BatchLoader
from .sampling import Batch
from .trainer import TrainingLoop

_HELD_OUT_SEED = 49_979_687
_TOGETHER = 8


@dataclass(frozen=True)
class _Batches:
    """The joint batch of a step; copied to the processes that make batches."""

    source: FilmSource

    def __call__(self, step: int) -> Batch:
        return self.source.batch(np.random.default_rng([self.source.config.seed, step]))


class FilmTrainer(TrainingLoop):
    """One run of a :class:`FilmConfig`."""

    def __init__(
        self,
        config: FilmConfig,
        views: TrainingViews,
        reference: ReferenceHip,
        held_out: TrainingViews | None = None,
    ) -> None:
        """See :class:`.TrainingLoop`.

        Args:
            config: of the run.
            views: to learn from.
            reference: the mean hip of the training.
            held_out: views of other subjects, to tell how the training goes.
        """
        super().__init__(config)
        self.config = config
        self.views = views
        self.reference = reference
        self.held_out = held_out
        self.source = FilmSource(config, views, reference)
        self._tests: list[FilmSample] | None = None
        if config.start_from is not None and self.progress.step == 0:
            self._start_from(config.start_from)

    def _start_from(self, bundle: Path) -> None:
        """Take up the weights of an earlier training; a checkpoint of this one goes before.

        Raises:
            ConfigurationError: when it has another network or other held-out subjects.
            ModelError: when the bundle is damaged.
        """
        card, network = load_bundle(bundle)
        held_out = [] if self.held_out is None else self.held_out.subjects
        if card.network != self.config.network or card.channels != self.config.channels:
            raise ConfigurationError(f"{bundle} has another network or other landmarks.")
        if card.training.get("held_out_subjects") != held_out:
            raise ConfigurationError(
                f"{bundle} held out {card.training.get('held_out_subjects')}, this training holds "
                f"out {held_out}: name the same ones under held_out_subjects."
            )
        weights = network.state_dict()
        self.optimisation.network.load_state_dict(weights)
        self.optimisation.averaged.load_state_dict(weights)

    def draw(self, rng: np.random.Generator) -> Batch:
        """Random films."""
        return self.source.batch(rng)

    @property
    def epoch_size(self) -> int:
        """Number of views."""
        return len(self.views)

    def held_out_errors(self) -> list[float | None]:
        """Of every landmark on the same random films of held-out subjects, heads of 48 mm."""
        if self.held_out is None or self.config.held_out_films == 0:
            return []
        if self._tests is None:
            self._tests = held_out_samples(self.config, self.held_out, self.reference)
        network = self.optimisation.averaged.eval()
        return sample_errors(network, self._tests, self.config, self.device.name)

    def card(self) -> BundleCard:
        """The card of this pass."""
        config, whole = self.config, self.config.show is FilmPass.WHOLE
        return BundleCard(
            id=config.bundle_id,
            version=config.version,
            description=config.description,
            modality="XRAY",
            network=config.network,
            channels=config.channels,
            preprocessing=Preprocessing(),
            decoder=Decoder(target_sigma=config.sigma_px, reading=config.loss.reading),
            training=self._told(),
            frame=ImageFrame.FILM if whole else ImageFrame.HIP,
            film=FilmSettings(self.reference, config.crop[0]) if whole else None,
        )

    def _told(self) -> dict[str, Any]:
        """Licence, data and recipe."""
        held_out = [] if self.held_out is None else self.held_out.subjects
        return {
            "licence": self.config.licence,
            "data": [dict(store.making) for store in self.views.stores],
            "subjects": len(self.views.subjects),
            "views": len(self.views),
            "held_out_subjects": held_out,
            "recipe": self.config.to_dict(),
            **self.facts(),
        }

    def write_bundle(self) -> None:
        """Weights and card of this pass, with the variances of the limbs' fields."""
        averaged = self.optimisation.averaged
        variances = limb_variances(averaged, self.config.limbs, self.draw, self.config.seed)
        save_bundle(self.bundle, replace(self.card(), limb_variances=variances), averaged)

    def note(self, facts: dict[str, Any]) -> None:
        """Add ``facts`` to what the card tells of the training."""
        card = load_card(self.bundle)
        write_card(self.bundle, replace(card, training={**card.training, **facts}))

    def _loader(self) -> BatchLoader[Batch]:
        if self.config.workers == 0:
            return super()._loader()
        return BatchLoader(_Batches(self.source), self.config.steps, processes=self.config.workers)


def held_out_samples(
    config: FilmConfig, views: TrainingViews, reference: ReferenceHip
) -> list[FilmSample]:
    """Random films of held-out subjects, the same every time, none of them without a hip.

    Their bones lie where they were projected, whatever the training does with them.
    """
    source = FilmSource(replace(config, bones=BoneVariety()), views, reference)
    return [
        source.of_view(views.read(place)[1], np.random.default_rng([_HELD_OUT_SEED, number]))
        for number, place in enumerate(views.spread(config.held_out_films))
    ]


def sample_errors(
    network: torch.nn.Module, samples: Sequence[FilmSample], config: FilmConfig, device: str
) -> list[float | None]:
    """mm of every landmark that a sample shows, None where the network says it is not there."""
    decoder = Decoder(target_sigma=config.sigma_px, reading=config.loss.reading)
    errors: list[float | None] = []
    for first in range(0, len(samples), _TOGETHER):
        group = samples[first : first + _TOGETHER]
        images = torch.from_numpy(np.stack([sample.pixels for sample in group])[:, None])
        with torch.inference_mode():
            maps = landmark_maps(network(images.to(device)), decoder.reading)
        places, nowhere = maps.places.cpu().numpy(), maps.nowhere.cpu().numpy()
        for sample, own, gone in zip(group, places, nowhere, strict=True):
            for channel, id_ in enumerate(config.channels.ids):
                xy = sample.points.get(id_)
                if xy is None:
                    continue
                found = decoder.decode(own[channel], float(gone[channel]))
                distance = float(np.hypot(*np.subtract(found.xy, xy))) * sample.mm_per_px
                errors.append(distance if found.presence >= 0.5 else None)
    return errors
