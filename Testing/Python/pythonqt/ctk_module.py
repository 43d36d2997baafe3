"""The module ``ctk`` of Slicer: the few widgets of CTK that HipLandmarks uses, for PySide6.

Names, properties, signals and slots are those of the headers in github.com/commontk/CTK
(``Libs/Widgets``); their looks are only roughly those of CTK.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from PySide6.QtCore import Property, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractButton,
    QDoubleSpinBox,
    QHBoxLayout,
    QSizePolicy,
    QSlider,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QWidget,
)

from .wrapping import wrapper_class


class ctkCollapsibleButton(QAbstractButton):
    """A title that hides what is in its layout; children are laid out below the title."""

    contentsCollapsed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._collapsed = False
        self._collapsed_height = 14
        self.setCheckable(True)
        self.setChecked(True)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)
        self.setContentsMargins(0, self._title_height(), 0, 0)
        self.toggled.connect(lambda on: self.setCollapsed(not on))

    def _read(self) -> bool:
        return self._collapsed

    @Slot(bool)
    def setCollapsed(self, collapsed: bool) -> None:
        """Hide or show the contents."""
        if collapsed == self._collapsed:
            return
        self._collapsed = collapsed
        self.setChecked(not collapsed)
        for child in self.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            child.setVisible(not collapsed)
        below = self._title_height() + self._collapsed_height
        self.setMaximumHeight(below if collapsed else 16777215)
        self.contentsCollapsed.emit(collapsed)

    collapsed = Property(bool, _read, setCollapsed)

    def _read_height(self) -> int:
        return self._collapsed_height

    def _set_height(self, height: int) -> None:
        self._collapsed_height = height

    collapsedHeight = Property(int, _read_height, _set_height)

    def _title_height(self) -> int:
        return self.fontMetrics().height() + 10

    def paintEvent(self, event: object) -> None:
        """A push button's bevel with a triangle and the title."""
        painter, option = QStylePainter(self), QStyleOptionButton()
        option.initFrom(self)
        option.rect.setHeight(self._title_height())
        painter.drawControl(QStyle.ControlElement.CE_PushButtonBevel, option)
        sign = "▸" if self._collapsed else "▾"
        painter.drawText(option.rect.adjusted(8, 0, 0, 0), 0x0080, f"{sign}  {self.text()}")

    def hitButton(self, pos: Any) -> bool:
        """Only the title is a button."""
        return bool(pos.y() < self._title_height())


class ctkSliderWidget(QWidget):
    """A slider with a spin box."""

    valueChanged = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self._slider, self._box = QSlider(Qt.Orientation.Horizontal), QDoubleSpinBox()
        self._slider.setRange(0, 1000)
        row.addWidget(self._slider)
        row.addWidget(self._box)
        self._box.valueChanged.connect(self._box_changed)
        self._slider.valueChanged.connect(self._slider_changed)

    def _box_changed(self, value: float) -> None:
        span = self._box.maximum() - self._box.minimum()
        self._slider.blockSignals(True)
        self._slider.setValue(round(1000 * (value - self._box.minimum()) / span) if span else 0)
        self._slider.blockSignals(False)
        self.valueChanged.emit(value)

    def _slider_changed(self, place: int) -> None:
        span = self._box.maximum() - self._box.minimum()
        self._box.setValue(self._box.minimum() + span * place / 1000)

    @Slot(float)
    def setValue(self, value: float) -> None:
        """Set the number."""
        self._box.setValue(value)

    value = Property(float, lambda self: self._box.value(), setValue)
    minimum = Property(
        float, lambda self: self._box.minimum(), lambda self, value: self._box.setMinimum(value)
    )
    maximum = Property(
        float, lambda self: self._box.maximum(), lambda self, value: self._box.setMaximum(value)
    )
    singleStep = Property(
        float, lambda self: self._box.singleStep(), lambda self, v: self._box.setSingleStep(v)
    )
    decimals = Property(
        int, lambda self: self._box.decimals(), lambda self, value: self._box.setDecimals(value)
    )
    suffix = Property(
        str, lambda self: self._box.suffix(), lambda self, value: self._box.setSuffix(value)
    )


WIDGETS = (ctkCollapsibleButton, ctkSliderWidget)
_NAMED_BY_CONNECTORS = (
    *("ctkCheckBox", "ctkCheckablePushButton", "ctkComboBox", "ctkDoubleSlider"),
    *("ctkDoubleSpinBox", "ctkRangeWidget", "ctkDoubleRangeSlider", "ctkPathLineEdit"),
    *("ctkDirectoryButton", "ctkColorPickerButton"),
)


def make_ctk() -> ModuleType:
    """The module ``ctk``; widgets that only Slicer's own code names cannot be made."""
    module = ModuleType("ctk", "CTK as PythonQt shows it, made by the test layer.")
    for each in WIDGETS:
        setattr(module, each.__name__, wrapper_class(each))
    for name in _NAMED_BY_CONNECTORS:
        setattr(module, name, type(name, (), {"__init__": None}))
    return module
