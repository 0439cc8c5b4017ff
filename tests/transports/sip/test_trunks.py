"""Trunks over real sockets: carriers known by address, header or password, lines at registrars, and limits."""

import asyncio
from dataclasses import replace

import pytest

from switchroom.errors import Denied, Limited, NotFound, SwitchroomError, Unavailable
from switchroom.media.frame import Encoding
from switchroom.ports import Answer, HangUp, Left, Leg, Refuse, Signal, Transfer, Transferred
from switchroom.sip.authentication.digest import ha1
from switchroom.sip.commands import Credentials
from switchroom.sip.trunks.dial_plan import Destinations
from switchroom.sip.trunks.limits import CallLimits
from switchroom.sip.trunks.trunk import Header, Outbound, Registering, Trunk
from switchroom.sip.trunks.trunk_route import route
from switchroom.sip.trunks.trunk_table import TrunkTable
from switchroom.transports.sip.endpoint import Dialling
from switchroom.transports.sip.trunks.accounts import Accounts
from tests.transports.sip.trunk_rig import ADA, BOB, OWNERS, PCMA, House, answered, house, scene, trunk, until

US, CARRIER, STRANGER = "127.0.0.1", "127.0.0.2", "127.0.0.9"
BY_ADDRESS = replace(trunk("carrier", f"{CARRIER}/32"), media=PCMA)
BY_TOKEN = trunk("telnyx", f"{CARRIER}/32", token=Header("X-Telnyx-Token", "sesame"), prefix="8123")
BY_PASSWORD = trunk("pbx", credentials=Credentials("pbx", "wonder"))


def test_a_carrier_is_known_by_its_address_and_its_policy_counts() -> None:
    async def story() -> None:
        async with house(US, BY_ADDRESS) as us, house(CARRIER) as carrier:
            call = await answered(carrier, us, Dialling(us.uri("+15550100")))
            assert (call.offer.tenant, call.offer.trunk, call.offer.dialled) == (ADA, "trk_carrier", "+15550100")
            assert call.leg.encoding is Encoding.PCMA
            await call.hang_up()

    scene(story)


@pytest.mark.parametrize(("trusted", "caller"), [(True, "sip:+15550123@example.com"), (False, "sip:lie@example.com")])
def test_only_a_trunk_that_is_trusted_vouches_for_who_calls(trusted: bool, caller: str) -> None:
    by = replace(BY_ADDRESS, inbound=replace(BY_ADDRESS.inbound, trusts_identity=trusted))

    async def story() -> None:
        async with house(US, by) as us, house(CARRIER) as carrier:
            told = {"P-Asserted-Identity": "<sip:+15550123@example.com>"}
            dialling = Dialling(us.uri("+15550100"), sender="sip:lie@example.com", headers=told)
            call = await answered(carrier, us, dialling)
            assert call.offer.leg.party.address == caller
            await call.hang_up()

    scene(story)


def test_a_stranger_is_turned_away_and_counted() -> None:
    async def story() -> None:
        async with house(US, BY_ADDRESS) as us, house(STRANGER) as stranger:
            with pytest.raises(Denied, match="403"):
                await stranger.endpoint.dial(Dialling(us.uri("+15550100")))
            assert (us.counted("stranger"), us.offers.qsize(), us.endpoint.calls) == (1, 0, 0)

    scene(story)


@pytest.mark.parametrize("strangers", ["private", "all"])
def test_a_stranger_nearby_may_call_where_the_operator_lets_them(strangers: str) -> None:
    async def story() -> None:
        async with house(US, BY_ADDRESS, strangers=strangers) as us, house(STRANGER) as stranger:
            call = await answered(stranger, us, Dialling(us.uri("demo")))
            assert (call.offer.tenant, call.offer.trunk, call.offer.dialled) == (None, "", "demo")
            await call.hang_up()

    scene(story)


@pytest.mark.parametrize(
    ("token", "dialled", "known"),
    [("sesame", "8123+15550100", True), ("wrong", "8123+15550100", False), ("sesame", "+15550100", False)],
)
def test_a_carrier_shows_its_token_and_its_prefix(token: str, dialled: str, known: bool) -> None:
    async def story() -> None:
        async with house(US, BY_TOKEN) as us, house(CARRIER) as carrier:
            dialling = Dialling(us.uri(dialled), headers={"X-Telnyx-Token": token})
            if not known:
                with pytest.raises(Denied):
                    await carrier.endpoint.dial(dialling)
                return
            call = await answered(carrier, us, dialling)
            assert (call.offer.trunk, call.offer.dialled) == ("trk_telnyx", "+15550100")
            await call.hang_up()

    scene(story)


