"""The page: markup of ``Resources/Web`` around the views, and what its buttons call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trame.ui.html import DivLayout
from trame.widgets import client, html

from ..panel import Control, Section, Severity, control_words, section_words
from ..resources import resource_path
from .bricks import words_brick
from .viewer import Viewer

_SERVED = "hiplandmarks"
_VIEWS = "views"
"""Template of its own: another layout draws the views anew and leaves the panel as it is."""
_FILLING = "display: flex; flex-direction: column; flex: 1; min-width: 0"


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
            "trame__template_error": _markup("lost"),  # shown when the connection is lost
            "tones": {each.value: each.word for each in Severity},
        }
    )
    for name, method in _calls(viewer).items():
        server.trigger(name)(_answering(server, method))
    with DivLayout(server, template_name=_VIEWS, style=_FILLING) as grid:
        viewer.desk.views.layouts.initialize_layout_grid(grid)
    theme = "['page', dark ? 'dark' : 'light']"
    with DivLayout(server), html.Div(classes=(theme,), raw_attrs=["id='page'"]):
        html.Header(_markup("header"), classes="header")
        with html.Div(classes="columns"):
            html.Aside(_markup("panel"), classes="panel", raw_attrs=["aria-label='HipLandmarks'"])
            with html.Main(classes="views", raw_attrs=["tabindex='0' aria-label='Images'"]):
                client.ServerTemplate(name=_VIEWS)
        html.Footer("{{ notice }}", classes="notice")
        html.Div(_markup("dialogs"))


def _calls(viewer: Viewer) -> dict[str, Callable[..., Any]]:
    """What the page may call, by name."""
    study, detect, review = viewer.study, viewer.detect, viewer.review
    measurements, overlay = viewer.measurements, viewer.overlay
    explorer, comparison = viewer.explorer, viewer.comparison
    calibration, patient = viewer.calibration, viewer.advanced
    return {
        "study.sample": study.load_sample,
        "study.upload": study.open_upload,
        "study.failed": study.fail,
        "study.too_large": study.refuse,
        "study.choose": study.choose,
        "message.act": viewer.desk.act,
        "message.copied": viewer.desk.tell_copied,
        "message.close": lambda: viewer.desk.tell(None),
        "detect.press": detect.press,
        "detect.choose": detect.choose,
        "detect.get_model": detect.get_model,
        "review.click": review.click,
        "review.press": review.press,
        "review.lock": review.lock_others,
        "review.key": review.press_key,
        "results.click": measurements.click,
        "results.choose": measurements.choose,
        "results.every": measurements.show_every,
        "results.draw": measurements.draw,
        "results.text": measurements.text,
        "overlay.set": overlay.set,
        "explorer.views": explorer.show_views,
        "explorer.go": explorer.go_to,
        "explorer.take": explorer.take,
        "explorer.switch": explorer.switch,
        "explorer.radial": explorer.show_radial,
        "explorer.plane": explorer.show_plane,
        "comparison.fold": comparison.fold,
        "comparison.choose": comparison.choose,
        "comparison.side_by_side": comparison.show_side_by_side,
        "comparison.look_at": comparison.look_at,
        "comparison.text": comparison.text,
        "calibration.choose": calibration.choose,
        "calibration.size": calibration.resize,
        "calibration.mark": calibration.mark,
        "calibration.unmark": calibration.unmark,
        "calibration.apply": calibration.apply,
        "restore.restore": viewer.restore.restore,
        "restore.discard": viewer.restore.discard,
        "patient.choose": patient.choose,
        "patient.age": patient.set_age,
        "patient.reader_sd": patient.set_reader_sd,
        "patient.models_folder": patient.tell_models_folder,
        "views.scale": viewer.desk.views.scale,
        "views.fit": viewer.desk.fit,
    }


def _answering(server: Any, method: Callable[..., Any]) -> Callable[..., str | None]:
    """The call of a page: what it changed is sent at once; only a text is an answer."""

    def call(*arguments: Any) -> str | None:
        with server.state:
            answer = method(*arguments)
        return answer if isinstance(answer, str) else None

    return call


def _markup(name: str) -> str:
    return resource_path(f"Web/{name}.html").read_text(encoding="utf-8")
