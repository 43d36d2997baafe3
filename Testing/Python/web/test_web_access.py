"""Who may open the viewer: the link once, then a cookie; nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.web import ViewerOptions
from HipLandmarksLib.web.access import Gate

Client = TestClient[web.Request, web.Application]


async def _page(_request: web.Request) -> web.Response:
    return web.Response(text="the images")


def _visit(gate: Gate, visit: Callable[[Client], Awaitable[None]]) -> None:
    """Let ``visit`` use a server behind ``gate``."""

    async def run() -> None:
        application = web.Application(middlewares=[gate.middleware])
        application.router.add_get("/", _page)
        application.router.add_post("/hip/upload", _page)
        async with TestClient(TestServer(application)) as client:
            await visit(client)

    asyncio.run(run())


def _gate(renewed: Callable[[str], None] = lambda token: None) -> Gate:
    return Gate(frozenset({"127.0.0.1"}), renewed)


async def _forget_cookies(client: Client) -> None:
    client.session.cookie_jar.clear()


def test_without_the_link_nothing_is_shown() -> None:
    async def visit(client: Client) -> None:
        for answer in (
            await client.get("/"),
            await client.get("/?token=guessed"),
            await client.get("/?token="),
            await client.get("/", cookies={f"hiplandmarks_{client.port}": "guessed"}),
            await client.post("/hip/upload"),
        ):
            assert answer.status == 403
            assert "the images" not in await answer.text()

    _visit(_gate(), visit)


def test_the_link_opens_the_page_and_the_token_leaves_the_address() -> None:
    gate = _gate()

    async def visit(client: Client) -> None:
        answer = await client.get(f"/?token={gate.token}")
        assert await answer.text() == "the images"
        assert "token" not in str(answer.url)

    _visit(gate, visit)


def test_reload_and_a_second_tab_need_no_link() -> None:
    gate = _gate()

    async def visit(client: Client) -> None:
        link = f"/?token={gate.token}"
        await client.get(link)
        assert (await client.get("/")).status == 200
        assert (await client.get(link)).status == 200
        assert (await client.post("/hip/upload")).status == 200

    _visit(gate, visit)


def test_a_used_link_does_not_open_another_browser_but_the_next_one_does() -> None:
    told: list[str] = []
    gate = _gate(told.append)

    async def visit(client: Client) -> None:
        used = gate.token
        await client.get(f"/?token={used}")
        await _forget_cookies(client)
        assert (await client.get(f"/?token={used}")).status == 403
        assert told == [gate.token]
        assert (await client.get(f"/?token={told[0]}")).status == 200

    _visit(gate, visit)


def test_a_cookie_of_another_viewer_does_not_open_this_one() -> None:
    first, second = _gate(), _gate()

    async def visit(client: Client) -> None:
        await client.get(f"/?token={first.token}")
        cookie = {c.key: c.value for c in client.session.cookie_jar}
        await _forget_cookies(client)

        async def again(other: Client) -> None:
            name = f"hiplandmarks_{other.port}"
            answer = await other.get("/", cookies={name: next(iter(cookie.values()))})
            assert answer.status == 403

        await asyncio.to_thread(_visit, second, again)

    _visit(first, visit)


def test_pages_of_other_origins_and_other_names_are_refused() -> None:
    gate = _gate()

    async def visit(client: Client) -> None:
        await client.get(f"/?token={gate.token}")
        foreign: list[ClientResponse] = [
            await client.post("/hip/upload", headers={"Origin": "http://evil.example"}),
            await client.get("/", headers={"Host": f"evil.example:{client.port}"}),
        ]
        assert [answer.status for answer in foreign] == [403, 403]
        own = f"http://127.0.0.1:{client.port}"
        assert (await client.post("/hip/upload", headers={"Origin": own})).status == 200

    _visit(gate, visit)


def test_answers_forbid_other_hosts_and_frames() -> None:
    gate = _gate()

    async def visit(client: Client) -> None:
        answer = await client.get(f"/?token={gate.token}")
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"

    _visit(gate, visit)


@pytest.mark.parametrize(
    ("host", "is_local"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("pc7", False)],
)
def test_only_loopback_counts_as_local(host: str, is_local: bool) -> None:
    assert ViewerOptions(host=host).is_local is is_local


def test_what_is_no_good_is_refused_before_anything_starts() -> None:
    for wrong in (
        lambda: ViewerOptions(port=-1),
        lambda: ViewerOptions(port=70_000),
        lambda: ViewerOptions(upload_mb=0),
        lambda: ViewerOptions(host=" "),
        lambda: ViewerOptions(idle_minutes=-1.0),
        lambda: ViewerOptions(idle_minutes=float("nan")),
        lambda: ViewerOptions(token="short"),
        lambda: ViewerOptions(token="sixteen and more/but no token"),
    ):
        with pytest.raises(ConfigurationError):
            wrong()


def test_a_launcher_can_give_the_token_of_the_first_link() -> None:
    options = ViewerOptions(token="0123456789abcdef", idle_minutes=0.01)
    gate = Gate(frozenset({"127.0.0.1"}), token=options.token)
    assert options.idle_seconds == 1  # not 0, which means never

    async def visit(client: Client) -> None:
        assert (await client.get("/?token=0123456789abcdef")).status == 200
        await _forget_cookies(client)
        assert (await client.get("/?token=0123456789abcdef")).status == 403

    _visit(gate, visit)