def test_a_pbx_from_anywhere_proves_itself_by_password() -> None:
    async def story() -> None:
        async with house(US, BY_ADDRESS, BY_PASSWORD) as us, house(STRANGER) as pbx:
            call = await answered(pbx, us, Dialling(us.uri("+15550100"), credentials=Credentials("pbx", "wonder")))
            assert call.offer.trunk == "trk_pbx"
            await call.hang_up()
            for wrong in (Credentials("pbx", "wrong"), Credentials("nobody", "wonder")):
                with pytest.raises(Denied, match="401"):
                    await pbx.endpoint.dial(Dialling(us.uri("+15550100"), credentials=wrong))
            assert us.counted("dropped_wrong credentials") == 2

    scene(story)


def test_where_strangers_may_call_only_who_names_the_trunk_is_asked_for_its_password() -> None:
    async def story() -> None:
        async with house(US, BY_PASSWORD, strangers="all") as us, house(STRANGER) as pbx:
            with pytest.raises(Denied, match="401"):
                await pbx.endpoint.dial(Dialling(us.uri("demo"), sender="sip:pbx@example.com"))
            call = await answered(pbx, us, Dialling(us.uri("demo")))
            assert call.offer.trunk == ""
            await call.hang_up()

    scene(story)


def test_a_user_of_ours_is_not_the_trunk_of_the_same_name() -> None:
    def known(user: str, realm: str, algorithm: str) -> str | None:
        return ha1(user, realm, "bob's", algorithm) if user == "pbx" else None

    async def story() -> None:
        async with house(US, BY_PASSWORD, accounts=Accounts(known)) as us, house(STRANGER) as phone:
            proof = Credentials("pbx", "bob's")
            call = await answered(phone, us, Dialling(us.uri("+15550100"), "sip:pbx@acme.example", credentials=proof))
            assert (call.offer.tenant, call.offer.trunk) == (None, "")
            await call.hang_up()

    scene(story)


def test_a_carrier_reaches_no_number_of_another_tenant() -> None:
    async def story() -> None:
        async with house(US, BY_ADDRESS) as us, house(CARRIER) as carrier:
            with pytest.raises(NotFound):
                await carrier.endpoint.dial(Dialling(us.uri("+15550200")))
            assert us.counted("trunk_number") == 1

    scene(story)


def test_tenants_of_one_carrier_are_told_apart_by_the_number() -> None:
    theirs = trunk("theirs", f"{CARRIER}/32", tenant=BOB)

    async def story() -> None:
        async with house(US, BY_ADDRESS, theirs) as us, house(CARRIER) as carrier:
            for number, tenant in (("+15550100", ADA), ("+15550200", BOB)):
                call = await answered(carrier, us, Dialling(us.uri(number)))
                assert call.offer.tenant == tenant
                await call.hang_up()

    scene(story)


@pytest.mark.parametrize(
    ("limits", "status", "counter"),
    [
        (CallLimits(inbound=1), "486", "trunk_inbound"),
        (CallLimits(calls=1), "486", "trunk_calls"),
        (CallLimits(calls_per_second=0.001), "503", "trunk_calls_per_second"),
    ],
)
def test_a_call_too_many_is_refused_and_says_which_limit(limits: CallLimits, status: str, counter: str) -> None:
    async def story() -> None:
        async with house(US, replace(BY_ADDRESS, limits=limits)) as us, house(CARRIER) as carrier:
            first = await answered(carrier, us, Dialling(us.uri("+15550100")))
            with pytest.raises(Unavailable, match=status):
                await carrier.endpoint.dial(Dialling(us.uri("+15550100")))
            assert us.counted(counter) == 1
            await first.hang_up()

    scene(story)


