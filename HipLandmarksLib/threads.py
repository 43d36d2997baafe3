"""How the threads of a network wait for one another."""

from __future__ import annotations

import os


def let_waiting_threads_sleep() -> None:
    """Ask OpenMP's threads to sleep while they wait, unless the environment says otherwise.

    By default they spin. On a computer with few cores the one that spins keeps the other from its
    core whenever work of a single thread lies between two layers: a detection then takes about
    1.7 times as long (two cores). Call it before torch is loaded; later it changes nothing.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
