"""Who may use the viewer: a link with a token opens it once and leaves a cookie."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from hmac import compare_digest
from html import escape
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
TOKEN = "token"
_TOKEN_BYTES = 24
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "connect-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_REFUSED = (
    "<!doctype html><html lang='en'><meta charset='utf-8'><title>HipLandmarks</title>"
    "<body style='font:16px sans-serif;margin:4em;max-width:40em'><h1>{title}</h1><p>{text}</p>"
)


class Gate:
    """Lets in who has the link, and nobody else.

    The token of the link is used up by the first browser that comes with it; that browser is known
    by a cookie from then on (in every tab, after every reload). Requests that name another host or
    come from a page of another origin are refused, against rebinding and forgery.

    Args:
        hosts: names and addresses, without port, by which this viewer may be called; empty for
            any, where it listens on an address that others reach.
        renewed: told the next token whenever one was used up.
        token: the first one; None for a fresh one.
    """

    def __init__(
        self,
        hosts: frozenset[str],
        renewed: Callable[[str], None] = lambda token: None,
        token: str | None = None,
    ) -> None:
        self._hosts = hosts
        self._renewed = renewed
        self._session = secrets.token_urlsafe(_TOKEN_BYTES)
        self.token = token or secrets.token_urlsafe(_TOKEN_BYTES)

    @property
    def middleware(self) -> Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]:
        """For the aiohttp application; guards every route, files and sockets included."""

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            response = self._answer(request) or await handler(request)
            if not response.prepared:
                for name, value in _HEADERS.items():
                    response.headers.setdefault(name, value)
            return response

        return guard

    def _answer(self, request: web.Request) -> web.StreamResponse | None:
        """What is answered in place of what was asked for; None for those who may have it."""
        if not self._is_called_by_name(request) or not self._is_own_page(request):
            return _refusal("This address is not known here", "Use the link of the terminal.")
        name = f"hiplandmarks_{request.url.port}"
        known = compare_digest(request.cookies.get(name, ""), self._session)
        offered = request.query.get(TOKEN)
        if offered is None:
            return None if known else _closed()
        if known:
            return web.HTTPSeeOther(request.path)
        if not compare_digest(offered.encode(), self.token.encode()):
            return _closed()
        self.token = secrets.token_urlsafe(_TOKEN_BYTES)
        self._renewed(self.token)
        response = web.HTTPSeeOther(request.path)
        response.set_cookie(name, self._session, httponly=True, samesite="Strict", path="/")
        return response

    def _is_called_by_name(self, request: web.Request) -> bool:
        return not self._hosts or (request.url.host or "") in self._hosts

    @staticmethod
    def _is_own_page(request: web.Request) -> bool:
        origin = request.headers.get("Origin")
        return origin is None or urlsplit(origin).netloc == request.host


def _closed() -> web.Response:
    return _refusal(
        "This link does not open the viewer",
        "It was used up by another browser, or it is incomplete. The terminal in which "
        "HipLandmarks runs shows a fresh one.",
    )


def _refusal(title: str, text: str) -> web.Response:
    page = _REFUSED.format(title=escape(title), text=escape(text))
    return web.Response(status=403, text=page, content_type="text/html")
