"""Lines at registrars in virtual time: kept open, moved to another server, found again, and left in order."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from switchroom.errors import Invalid
from switchroom.identity import TenantId
from switchroom.sip import commands as sip
from switchroom.sip.commands import Credentials
from switchroom.sip.outputs import Registered, RegistrationFailed, Unregistered
from switchroom.sip.peer import Peer
from switchroom.sip.trunks.trunk import Outbound, Registering, Trunk
from switchroom.sip.trunks.trunk_table import TrunkTable
from switchroom.transports.sip.trunks.lines import KEEP_ALIVE, LOOK_AGAIN, PING, TrunkLines
from switchroom.transports.sip.wire.locating import Naptr, Srv
from tests.virtual_time import run

LINE = Trunk(
    "trk_line",
    TenantId("tnt_1"),
    "line",
    outbound=Outbound(domain="sip.example.com", credentials=Credentials("620", "secret")),
    registering=Registering("sip:sip.example.com:5060", "620", "trk_line", 600),
)
FIRST, SECOND = "192.0.2.1", "192.0.2.2"


@dataclass
class Exchange:
    """A registrar's servers by name, and what is said to them. ``silent`` ones never answer; the others take what they get."""

    addresses_: list[str] = field(default_factory=lambda: [FIRST])
    silent: set[str] = field(default_factory=set)
    mute: bool = False
    said: list[tuple[float, str]] = field(default_factory=list)
    lines: TrunkLines = field(init=False)

    def __post_init__(self) -> None:
        self.lines = TrunkLines(self.send, self, self.ping)

    async def naptr(self, name: str) -> list[Naptr]:
        return []

    async def srv(self, name: str) -> list[Srv]:
        return []

    async def addresses(self, name: str) -> list[str]:
        return self.addresses_

    def send(self, command: sip.Command) -> None:
        loop = asyncio.get_running_loop()
        match command:
            case sip.Register(registration=name, peer=peer):
                self.note(f"register {peer.host}")
                heard = RegistrationFailed(name, 408, "Request Timeout", 30.0) if peer.host in self.silent else None
                loop.call_later(32.0 if heard else 0.1, self.lines.told, heard or Registered(name, 600.0))
            case sip.Unregister(registration=name):
                self.note("unregister")
                if not self.mute:
                    loop.call_later(0.1, self.lines.told, Unregistered(name))
            case _:
                raise AssertionError(command)

    def ping(self, data: bytes, peer: Peer) -> None:
        assert data == PING
        self.note(f"ping {peer.host}")

    def note(self, what: str) -> None:
        self.said.append((round(asyncio.get_running_loop().time() - self.began, 1), what))

    began: float = 0.0


def at_the_exchange(story: Callable[[Exchange], Awaitable[None]], exchange: Exchange | None = None) -> Exchange:
    made = exchange or Exchange()

    async def main() -> None:
        made.began = asyncio.get_running_loop().time()
        keeping = asyncio.get_running_loop().create_task(made.lines.run())
        made.lines.want(TrunkTable((LINE,)))
        await asyncio.sleep(1.0)
        await story(made)
        keeping.cancel()
        await asyncio.wait([keeping])

    run(main())
    return made


def test_a_line_says_a_word_before_a_nat_forgets_it() -> None:
    async def story(exchange: Exchange) -> None:
        assert exchange.lines.state("trk_line").state == "registered"
        await asyncio.sleep(3 * KEEP_ALIVE)

    assert at_the_exchange(story).said == [
        (0.0, f"register {FIRST}"),
        (25.1, f"ping {FIRST}"),
        (50.1, f"ping {FIRST}"),
        (75.1, f"ping {FIRST}"),
    ]


def test_a_silent_server_is_left_for_the_next_and_patience_grows() -> None:
    async def story(exchange: Exchange) -> None:
        await asyncio.sleep(60.0)
        assert exchange.lines.state("trk_line").state == "registered"
        assert exchange.lines.at(SECOND) == {"trk_line"}
        assert not exchange.lines.at(FIRST), "which never took our registration"

    told = at_the_exchange(story, Exchange([FIRST, SECOND], {FIRST})).said
    assert [what for at, what in told if not what.startswith("ping")] == [
        f"register {FIRST}",
        "unregister",
        f"register {SECOND}",
    ]
    assert [at for at, what in told if what == "unregister"] == [37.0], "32 seconds of silence and five of patience"


def test_the_only_server_is_left_to_the_user_agent_to_try_again() -> None:
    async def story(exchange: Exchange) -> None:
        await asyncio.sleep(100.0)
        state = exchange.lines.state("trk_line")
        assert (state.state, state.why.partition(":")[0]) == ("failed", "the registrar does not answer")
        assert exchange.lines.states() == {"failed": 1}

    assert at_the_exchange(story, Exchange(silent={FIRST})).said == [(0.0, f"register {FIRST}")]


def test_a_registrar_that_has_moved_is_found_at_its_new_address() -> None:
    async def story(exchange: Exchange) -> None:
        exchange.addresses_[:] = [SECOND]
        exchange.lines.told(RegistrationFailed("trk_line", 408, "Request Timeout", 30.0))
        await asyncio.sleep(10.0)
        assert exchange.lines.state("trk_line").state == "registered"

    assert [what for _, what in at_the_exchange(story).said] == [
        f"register {FIRST}",
        "unregister",
        f"register {SECOND}",
    ]


