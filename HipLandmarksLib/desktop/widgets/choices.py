"""Combo boxes and check boxes that show a choice of the panel and hand back what was chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt

from ...panel import Choice


class ChoiceBox:
    """A QComboBox for a :class:`.Choice`.

    Args:
        box: the QComboBox.
        chosen: called with the id of an option when a person chose it, not when it is shown.
    """

    def __init__(self, box: Any, chosen: Callable[[str], None]) -> None:
        self._box = box
        self._chosen = chosen
        self._choice: Choice | None = None
        box.connect("activated(int)", self._activated)

    def show(self, choice: Choice | None) -> None:
        """Show a choice; None: there is nothing to choose."""
        self._box.enabled = choice is not None and len(choice.options) > 0
        if choice == self._choice:
            return
        self._choice = choice
        self._box.clear()
        for index, option in enumerate(choice.options if choice else ()):
            self._box.addItem(option.label, option.id)
            tooltip = option.tooltip if option.enabled else option.reason
            self._box.setItemData(index, tooltip, qt.Qt.ToolTipRole)
            if choice is not None and option.id == choice.chosen:
                self._box.currentIndex = index

    @property
    def id(self) -> str:
        """The id of the option that is shown; empty without any."""
        options = self._choice.options if self._choice else ()
        index = int(self._box.currentIndex)
        return options[index].id if 0 <= index < len(options) else ""

    def _activated(self, index: int) -> None:
        choice = self._choice
        if choice is None or not 0 <= index < len(choice.options):
            return
        option = choice.options[index]
        if option.enabled:
            self._choice = None  # whatever it leads to is shown anew
            self._chosen(option.id)
        else:
            self._box.currentIndex = [each.id for each in choice.options].index(choice.chosen)
