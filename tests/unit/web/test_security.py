"""Who is let in: host names, the token, sessions; and the headers of every answer."""

from __future__ import annotations

import re
from datetime import timedelta

import aiohttp
import pytest
from pydantic import SecretStr

from monitor.web.security import SESSION_LIFE, Keeper, is_known_host
from tests.unit.web.support import NOW, a_site, ask, serving

TOKEN = "a-token-that-is-long-enough"
GUARDED = ["/", "/api/alerts", "/api/feeds", "/api/why?url=https://x.example/", "/events", "/metrics", "/readyz"]


@pytest.mark.parametrize("path", GUARDED)
async def test_without_the_token_nothing_is_told(path: str) -> None:
    with a_site(options={"token": SecretStr(TOKEN)}) as site:
        async with serving(site) as url, aiohttp.ClientSession() as session:
            bare = await ask(session, url + path)
            wrong = await ask(session, url + path, headers={"Authorization": "Bearer another-token-of-some-length"})
            in_address = await ask(session, url + path, params={"token": TOKEN})

    assert [bare.status, wrong.status, in_address.status] == [401, 401, 401]
    assert bare.headers["WWW-Authenticate"] == "Bearer"


async def test_token_opens_and_health_needs_none() -> None:
    with a_site(options={"token": SecretStr(TOKEN)}) as site:
        async with serving(site) as url, aiohttp.ClientSession() as session:
            opened = await ask(session, f"{url}/api/alerts", headers={"Authorization": f"Bearer {TOKEN}"})
            health = await ask(session, f"{url}/healthz")

    assert [opened.status, health.status] == [200, 200]


async def test_login_gives_a_cookie_that_opens_and_does_not_hold_the_token() -> None:
    with a_site(options={"token": SecretStr(TOKEN)}) as site:
        jar = aiohttp.CookieJar(unsafe=True)  # unsafe: also for addresses that are numbers
        async with serving(site) as url, aiohttp.ClientSession(cookie_jar=jar) as session:
            sent_to = await ask(session, url, headers={"Accept": "text/html"})
            refused = await ask(session, f"{url}/login", "POST", data={"token": "wrong"})
            accepted = await ask(session, f"{url}/login", "POST", data={"token": TOKEN}, allow_redirects=False)
            page = await ask(session, url)
            site.now = NOW + SESSION_LIFE
            run_out = await ask(session, f"{url}/api/alerts")

    cookie = accepted.headers["Set-Cookie"]
    assert (sent_to.url.path, refused.status, accepted.status, page.status, run_out.status) == (
        "/login",
        401,
        303,
        200,
        401,
    )
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert TOKEN not in cookie


async def test_login_form_that_is_too_big_is_refused() -> None:
    with a_site(options={"token": SecretStr(TOKEN)}) as site:
        async with serving(site) as url, aiohttp.ClientSession() as session:
            answer = await ask(session, f"{url}/login", "POST", data={"x": "y" * 5_000, "token": TOKEN})

    assert answer.status == 401


@pytest.mark.parametrize(
    "path", ["/", "/api/alerts", "/metrics", "/healthz", "/static/page.js", "/nowhere", "/events?after=x"]
)
async def test_every_answer_carries_our_headers(path: str) -> None:
    with a_site() as site:
        async with serving(site) as url, aiohttp.ClientSession() as session:
            headers = (await ask(session, url + path)).headers

    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"


async def test_strange_host_name_is_refused() -> None:
    with a_site() as site:
        async with serving(site) as url, aiohttp.ClientSession() as session:
            strange = await ask(session, f"{url}/api/alerts", headers={"Host": "evil.example"})
            local = await ask(session, f"{url}/api/alerts", headers={"Host": "localhost:1"})

    assert [strange.status, local.status] == [400, 200]


@pytest.mark.parametrize(
    ("header", "configured", "known"),
    [
        ("127.0.0.1:8765", "127.0.0.1", True),
        ("127.9.9.9", "127.0.0.1", True),
        ("[::1]:8765", "127.0.0.1", True),
        ("LOCALHOST", "127.0.0.1", True),
        ("news.example:80", "news.example", True),
        ("[2001:db8::1]:80", "2001:db8::1", True),
        ("evil.example", "127.0.0.1", False),
        ("127.0.0.1.evil.example", "127.0.0.1", False),
        ("localhost.evil.example", "127.0.0.1", False),
        ("", "127.0.0.1", False),
        ("anything.example", "0.0.0.0", True),  # noqa: S104 - compared with, not bound to
    ],
)
def test_host_names_that_are_ours(header: str, configured: str, known: bool) -> None:
    assert is_known_host(header, configured) is known


def test_session_of_another_token_or_changed_expiry_is_none() -> None:
    keeper, another = Keeper(TOKEN), Keeper("another-token-of-some-length")
    session = keeper.session(NOW)
    later = re.sub(r"^\d+", "99999999999", session)

    assert keeper.is_session(session, NOW + SESSION_LIFE - timedelta(seconds=1))
    assert not another.is_session(session, NOW)
    assert not keeper.is_session(later, NOW)
    assert not any(keeper.is_session(text, NOW) for text in ("", ".", "1.", "²³.x", "1.é", f"{'9' * 50}.x"))
    assert not Keeper(None).is_session(session, NOW)
