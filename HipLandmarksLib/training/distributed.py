"""Several processes that train one model together, as ``torchrun`` starts them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

import torch
from torch import distributed

from ..detection import choose_device
from ..errors import ConfigurationError
from .sampling import Batch

_LAUNCHED = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT")
_PATIENCE = timedelta(hours=12)
"""The others wait while the first process evaluates; torchrun ends them all when one fails."""

T = TypeVar("T")


@dataclass(frozen=True)
class Workers:
    """The processes of one training; one alone when torchrun did not start it.

    Attributes:
        rank: number of this process, from 0.
        size: number of processes.
    """

    rank: int = 0
    size: int = 1

    @classmethod
    def current(cls) -> Workers:
        """Those that this process has joined by :func:`joined_workers`."""
        if distributed.is_available() and distributed.is_initialized():
            return cls(distributed.get_rank(), distributed.get_world_size())
        return cls()

    @property
    def leads(self) -> bool:
        """Whether this process writes, prints and evaluates; exactly one does."""
        return self.rank == 0

    def check_batch(self, count: int) -> None:
        """Every process takes as many images as the others.

        Raises:
            ConfigurationError: when ``count`` images cannot be shared evenly.
        """
        if count % self.size:
            raise ConfigurationError(
                f"A batch of {count} images cannot be shared by {self.size} processes; set batch "
                f"to a multiple of {self.size} (it counts the images of all processes together)."
            )

    def part(self, batch: Batch) -> Batch:
        """This process's images of the joint batch."""
        if self.size == 1:
            return batch
        count = len(batch.images) // self.size
        own = slice(self.rank * count, (self.rank + 1) * count)
        return replace(batch, **{name: array[own] for name, array in vars(batch).items()})

    def mean(self, values: torch.Tensor) -> torch.Tensor:
        """Mean of ``values`` over the processes, without gradient; the same in all of them."""
        if self.size == 1:
            return values
        total = values.detach().clone()
        distributed.all_reduce(total)
        return total / self.size

    def shared(self, value: T) -> T:
        """What the leading process gave as ``value``; the others wait for it."""
        if self.size == 1:
            return value
        box = [value]
        distributed.broadcast_object_list(box, src=0)
        return box[0]

    def wait(self) -> None:
        """Until all processes have come here."""
        self.shared(None)


def leads_from_start() -> bool:
    """Whether this process will lead, before it has joined the others: it alone prints."""
    return not _launched() or os.environ["RANK"] == "0"


@contextmanager
def joined_workers() -> Iterator[Workers]:
    """Join the other processes when torchrun started this one, and leave them at the end.

    NCCL connects graphics cards, one per process; gloo connects processors.

    Raises:
        ConfigurationError: when there are fewer graphics cards than processes.
    """
    if not _launched() or distributed.is_initialized():
        yield Workers.current()
        return
    cuda = choose_device().name == "cuda"
    if cuda:
        torch.cuda.set_device(_own_card())
    distributed.init_process_group("nccl" if cuda else "gloo", timeout=_PATIENCE)
    yield Workers.current()
    # not after an exception: the others may be amid a transfer, and torchrun ends them
    distributed.destroy_process_group()


def _launched() -> bool:
    several = os.environ.get("WORLD_SIZE", "1") != "1"
    return several and all(name in os.environ for name in _LAUNCHED)


def _own_card() -> int:
    number, cards = int(os.environ["LOCAL_RANK"]), torch.cuda.device_count()
    if number >= cards:
        raise ConfigurationError(
            f"This machine has {cards} graphics cards, torchrun started more processes; use "
            f"--nproc-per-node {cards}."
        )
    return number
