"""Overlay: switches, opacity and choices of the model's doubt."""

from __future__ import annotations

from typing import Any

from ...panel import Control, overlay_view, set_overlay
from .choices import ChoiceBox
from .colours import coloured
from .desk import Desk
from .messages import told

_CHOICES = (Control.MAP_OF, Control.MAP_MEASURE, Control.MAP_LANDMARK)
_SWITCHES = (
    Control.SHOW_DOUBT,
    Control.PART_MAP,
    Control.PART_ELLIPSES,
    Control.PART_SIGNS,
    Control.PART_LIMBS,
)


class OverlaySection:
    """Shows and hides the model's doubt in the views."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._busy = False
        widgets = {control: getattr(desk.ui, control.object_name) for control in _SWITCHES}
        self._switches: dict[Control, Any] = widgets
        self._boxes: dict[Control, ChoiceBox] = {}
        for control in _CHOICES:
            box = getattr(desk.ui, control.object_name)
            self._boxes[control] = ChoiceBox(box, _setter(self, control))
        for control, widget in widgets.items():
            widget.connect("clicked(bool)", _setter(self, control))
        desk.ui.opacity.connect("valueChanged(double)", self._opacity)

    def show(self) -> None:
        """Bring the section in line with the study."""
        view = overlay_view(self.desk.study)
        ui = self.desk.ui
        self._busy = True
        try:
            for switch in view.switches:
                widget = self._switches[switch.control]
                widget.checked = switch.on
                widget.enabled = switch.enabled
            ui.opacity.value = float(view.opacity)
        finally:
            self._busy = False
        shown = {choice.control: choice for choice in view.choices}
        for control, box in self._boxes.items():
            box.show(shown.get(control))
        ui.showDoubt.enabled = view.available
        ui.overlayFrame.enabled = view.available and bool(ui.showDoubt.checked)
        badge = view.badge
        label = ui.overlayLabel
        label.text = coloured(label, badge.severity, badge.line) if badge else view.reason
        label.toolTip = badge.tooltip if badge else view.reason

    @told
    def set(self, control: Control, chosen: str) -> None:
        """Do what was chosen."""
        study = self.desk.study
        if study is not None:
            set_overlay(study, control, chosen)
        self.show()

    def _opacity(self, value: float) -> None:
        if not self._busy:
            self.set(Control.OPACITY, f"{value:.0f}")


def _setter(section: OverlaySection, control: Control) -> Any:
    """A slot for one control; a check box says ``on`` or ``off``."""

    def call(value: Any) -> None:
        chosen = ("on" if value else "off") if isinstance(value, bool) else str(value)
        section.set(control, chosen)

    return call
