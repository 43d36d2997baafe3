"""Starts the viewer and keeps it running until it is ended."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from aiohttp.web import Request, Response, json_response

from ..errors import HipLandmarksError, MissingDependencyError
from ..i18n import tr as _
from ..threads import let_waiting_threads_sleep
from .options import ViewerOptions

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
    _run(options, tell)


def _run(options: ViewerOptions, tell: Told) -> None:
    from trame.app import get_server

    from ..scene.messages import captured_messages
    from .access import Gate
    from .page import build_page
    from .viewer import Viewer

    os.environ["WSLINK_READY_MSG"] = ""  # the link is told in our own words
    server = get_server("hiplandmarks", client_type="vue3")
    with captured_messages():  # VTK tells that there is no X server, and what will change in it
        viewer = Viewer(server, options)
        build_page(server, viewer)
        viewer.desk.views.warm_up()
    link = _Link(options, server, tell)
    hosts = frozenset((*_OWN_NAMES, options.host)) if options.is_local else frozenset[str]()
    gate = Gate(hosts, link.renewed)

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
                timeout=0,
            )
    except OSError as error:
        words = _("The viewer cannot listen on {host}, port {port}: {reason}. Choose another port.")
        raise HipLandmarksError(
            words.format(host=options.host, port=options.port, reason=error.strerror or error)
        ) from error
    finally:
        viewer.close()


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
        self._tell(_("HipLandmarks is at {url}").format(url=url))
        self._tell(_("Research software, not a medical device. Ctrl-C ends it."))
        sys.stdout.flush()
        if self._options.open_browser:
            webbrowser.open(url)

    def renewed(self, token: str) -> None:
        words = _("Opened. For another browser: {url}")
        self._tell(words.format(url=self._url(token)))
        sys.stdout.flush()

    def _url(self, token: str) -> str:
        host = self._options.host
        host = "127.0.0.1" if host in ("0.0.0.0", "::") else host
        host = f"[{host}]" if ":" in host else host
        return f"http://{host}:{self._server.port}/?token={token}"


@contextmanager
def _own_arguments() -> Iterator[None]:
    """Trame reads the command line, too; ours is not for it."""
    before, sys.argv = sys.argv, sys.argv[:1]
    try:
        yield
    finally:
        sys.argv = before