def test_a_server_that_falls_silent_later_is_left_too() -> None:
    async def story(exchange: Exchange) -> None:
        await asyncio.sleep(600.0)
        exchange.lines.told(RegistrationFailed("trk_line", 503, "Service Unavailable", 30.0))
        await asyncio.sleep(10.0)

    told = at_the_exchange(story, Exchange([FIRST, SECOND], {FIRST})).said
    assert [what for _, what in told if what.startswith("register")] == [
        f"register {FIRST}",
        f"register {SECOND}",
        f"register {FIRST}",
    ]


def test_a_registrar_without_an_address_is_looked_for_again() -> None:
    async def story(exchange: Exchange) -> None:
        state = exchange.lines.state("trk_line")
        assert (state.state, state.why) == ("failed", "there is no route to sip.example.com")
        exchange.addresses_.append(FIRST)
        await asyncio.sleep(LOOK_AGAIN)
        assert exchange.lines.state("trk_line").state == "registered"

    assert at_the_exchange(story, Exchange([])).said == [(60.0, f"register {FIRST}")]


def test_a_line_that_is_changed_leaves_before_it_comes_back() -> None:
    async def story(exchange: Exchange) -> None:
        other = replace(LINE, outbound=replace(LINE.outbound, credentials=Credentials("620", "another")))
        exchange.lines.want(TrunkTable((other,)))
        await asyncio.sleep(1.0)
        exchange.lines.want(TrunkTable((other,)))  # the same again changes nothing
        await asyncio.sleep(1.0)
        exchange.lines.want(TrunkTable((replace(other, enabled=False),)))
        await asyncio.sleep(1.0)
        assert exchange.lines.state("trk_line").state == "off"

    assert at_the_exchange(story).said == [
        (0.0, f"register {FIRST}"),
        (1.0, "unregister"),
        (1.1, f"register {FIRST}"),
        (3.0, "unregister"),
    ]


def test_a_registrar_that_says_nothing_to_a_goodbye_is_not_waited_for_long() -> None:
    async def story(exchange: Exchange) -> None:
        exchange.lines.want(TrunkTable((replace(LINE, name="renamed"),)))
        await asyncio.sleep(10.0)

    told = at_the_exchange(story, Exchange(mute=True)).said
    assert told == [(0.0, f"register {FIRST}"), (1.0, "unregister"), (5.0, f"register {FIRST}")]


def test_a_line_that_cannot_be_asked_for_fails_alone() -> None:
    other = replace(LINE, id="trk_bad", registering=replace(LINE.registering, registrar="sip:sip.example.com"))  # type: ignore[type-var]

    @dataclass
    class Picky(Exchange):
        def send(self, command: sip.Command) -> None:
            if isinstance(command, sip.Register) and command.registration == "trk_bad":
                raise Invalid("no such address")
            super().send(command)

    async def story(exchange: Exchange) -> None:
        exchange.lines.want(TrunkTable((LINE, other)))
        await asyncio.sleep(1.0)
        bad = exchange.lines.state("trk_bad")
        assert (bad.state, bad.why) == ("failed", "no such address")
        assert exchange.lines.state("trk_line").state == "registered"
        exchange.lines.want(TrunkTable((LINE,)))
        await asyncio.sleep(1.0)
        assert exchange.lines.state("trk_bad").state == "off"

    at_the_exchange(story, Picky())


def test_a_name_that_leads_to_others_too_gives_them_none_of_the_line_s_calls() -> None:
    async def story(exchange: Exchange) -> None:
        assert exchange.lines.at(FIRST) == {"trk_line"}
        assert exchange.lines.at(SECOND) == frozenset()

    at_the_exchange(story, Exchange([FIRST, SECOND]))


def test_a_refusal_is_no_reason_to_try_the_next_server() -> None:
    async def story(exchange: Exchange) -> None:
        exchange.lines.told(RegistrationFailed("trk_line", 403, "Forbidden", 1800.0))
        await asyncio.sleep(300.0)
        state = exchange.lines.state("trk_line")
        assert state.state == "failed" and state.next is not None, "the user agent tries it again"

    assert at_the_exchange(story, Exchange([FIRST, SECOND])).said == [(0.0, f"register {FIRST}")]


def test_a_registrar_that_has_moved_is_followed_although_its_old_address_answers() -> None:
    async def story(exchange: Exchange) -> None:
        exchange.addresses_[:] = [SECOND]
        for _ in range(2):
            exchange.lines.told(Registered("trk_line", 600.0))
            await asyncio.sleep(10.0)
        assert exchange.lines.at(SECOND) == {"trk_line"} and not exchange.lines.at(FIRST)

    assert [what for _, what in at_the_exchange(story).said] == [
        f"register {FIRST}",
        "unregister",
        f"register {SECOND}",
    ]


def test_a_name_that_leads_elsewhere_once_is_not_followed() -> None:
    async def story(exchange: Exchange) -> None:
        for addresses in ([SECOND], [FIRST, SECOND], [SECOND], [], [SECOND]):
            exchange.addresses_[:] = addresses
            exchange.lines.told(Registered("trk_line", 600.0))
            await asyncio.sleep(1.0)

    assert at_the_exchange(story).said == [(0.0, f"register {FIRST}")]
