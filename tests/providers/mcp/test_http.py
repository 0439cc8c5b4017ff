"""Servers over streamable HTTP: tokens, lost sessions, restarts, answers without end, and addresses that are not for tenants."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest

from switchroom.egress import is_public
from switchroom.errors import Denied, Unavailable
from switchroom.ports.tool_server import Endpoint
from switchroom.providers.mcp import connection
from switchroom.providers.mcp.guard import GuardedTransport
from switchroom.providers.mcp.noted import Noted
from switchroom.web.server import serving
from tests.providers.mcp.desk import HERE, call, kept, server, until
from tests.providers.mcp.sessions import Sessions
from tests.virtual_time import run_real


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "FIRST", 0.05)


def endpoint(port: int, **headers: str) -> Endpoint:
    return Endpoint(f"http://127.0.0.1:{port}/mcp", headers, private=True)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@asynccontextmanager
async def peer(port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the SDK's server as a process; it may be killed meanwhile."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(HERE / "peer.py"), str(port), stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def test_a_tool_is_called_over_http_and_its_server_may_be_restarted_meanwhile() -> None:
    async def scenario() -> None:
        port = free_port()
        async with kept(server(endpoint(port)), up=False) as desk:
            async with peer(port):
                await until(lambda: desk.health("mcp_a").state == "up", desk)
                assert await call(desk, "add", a=2, b=3) == {"total": 5, "parts": "[2, 3]"}
            with pytest.raises(Unavailable):
                await call(desk, "add", a=2, b=3)
            await until(lambda: desk.health("mcp_a").state == "down", desk)
            with pytest.raises(Unavailable, match="is down"):
                await call(desk, "add", a=2, b=3)
            async with peer(port):
                await until(lambda: desk.health("mcp_a").state == "up", desk)
                assert await call(desk, "echo", text="again") == {"text": "again"}

    run_real(scenario())


def test_a_server_that_dies_in_mid_call_over_http_fails_that_call() -> None:
    async def scenario() -> None:
        port = free_port()
        async with peer(port), kept(server(endpoint(port))) as desk:
            with pytest.raises(Unavailable):
                await call(desk, "die")

    run_real(scenario())


@pytest.mark.parametrize("unknown", [404, 400])  # as the protocol has it, and as many servers do
def test_a_lost_session_is_opened_anew_and_the_call_made_once(unknown: int) -> None:
    async def scenario() -> None:
        sessions = Sessions(unknown=unknown)
        async with serving(sessions.app(), "127.0.0.1", 0) as port, kept(server(endpoint(port))) as desk:
            assert await call(desk, "count") == {"text": "1"}
            sessions.known.clear()
            assert await call(desk, "count") == {"text": "2"}
            assert (sessions.opened, sessions.counted) == (2, 2)

    run_real(scenario())


def test_a_bearer_token_is_sent_and_a_refusal_says_what_to_look_at() -> None:
    async def scenario() -> None:
        sessions = Sessions(key="let me in")
        async with serving(sessions.app(), "127.0.0.1", 0) as port:
            async with kept(server(endpoint(port, Authorization="Bearer let me in"))) as desk:
                assert await call(desk, "count") == {"text": "1"}
                sessions.key = "another"
                with pytest.raises(Denied, match="refuses us \\(401\\)"):
                    await call(desk, "count")
            async with kept(server(endpoint(port)), up=False) as desk:
                await until(lambda: "refuses us (401)" in desk.health("mcp_a").problem, desk)

    run_real(scenario())


def test_an_answer_without_end_is_broken_off() -> None:
    async def scenario() -> None:
        sessions = Sessions(size=6_000_000)
        async with serving(sessions.app(), "127.0.0.1", 0) as port, kept(server(endpoint(port))) as desk:
            with pytest.raises(Unavailable, match="longer than 4194304 bytes") as told:
                await call(desk, "count")
            assert told.value.code == "bad_result"
            sessions.size = 10
            assert await call(desk, "count") == {"text": "x" * 10}

    run_real(scenario())


def test_a_private_address_is_not_reached_unless_the_operator_allows_it() -> None:
    async def scenario() -> None:
        sessions = Sessions()
        async with serving(sessions.app(), "127.0.0.1", 0) as port:
            reaches = [Endpoint(f"http://{host}:{port}/mcp") for host in ("127.0.0.1", "localhost")]
            two = [server(reach, key=reach.url) for reach in reaches]
            async with kept(*two, up=False) as desk:
                refused = "no address of the public internet"
                await until(lambda: all(refused in desk.health(one.id).problem for one in two), desk)
        assert sessions.opened == 0

    run_real(scenario())


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True), ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("127.0.0.1", False), ("10.1.2.3", False), ("172.16.0.1", False), ("192.168.1.1", False),
        ("169.254.169.254", False), ("100.64.0.1", False), ("0.0.0.0", False), ("224.0.0.1", False),
        ("::1", False), ("::", False), ("fe80::1%eth0", False), ("fd00::1", False), ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False), ("64:ff9b::5db8:d70e", True),
        ("64:ff9b:1::7f00:1", False), ("::127.0.0.1", False), ("::ffff:0:127.0.0.1", False), ("fec0::1", False),
    ],
)  # fmt: skip
def test_what_counts_as_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_a_name_that_changes_its_address_after_the_check_is_still_not_reached() -> None:
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) > 1 else ["93.184.215.14", "127.0.0.1"]

    async def scenario() -> None:
        guarded = GuardedTransport(private=False, noted=Noted(), resolve=resolve)
        async with httpx2.AsyncClient(transport=guarded) as client:
            for _ in range(2):  # one of two addresses is private; then the only one
                with pytest.raises(Denied):
                    await client.get("http://rebinding.example/")

    run_real(scenario())
