"""Overlay: switches, opacity and choices of the model's doubt."""

from __future__ import annotations

from ...panel import Control, control_words, overlay_view, set_overlay
from ..bricks import badge_brick, choice_brick, words_brick
from ..desk import Desk

CHOICES = (Control.MAP_OF, Control.MAP_MEASURE, Control.MAP_LANDMARK)


class OverlaySection:
    """Shows and hides the model's doubt in the views."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        desk.state.update({"overlay": {"available": False, "on": False}})

    def show(self) -> None:
        """Bring the section in line with the study."""
        view = overlay_view(self.desk.study)
        shown = {choice.control: choice for choice in view.choices}
        switches = [
            {
                "id": switch.control.value,
                "on": switch.on,
                "off": not switch.enabled,
                **words_brick(control_words(switch.control)),
            }
            for switch in view.switches
        ]
        self.desk.state.overlay = {
            "available": view.available,
            "reason": view.reason,
            "badge": None if view.badge is None else badge_brick(view.badge),
            "on": bool(switches and switches[0]["on"]),
            "switches": switches,
            "opacity": view.opacity,
            "choices": {c.value: choice_brick(shown.get(c)) for c in CHOICES},
        }

    def set(self, name: str, chosen: str) -> None:
        """Do what was chosen."""
        study = self.desk.study
        with self.desk.telling():
            if study is not None:
                set_overlay(study, Control(name), chosen)
        self.show()
        self.desk.views.render()
