"""Starts the viewer and keeps it running until it is ended."""

from __future__ import annotations

import os
import signal
import sys
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from types import FrameType
from typing import TYPE_CHECKING, Any

from aiohttp.web import Request, Response, json_response

from ..errors import HipLandmarksError, MissingDependencyError
from ..i18n import tr as _
from ..threads import let_waiting_threads_sleep
from .options import ViewerOptions

if TYPE_CHECKING:
    from .viewer import Viewer

Told = Callable[[str], None]
_OWN_NAMES = ("localhost", "127.0.0.1", "::1")


def serve(options: ViewerOptions, tell: Told = print) -> None:
    """Serve the viewer until Ctrl-C.

    Args:
        options: see there.
        tell: gets the lines for the terminal: the link, and what must be known.

    Raises:
        MissingDependencyError: without trame-slicer.
        HipLandmarksError: when nothing can be drawn on this computer, or the port is taken.
    """
    let_waiting_threads_sleep()
    if find_spec("trame_slicer") is None or find_spec("slicer") is None:
        raise MissingDependencyError(
            _("The viewer needs trame-slicer: pip install 'HipLandmarksLib[app]'.")
        )
    from ..scene.render import CANNOT_RENDER, can_render

    if not can_render():
        raise HipLandmarksError(CANNOT_RENDER)
    with _ended_in_order():
        _run(options, tell)


def _run(options: ViewerOptions, tell: Told) -> None:
    from trame.app import get_server

    from ..scene.messages import captured_messages
    from .viewer import Viewer

    os.environ["WSLINK_READY_MSG"] = ""  # the link is told in our own words
    os.environ.setdefault("WSLINK_WS_COMPRESS", "0")  # pictures are compressed already
    server = get_server("hiplandmarks", client_type="vue3")
    with captured_messages():  # VTK tells what will change in it one day
        viewer = Viewer(server, options)
    with closing(viewer):
        _serve(server, viewer, options, tell)


def _serve(server: Any, viewer: Viewer, options: ViewerOptions, tell: Told) -> None:
    from ..scene.messages import captured_messages
    from .access import Gate
    from .page import build_page

    with captured_messages():
        build_page(server, viewer)
        viewer.desk.views.warm_up()
    link = _Link(options, server, tell)
    hosts = frozenset((*_OWN_NAMES, options.host)) if options.is_local else frozenset[str]()
    gate = Gate(hosts, link.renewed, options.token)

    def bind(wslink_server: Any) -> None:
        wslink_server.app.middlewares.append(gate.middleware)
        wslink_server.app.router.add_post("/paraview/", _tell_socket)
        wslink_server.app.router.add_post("/hip/upload", viewer.desk.incoming.receive)
        wslink_server.app.router.add_get("/hip/download/{kind}", viewer.outgoing.send)

    def ready(**_state: Any) -> None:
        link.first(gate.token)
        viewer.start()

    server.controller.on_server_bind.add(bind)
    server.controller.on_server_ready.add(ready)
    try:
        with _own_arguments():
            server.start(
                port=options.port,
                host=options.host,
                open_browser=False,
                show_connection_info=False,
                disable_logging=True,
                timeout=options.idle_seconds,
            )
    except OSError as error:
        words = _("The viewer cannot listen on {host}, port {port}: {reason}. Choose another port.")
        raise HipLandmarksError(
            words.format(host=options.host, port=options.port, reason=error.strerror or error)
        ) from error


async def _tell_socket(request: Request) -> Response:
    """Trame's page asks a launcher first where the server is: here."""
    return json_response({"sessionURL": f"ws://{request.host}/ws"})


class _Link:
    """Tells the link of the viewer, and shows it in the browser."""

    def __init__(self, options: ViewerOptions, server: Any, tell: Told) -> None:
        self._options, self._server, self._tell = options, server, tell

    def first(self, token: str) -> None:
        if not self._options.is_local:
            self._tell(
                _(
                    "Warning: other computers can reach this viewer, without encryption. Whoever "
                    "has the link sees the images."
                )
            )
        url = self._url(token)
        told = url if self._options.token is None else self._address
        self._tell(_("HipLandmarks is at {url}").format(url=told))
        self._tell(_("Research software, not a medical device. Ctrl-C ends it."))
        sys.stdout.flush()
        if self._options.open_browser:
            webbrowser.open(url)

    def renewed(self, token: str) -> None:
        if self._options.token is not None:  # the terminal may be a file that others read
            return
        words = _("Opened. For another browser: {url}")
        self._tell(words.format(url=self._url(token)))
        sys.stdout.flush()

    @property
    def _address(self) -> str:
        host = self._options.host
        host = "127.0.0.1" if host in ("0.0.0.0", "::") else host
        host = f"[{host}]" if ":" in host else host
        return f"http://{host}:{self._server.port}"

    def _url(self, token: str) -> str:
        return f"{self._address}/?token={token}"


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Whoever ends the viewer, and when: it cleans up, also while it starts.

    Once the server runs it answers SIGTERM itself; a terminal that is closed ends it the same way.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    def hang_up(_number: int, _frame: FrameType | None) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    actions = {"SIGTERM": end, "SIGHUP": hang_up}  # Windows has no SIGHUP
    numbers = {
        getattr(signal, name): action for name, action in actions.items() if hasattr(signal, name)
    }
    before = {number: signal.signal(number, action) for number, action in numbers.items()}
    try:
        yield
    finally:
        for number, action in before.items():
            signal.signal(number, action)


@contextmanager
def _own_arguments() -> Iterator[None]:
    """Trame reads the command line, too; ours is not for it."""
    before, sys.argv = sys.argv, sys.argv[:1]
    try:
        yield
    finally:
        sys.argv = before
