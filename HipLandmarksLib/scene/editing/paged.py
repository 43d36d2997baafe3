"""Editing of a study that shows one slice of a stack after the other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager

from ...anatomy import LandmarkId
from ...review import ReviewList
from .locks import PointLocks
from .view import ReviewView


class PagedReview(ReviewView, ABC):
    """A review of which each slice has a page: states and history of its own."""

    _locks: PointLocks
    _writing: bool

    @abstractmethod
    def settle(self) -> None:
        """End a drag that is still open."""

    @abstractmethod
    def go_to(self, id_: LandmarkId | None) -> None:
        """Make a point the current one, or none."""

    @abstractmethod
    def _tell(self) -> None:
        """Tell those who watch."""

    @property
    def page(self) -> str:
        """The name of the page; "" of the first one."""
        return self._kept.page

    @contextmanager
    def another_page(self, page: str) -> Iterator[None]:
        """What is shown within is no edit: it is the points of another page of the review.

        Undo and redo concern the page that is shown. The current point stays the current one where
        the page has it.

        Args:
            page: its name; opened when it is met for the first time.
        """
        self.settle()
        self._locks.release()
        self._writing = True
        try:
            yield
        finally:
            self._writing = False
        self._kept.turn(page)
        self._locks.keeper = self._kept.node
        self._list = ReviewList()
        current = self._current
        if current is None:
            self._tell()  # what is listed is worked out when somebody asks
        else:
            self.go_to(current if current in [item.id for item in self.items] else None)