def test_however_a_call_ends_its_place_is_free_again() -> None:
    async def refused(carrier: House, us: House) -> None:
        async with asyncio.TaskGroup() as tasks:
            dialling = tasks.create_task(_failing(carrier, Dialling(us.uri("+15550100"))))
            await (await us.offers.get()).leg.do(Refuse("over_limit"))
        assert dialling.result() == "sip_busy"

    async def cancelled(carrier: House, us: House) -> None:
        task = asyncio.get_running_loop().create_task(carrier.endpoint.dial(Dialling(us.uri("+15550100"))))
        await us.offers.get()
        task.cancel()
        await asyncio.wait([task])

    async def unusable(carrier: House, us: House) -> None:
        dialling = Dialling(us.uri("+15550100"), policy=replace(PCMA, codecs=("PCMU",)))
        assert await _failing(carrier, dialling) == "sip_no_common_audio"

    async def story() -> None:
        one = replace(BY_ADDRESS, limits=CallLimits(calls=1))
        async with house(US, one) as us, house(CARRIER) as carrier:
            for ending in (refused, cancelled, unusable):
                await ending(carrier, us)
                await until(lambda: us.endpoint.trunks.load("trk_carrier")["in"] == 0)
            call = await answered(carrier, us, Dialling(us.uri("+15550100")))
            assert us.endpoint.trunks.load("trk_carrier")["in"] == 1
            await call.hang_up()
            assert us.endpoint.trunks.load("trk_carrier")["in"] == 0

    scene(story)


def test_a_new_table_counts_from_the_next_call_on() -> None:
    async def story() -> None:
        async with house(US, BY_ADDRESS) as us, house(CARRIER) as carrier, house(STRANGER) as other:
            call = await answered(carrier, us, Dialling(us.uri("+15550100")))
            us.endpoint.trunks.use(TrunkTable((trunk("new", f"{STRANGER}/32"),), OWNERS))
            with pytest.raises(Denied):
                await carrier.endpoint.dial(Dialling(us.uri("+15550100")))
            await (await answered(other, us, Dialling(us.uri("+15550100")))).hang_up()
            await call.hang_up()
            assert us.endpoint.trunks.load("trk_carrier")["in"] == 0

    scene(story)


def test_a_call_out_goes_to_the_proxy_proves_itself_and_counts() -> None:
    out = Outbound(domain="sip.example.com", credentials=Credentials("pbx", "wonder"), prefix="9", identity="from+pai")
    ours = replace(trunk("out"), outbound=out, limits=CallLimits(outbound=1))
    theirs = replace(BY_PASSWORD, inbound=replace(BY_PASSWORD.inbound, domain="sip.example.com", prefix="9"))

    async def story() -> None:
        async with house(US, ours) as us, house(CARRIER, theirs) as carrier:
            made = route(ours, "+15550100", "+15550200")
            over = asyncio.Event()
            dialling = Dialling(
                made.target,
                made.sender,
                credentials=made.credentials,
                headers=made.headers,
                proxies=("sip:127.0.0.8:9", carrier.uri("x")),  # nothing listens at the first
                trunk=ours.id,
                over=over.set,
            )
            call = await answered(us, carrier, dialling)
            assert call.offer.dialled == "+15550100"
            assert call.offer.leg.party.address == "sip:+15550200@sip.example.com"
            with pytest.raises(Limited):
                await us.endpoint.dial(dialling)
            assert not over.is_set()
            await call.leg.do(HangUp())
            await over.wait()
            assert us.endpoint.trunks.load(ours.id)["out"] == 0

    scene(story)


