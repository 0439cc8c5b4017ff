"""One attempt at a real server on loopback."""

import asyncio
from collections.abc import Callable

import pytest

from switchroom.errors import Unavailable
from switchroom.hooks import sending
from switchroom.hooks.connection import EXCERPT
from switchroom.hooks.sending import Answer, Reach, Sender, Verdict
from tests.hooks.receiver import Post, Receiver, Reply, receiving
from tests.virtual_time import run_real

NOW = 1_800_000_000.0


def sent(answer: Callable[[Post], Reply], reach: Reach | None = None) -> tuple[Answer, Receiver]:
    async def story() -> tuple[Answer, Receiver]:
        async with receiving(answer) as receiver:
            sender = Sender(receiver.url, reach or Reach(private=True))
            try:
                return await sender.post(b'{"a":1}', {"webhook-id": "evt_1"}, NOW), receiver
            finally:
                sender.close()

    return run_real(story())


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Verdict.TAKEN),
        (204, Verdict.TAKEN),
        (301, Verdict.REFUSED),
        (400, Verdict.REFUSED),
        (404, Verdict.REFUSED),
        (410, Verdict.GONE),
        (429, Verdict.REFUSED),
        (500, Verdict.REFUSED),
    ],
)
def test_what_an_answer_comes_to(status: int, verdict: Verdict) -> None:
    answer, _ = sent(lambda _post: (status, {}, b""))
    assert (answer.verdict, answer.status) == (verdict, status)


def test_what_is_sent_says_what_it_is_and_for_whom() -> None:
    _, receiver = sent(lambda _post: (204, {}, b""))
    [post] = receiver.posts
    assert post.path == "/hook"
    assert post.body == b'{"a":1}'
    assert post.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert (post.headers["content-type"], post.headers["webhook-id"]) == ("application/json", "evt_1")


def test_a_redirect_is_not_followed() -> None:
    answer, receiver = sent(lambda _post: (307, {"location": "/elsewhere"}, b""))
    assert (len(receiver.posts), answer.verdict) == (1, Verdict.REFUSED)
    assert "not followed" in answer.problem


def test_of_a_long_answer_the_beginning_is_kept_and_the_rest_is_not_read() -> None:
    answer, _ = sent(lambda _post: (500, {}, "ä".encode() * 3_000_000))
    assert answer.excerpt == "ä" * EXCERPT


def test_retry_after_is_a_number_or_a_date_or_nothing() -> None:
    for value, seconds in (
        ("120", 120.0),
        ("Fri, 15 Jan 2027 08:01:00 GMT", 60.0),
        ("Fri, 15 Jan 2027 07:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("9" * 400, 999999999.0),
    ):
        answer, _ = sent(lambda _post, value=value: (503, {"retry-after": value}, b""))  # type: ignore[misc]
        assert answer.retry_after == seconds, value


def test_nobody_there_is_no_answer_and_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unknown(host: str, port: int) -> list[str]:
        raise Unavailable(f"the name {host!r} cannot be resolved", code="dns")

    async def story() -> list[Answer]:
        answers = []
        async with receiving() as receiver:
            port = receiver.port
        for reach in (Reach(private=True), Reach(resolve=unknown)):
            sender = Sender(f"http://127.0.0.1:{port}/", reach)
            answers.append(await sender.post(b"{}", {}, NOW))
            sender.close()
        return answers

    closed, nameless = run_real(story())
    assert (closed.verdict, closed.status) == (nameless.verdict, nameless.status) == (Verdict.REFUSED, None)
    assert "could not be reached" in closed.problem
    assert "cannot be resolved" in nameless.problem


def test_a_receiver_that_does_not_answer_in_time_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "TOTAL", 0.05)

    async def story() -> Answer:
        async with receiving() as receiver:
            receiver.hold = asyncio.Event()
            sender = Sender(receiver.url, Reach(private=True))
            answer = await sender.post(b"{}", {}, NOW)
            sender.close()
            return answer

    assert run_real(story()).problem == "no answer within 0.05 seconds"


def test_a_connection_is_used_again() -> None:
    async def story() -> int:
        async with receiving() as receiver:
            sender = Sender(receiver.url, Reach(private=True))
            for _ in range(5):
                await sender.post(b"{}", {}, NOW)
            sender.close()
            return receiver.connections

    assert run_real(story()) == 1


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "0.0.0.0", "::1", "fe80::1", "fd00::1",
     "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1"],
)  # fmt: skip
def test_an_address_inside_is_refused_and_so_is_a_name_that_has_one_among_others(address: str) -> None:
    for addresses in ([address], ["93.184.215.14", address]):

        async def resolve(host: str, port: int, found: list[str] = addresses) -> list[str]:
            return found

        answer, receiver = sent(lambda _post: (204, {}, b""), Reach(resolve=resolve))
        assert "no address of the public internet" in answer.problem
        assert receiver.connections == 0


def test_a_name_that_changes_its_address_after_the_check_is_reached_where_it_was_checked() -> None:
    asked: list[str] = []

    async def story() -> Answer:
        async with receiving() as receiver:

            async def resolve(host: str, port: int) -> list[str]:
                asked.append(host)
                return ["127.0.0.1"]

            sender = Sender(f"http://hooks.invalid:{receiver.port}/x", Reach(private=True, resolve=resolve))
            answer = await sender.post(b"{}", {}, NOW)
            await sender.post(b"{}", {}, NOW)
            sender.close()
            assert receiver.posts[0].headers["host"] == f"hooks.invalid:{receiver.port}"
            return answer

    assert run_real(story()).verdict is Verdict.TAKEN
    assert asked == ["hooks.invalid"]  # once for both, and nobody else resolves it
