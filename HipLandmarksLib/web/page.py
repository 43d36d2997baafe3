"""The page: markup of ``Resources/Web`` around the views, and what its buttons call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trame.ui.html import DivLayout
from trame.widgets import html

from ..panel import Control, Section, Severity, control_words, section_words
from ..resources import resource_path
from .bricks import words_brick
from .viewer import Viewer

_SERVED = "hiplandmarks"


def build_page(server: Any, viewer: Viewer) -> None:
    """Lay out the page and connect it to the sections of ``viewer``."""
    server.enable_module(
        {
            "serve": {_SERVED: str(resource_path("Web"))},
            "scripts": [f"{_SERVED}/viewer.js"],
            "styles": [f"{_SERVED}/viewer.css"],
        }
    )
    server.state.update(
        {
            "words": {each.value: words_brick(control_words(each)) for each in Control},
            "sections": {each.value: words_brick(section_words(each)) for each in Section},
            "tones": {each.value: each.word for each in Severity},
        }
    )
    for name, method in _calls(viewer).items():
        server.trigger(name)(_answering(server, method))
    theme = "['page', dark ? 'dark' : 'light']"
    with DivLayout(server) as layout, html.Div(classes=(theme,), raw_attrs=["id='page'"]):
        html.Header(_markup("header"), classes="header")
        with html.Div(classes="columns"):
            html.Aside(_markup("panel"), classes="panel", raw_attrs=["aria-label='HipLandmarks'"])
            with html.Main(classes="views", raw_attrs=["tabindex='0'"]):
                viewer.desk.views.layouts.initialize_layout_grid(layout)
        html.Footer("{{ notice }}", classes="notice")
        html.Div(_markup("dialogs"))


def _calls(viewer: Viewer) -> dict[str, Callable[..., Any]]:
    """What the page may call, by name."""
    study, detect, review = viewer.study, viewer.detect, viewer.review
    measurements, overlay = viewer.measurements, viewer.overlay
    explorer = viewer.explorer
    calibration, patient = viewer.calibration, viewer.advanced
    return {
        "study.sample": study.load_sample,
        "study.upload": study.open_upload,
        "study.failed": study.fail,
        "study.too_large": study.refuse,
        "study.choose": study.choose,
        "message.act": viewer.desk.act,
        "message.close": lambda: viewer.desk.tell(None),
        "detect.press": detect.press,
        "detect.choose": detect.choose,
        "review.click": review.click,
        "review.press": review.press,
        "review.lock": review.lock_others,
        "review.key": review.press_key,
        "results.click": measurements.click,
        "results.choose": measurements.choose,
        "results.every": measurements.show_every,
        "results.draw": measurements.draw,
        "overlay.set": overlay.set,
        "explorer.go": explorer.go_to,
        "explorer.take": explorer.take,
        "explorer.switch": explorer.switch,
        "explorer.radial": explorer.show_radial,
        "calibration.choose": calibration.choose,
        "calibration.size": calibration.resize,
        "calibration.mark": calibration.mark,
        "calibration.unmark": calibration.unmark,
        "calibration.apply": calibration.apply,
        "patient.choose": patient.choose,
        "patient.age": patient.set_age,
        "views.fit": viewer.desk.views.fit,
    }


def _answering(server: Any, method: Callable[..., Any]) -> Callable[..., None]:
    """The call of a page: answers nothing; what it changed is sent at once."""

    def call(*arguments: Any) -> None:
        with server.state:
            method(*arguments)

    return call


def _markup(name: str) -> str:
    return resource_path(f"Web/{name}.html").read_text(encoding="utf-8")