class ScriptedToll:
    """Lets pass what costs nothing, and keeps what it was asked and told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def ask(self, _trunk: Trunk, number: str) -> "ScriptedToll":
        self.told.append(f"asked {number}")
        if number == "+15550911":
            raise Denied("too much", code="spend_cap")
        return self

    def stands(self, leg: Leg) -> None:
        self.told.append("stands")

    def over(self, outcome: str = "completed") -> None:
        self.told.append(outcome)


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("+15550123", ["asked +15550123", "stands", "completed"]),
        ("+15550911", ["asked +15550911"]),
        ("+15550999", ["asked +15550999", "sip_busy"]),
        ("201", []),
        ("99+15550999", ["asked +15550999", "sip_busy"]),
    ],
)
def test_whom_a_trunk_hands_us_to_is_called_at_the_tenant_s_expense(number: str, told: list[str]) -> None:
    world, out = Destinations(("+",)), Outbound(prefix="99")
    inbound = replace(BY_ADDRESS.inbound, accepts_refer=True)
    pbx = replace(BY_ADDRESS, inbound=inbound, outbound=out, destinations=world)

    async def story() -> None:
        toll, ended = ScriptedToll(), asyncio.Event()
        async with house(US, pbx) as us, house(CARRIER, strangers="all") as carrier:
            us.endpoint.trunks.toll = toll.ask
            call = await answered(carrier, us, Dialling(us.uri("+15550100")))
            over, signals = asyncio.Event(), list[Signal]()
            call.offer.leg.attach(lambda signal: over.set() if isinstance(signal, Left) else None)

            def heard(signal: Signal) -> None:
                signals.append(signal)
                if isinstance(signal, Transferred):
                    ended.set()

            call.leg.attach(heard)
            await call.leg.do(Transfer(carrier.uri(number)))
            fresh: Leg = call.leg
            if number != "+15550911":
                fresh = (await carrier.offers.get()).leg
                await fresh.do(Refuse("over_limit") if number.endswith("999") else Answer())
            await ended.wait()
            done = any(isinstance(signal, Transferred) and signal.outcome == "done" for signal in signals)
            assert done is (number in ("+15550123", "201"))
            await (fresh if done else call.leg).do(HangUp())
            await over.wait()
            assert toll.told == told

    scene(story)


def passwords(user: str, realm: str, algorithm: str) -> str | None:
    return ha1(user, realm, "wonder", algorithm) if user == "620" else None


def line(registrar: House, password: str = "wonder", number: str = "demo") -> Trunk:
    host, port = registrar.endpoint.address
    return replace(
        trunk("line", number=number),
        outbound=Outbound(domain=host, credentials=Credentials("620", password)),
        registering=Registering(f"sip:{host}:{port}", "620", "trk_line", 60),
    )


def test_a_line_is_registered_called_and_given_up() -> None:
    async def story() -> None:
        async with house("127.0.0.3", accounts=Accounts(passwords)) as box, house(US) as us:
            us.endpoint.trunks.use(TrunkTable((line(box),), OWNERS))
            await until(lambda: us.endpoint.trunks.lines.state("trk_line").state == "registered")
            (binding,) = box.endpoint.bindings("620@127.0.0.3")
            assert binding.contact.uri.user == "trk_line"
            assert us.endpoint.trunks.lines.at("127.0.0.3") == {"trk_line"}
            call = await answered(box, us, Dialling("sip:620@127.0.0.3"))
            assert (call.offer.tenant, call.offer.trunk, call.offer.dialled) == (ADA, "trk_line", "demo")
            await call.hang_up()
            us.endpoint.trunks.use(TrunkTable((), OWNERS))
            await until(lambda: not box.endpoint.bindings("620@127.0.0.3"))
            assert us.endpoint.trunks.lines.state("trk_line").state == "off"

    scene(story)


def test_a_line_with_a_wrong_password_says_so_and_works_once_it_is_right() -> None:
    async def story() -> None:
        async with house("127.0.0.3", accounts=Accounts(passwords)) as box, house(US) as us:
            us.endpoint.trunks.use(TrunkTable((line(box, "wrong"),), OWNERS))
            await until(lambda: us.endpoint.trunks.lines.state("trk_line").state == "failed")
            state = us.endpoint.trunks.lines.state("trk_line")
            assert state.why == "401 Unauthorized: user or password is wrong"
            assert state.next is not None, "it may be mended over there"
            us.endpoint.trunks.use(TrunkTable((line(box),), OWNERS))
            await until(lambda: us.endpoint.trunks.lines.state("trk_line").state == "registered")
            assert len(box.endpoint.bindings("620@127.0.0.3")) == 1

    scene(story)


def test_a_line_to_nowhere_says_when_it_is_tried_again() -> None:
    async def story() -> None:
        async with house("127.0.0.3", accounts=Accounts(passwords)) as box, house(US) as us:
            nowhere = replace(line(box), registering=Registering("sip:127.0.0.8:9", "620", "trk_line"))
            us.endpoint.trunks.use(TrunkTable((nowhere,), OWNERS))
            await until(lambda: us.endpoint.trunks.lines.state("trk_line").state == "failed")
            state = us.endpoint.trunks.lines.state("trk_line")
            assert state.why.startswith("503") and state.next is not None
            assert us.endpoint.trunks.lines.at("127.0.0.8") == frozenset(), "whom nobody knows yet speaks for no trunk"

    scene(story)


async def _failing(caller: House, dialling: Dialling) -> str:
    with pytest.raises(SwitchroomError) as caught:
        await caller.endpoint.dial(dialling)
    return caught.value.code
