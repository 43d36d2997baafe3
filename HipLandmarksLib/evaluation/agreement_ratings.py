"""Values that several readers gave to the same hips, and which of them can be compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import HipLandmarksError

MIN_SUBJECTS = 3
"""With fewer hips neither a limit of agreement nor a slope means anything."""


class AgreementError(HipLandmarksError):
    """The readings cannot be compared: too few hips or readers, or values that are no numbers."""


@dataclass(frozen=True, eq=False)
class Ratings:
    """Complete readings: every reader measured every hip.

    Attributes:
        values: shape (hips, readers).
        n_dropped: hips left out because a reader gave no value.
    """

    values: NDArray[np.float64]
    n_dropped: int

    @classmethod
    def of(cls, values: ArrayLike) -> Ratings:
        """Keep the hips that every reader measured; a missing value is None or NaN.

        Args:
            values: (hips, readers).

        Raises:
            AgreementError: with fewer than two readers, fewer than three complete hips, or
                values that are infinite or no numbers.
        """
        table = as_table(values, 2, "hips and readers")
        if table.shape[1] < 2:
            raise AgreementError("Agreement needs at least 2 readers (columns); 1 given.")
        return cls(*complete(table))

    @classmethod
    def of_pair(cls, first: ArrayLike, second: ArrayLike) -> Ratings:
        """Readings of two readers, hip by hip.

        Raises:
            AgreementError: as :meth:`of`, and when the lists have different lengths.
        """
        one, other = as_table(first, 1, "hips"), as_table(second, 1, "hips")
        if len(one) != len(other):
            raise AgreementError(
                f"The readers measured {len(one)} and {len(other)} hips: give one value (or None) "
                "of each reader for every hip, in the same order."
            )
        return cls.of(np.column_stack([one, other]))

    @property
    def n_subjects(self) -> int:
        """Number of hips that were compared."""
        return int(self.values.shape[0])

    @property
    def n_readers(self) -> int:
        """Number of readers."""
        return int(self.values.shape[1])

    @property
    def note(self) -> str:
        """A sentence when hips were left out, else empty."""
        if self.n_dropped == 0:
            return ""
        hips = "1 hip was" if self.n_dropped == 1 else f"{self.n_dropped} hips were"
        return f"{hips} left out because a reader gave no value."


def as_table(values: ArrayLike, dimensions: int, what: str) -> NDArray[np.float64]:
    """Numbers as a float array of so many dimensions; None becomes NaN.

    Raises:
        AgreementError: when they are no such table, or infinite.
    """
    try:
        table = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise AgreementError(f"The readings are no table of numbers by {what}: {error}.") from error
    if table.ndim != dimensions:
        raise AgreementError(f"The readings must be numbers by {what}; got shape {table.shape}.")
    if bool(np.isinf(table).any()):
        raise AgreementError("A reading is infinite; correct it or leave it empty.")
    return table


def complete(table: NDArray[np.float64]) -> tuple[NDArray[np.float64], int]:
    """Rows without a missing number, and how many rows were left out.

    Raises:
        AgreementError: when fewer than three rows are complete.
    """
    whole = ~np.isnan(table.reshape(len(table), -1)).any(axis=1)
    kept = table[whole]
    if len(kept) < MIN_SUBJECTS:
        raise AgreementError(
            f"Agreement needs at least {MIN_SUBJECTS} hips measured by every reader; "
            f"{len(kept)} of {len(table)} are complete."
        )
    return kept, len(table) - len(kept)
