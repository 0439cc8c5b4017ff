"""Whose call is it: trunks matched by what an INVITE shows, row by row."""

from dataclasses import replace
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchroom.identity import TenantId
from switchroom.sip.commands import Credentials
from switchroom.sip.messages.headers import Headers
from switchroom.sip.trunks.dial_plan import DialPlan
from switchroom.sip.trunks.trunk import Header, Inbound, Registering, Trunk
from switchroom.sip.trunks.trunk_table import Arrival, Known, NotTheirs, Stranger, TrunkTable

ADA, BOB = TenantId("tnt_ada"), TenantId("tnt_bob")
OWNERS = {"+15550100": ADA, "+15550200": BOB, "demo": ADA}


def trunk(name: str, *networks: str, tenant: TenantId = ADA, **inbound: object) -> Trunk:
    made = replace(Inbound(networks=tuple(ip_network(text) for text in networks)), **inbound)  # type: ignore[arg-type]
    return Trunk(f"trk_{name}", tenant, name, inbound=made)


def arrival(source: str = "192.0.2.7", dialled: str = "+15550100", **more: object) -> Arrival:
    return replace(Arrival(source, dialled), **more)  # type: ignore[arg-type]


def name_of(table: TrunkTable, arrived: Arrival) -> str:
    """The name of the trunk whose call it is, or what it is instead."""
    match table.match(arrived):
        case Known(found):
            return found.name
        case other:
            return type(other).__name__


WIDE, NARROW = trunk("wide", "192.0.0.0/8"), trunk("narrow", "192.0.2.0/24")
TOKEN = trunk("token", "192.0.2.0/24", token=Header("X-Telnyx-Token", "sesame"))
PREFIX = trunk("prefix", "192.0.2.0/24", prefix="8123")
DOMAIN = trunk("domain", "192.0.2.0/24", domain="Ada.example.com")
NUMBER = trunk("number", "192.0.2.0/24", numbers=("+1555",))
PROVED = trunk("proved", credentials=Credentials("pbx", "secret"))
BOTH = trunk("both", "198.51.100.0/24", credentials=Credentials("office", "secret"))
SIX = trunk("six", "2001:db8::/32")
LINE = Trunk("trk_line", ADA, "line", registering=Registering("sip:registrar.example.com", "0033972", "trk_line"))
EVERYWHERE = trunk("everywhere", "0.0.0.0/0")
ALL = (WIDE, NARROW, TOKEN, PREFIX, DOMAIN, NUMBER, PROVED, BOTH, SIX, LINE)


@pytest.mark.parametrize(
    ("arrived", "whose"),
    [
        (arrival("203.0.113.9"), "Stranger"),
        (arrival("192.9.9.9"), "wide"),
        (arrival(dialled="demo"), "narrow"),
        (arrival(dialled="demo", headers=Headers.of([("x-telnyx-token", "sesame")])), "token"),
        (arrival(dialled="demo", headers=Headers.of([("X-Telnyx-Token", "wrong")])), "narrow"),
        (arrival(dialled="8123demo"), "prefix"),
        (arrival(dialled="demo", host="ada.EXAMPLE.com"), "domain"),
        (arrival(dialled="demo", sender_host="ada.example.com"), "domain"),
        (arrival(dialled="+15550100"), "number"),
        (arrival("203.0.113.9", user="pbx"), "proved"),
        (arrival("203.0.113.9", user="somebody"), "Stranger"),
        (arrival("198.51.100.1", user="office"), "both"),
        (arrival("198.51.100.1"), "Stranger"),
        (arrival("203.0.113.9", user="office"), "Stranger"),
        (arrival("2001:db8::9"), "six"),
        (arrival("::ffff:192.9.9.9"), "wide"),
        (arrival("not an address"), "Stranger"),
        (arrival("203.0.113.9", dialled="trk_line", called="demo", lines=frozenset({"trk_line"})), "line"),
        (arrival("203.0.113.9", lines=frozenset({"trk_gone"})), "Stranger"),
    ],
)
def test_a_call_belongs_to_the_trunk_that_fits_best(arrived: Arrival, whose: str) -> None:
    assert name_of(TrunkTable(ALL, OWNERS), arrived) == whose


def test_tenants_who_share_a_carrier_are_told_apart_by_whose_the_number_is() -> None:
    ours, theirs = trunk("ada", "192.0.2.0/24"), trunk("bob", "192.0.2.0/24", tenant=BOB)
    table = TrunkTable((ours, theirs), OWNERS)
    assert name_of(table, arrival(dialled="+15550100")) == "ada"
    assert name_of(table, arrival(dialled="+15550200")) == "bob"
    assert name_of(table, arrival(dialled="+15550300")) == "NotTheirs"


def test_a_narrower_network_takes_no_calls_away_from_another_tenant() -> None:
    ours, greedy = trunk("ada", "192.0.2.0/24"), trunk("greedy", "192.0.2.7/32", tenant=BOB)
    assert name_of(TrunkTable((ours, greedy), OWNERS), arrival(dialled="+15550100")) == "ada"


@pytest.mark.parametrize("inbound", [{}, {"domain": "voice.example"}])
@pytest.mark.parametrize("network", ["192.0.2.0/24", "192.0.2.7/32"])
def test_a_trunk_that_brings_all_calls_to_one_number_takes_no_other_tenant_s(
    network: str, inbound: dict[str, object]
) -> None:
    ours, greedy = trunk("ada", "192.0.2.0/24"), trunk("greedy", network, tenant=BOB, number="bobs", **inbound)
    owners = {**OWNERS, "bobs": BOB}
    shown = arrival(host="voice.example")
    assert name_of(TrunkTable((ours, greedy), owners), shown) == "ada"
    assert name_of(TrunkTable((greedy,), owners), shown) == "NotTheirs", "even where its owner has no trunk"
    assert name_of(TrunkTable((ours, greedy), owners), replace(shown, dialled="+15550200")) == "greedy"
    named = trunk("named", "192.0.2.0/24", numbers=("+1555",), number="demo")
    assert name_of(TrunkTable((named, greedy), owners), arrival(dialled="+15550777", host="voice.example")) == "named"


def test_a_number_is_its_owner_s_however_another_trunk_reads_it() -> None:
    ours = replace(trunk("ada", "192.0.2.0/24"), plan=DialPlan("1", "", bare=True))
    greedy = trunk("greedy", "192.0.2.7/32", tenant=BOB, number="bobs")
    found = TrunkTable((ours, greedy), {**OWNERS, "bobs": BOB}).match(arrival(dialled="15550100"))
    assert found == Known(ours, "+15550100")


def test_our_registration_takes_no_number_of_another_tenant() -> None:
    ours = trunk("ada", "192.0.2.7/32")
    line = Trunk(
        "trk_bob", BOB, "bob", inbound=Inbound(number="bobs"), registering=Registering("sip:x", "b", "trk_bob")
    )
    table, shown = TrunkTable((ours, line), {**OWNERS, "bobs": BOB}), arrival(lines=frozenset({"trk_bob"}))
    assert name_of(table, shown) == "ada"
    assert name_of(table, replace(shown, dialled="trk_bob", called="b")) == "bob", "to the line's own contact"


def test_two_tenants_who_bring_all_calls_of_one_carrier_to_their_numbers_are_told_apart_by_what_was_dialled() -> None:
    ours, theirs = (trunk(name, "192.0.2.0/24", tenant=who, number=to) for name, who, to in _RECEPTIONISTS)
    table = TrunkTable((ours, theirs), {**OWNERS, "bobs": BOB})
    assert table.match(arrival(dialled="+15550100")) == Known(ours, "demo")
    assert table.match(arrival(dialled="+15550200")) == Known(theirs, "bobs")
    assert name_of(table, arrival(dialled="+15550300")) == "NotTheirs"


def test_a_call_that_is_proved_to_be_a_tenant_s_may_be_to_what_another_calls_its_own() -> None:
    """Two PBXs have the same extensions; what only brings calls to one number never reaches the other's."""
    proved = trunk("pbx", tenant=BOB, credentials=Credentials("bob", "secret"), number="bobs")
    line = Trunk(
        "trk_bob",
        BOB,
        "line",
        inbound=Inbound(number="bobs", called="to"),
        registering=Registering("sip:x", "b", "trk_bob"),
    )
    table = TrunkTable((proved, line), {**OWNERS, "bobs": BOB})
    assert table.match(arrival(dialled="demo", user="bob")) == Known(proved, "bobs")
    to_contact = arrival(dialled="trk_bob", called="demo", lines=frozenset({"trk_bob"}))
    assert table.match(to_contact) == Known(line, "bobs")
    named_alike = replace(line, registering=Registering("sip:x", "b", "+15550100"))
    shown = arrival(dialled="+15550100", called="b", lines=frozenset({"trk_bob"}))
    assert isinstance(TrunkTable((named_alike,), {**OWNERS, "bobs": BOB}).match(shown), NotTheirs)
    astray = replace(proved, inbound=replace(proved.inbound, number="demo"))
    assert isinstance(TrunkTable((astray,), OWNERS).match(arrival(dialled="x", user="bob")), NotTheirs)


_RECEPTIONISTS = (("ada", ADA, "demo"), ("bob", BOB, "bobs"))


def test_a_trunk_reaches_no_number_of_another_tenant() -> None:
    assert isinstance(TrunkTable((NARROW,), OWNERS).match(arrival(dialled="+15550200")), NotTheirs)


def test_a_trunk_that_is_switched_off_recognises_nothing() -> None:
    off = replace(NARROW, enabled=False)
    assert isinstance(TrunkTable((off,), OWNERS).match(arrival()), Stranger)


@pytest.mark.parametrize(
    ("by", "dialled", "called", "number"),
    [
        (trunk("plain", "192.0.2.0/24"), "+15550100", "", "+15550100"),
        (trunk("prefix", "192.0.2.0/24", prefix="8123"), "81230015550100", "", "+15550100"),
        (replace(NARROW, plan=DialPlan("1", "")), "0015550100", "", "+15550100"),
        (replace(NARROW, plan=DialPlan("1", "", bare=True)), "15550100", "", "+15550100"),
        (trunk("to", "192.0.2.0/24", called="to"), "line1", "+15550100", "+15550100"),
        (trunk("fixed", "192.0.2.0/24", number="demo"), "620", "", "demo"),
        (trunk("name", "192.0.2.0/24"), "Demo", "", "demo"),
        (trunk("nobody", "192.0.2.0/24"), "Nobody", "", "Nobody"),
    ],
)
def test_the_number_is_read_as_the_trunk_writes_it(by: Trunk, dialled: str, called: str, number: str) -> None:
    assert TrunkTable((by,), OWNERS).match(arrival(dialled=dialled, called=called)) == Known(by, number)


def test_lines_at_one_registrar_are_told_apart_by_their_contacts() -> None:
    other = Trunk("trk_other", BOB, "other", registering=Registering("sip:registrar.example.com", "0044", "trk_other"))
    table, both = TrunkTable((LINE, other), {}), frozenset({"trk_line", "trk_other"})
    assert name_of(table, arrival(dialled="trk_other", called="0044", lines=both)) == "other"
    assert name_of(table, arrival(dialled="trk_line", called="0033972", lines=both)) == "line"
    assert name_of(table, arrival(dialled="0044", lines=both)) == "NotTheirs", (
        "no contact of ours: it could be either's"
    )


@pytest.mark.parametrize(
    ("arrived", "welcome", "asked"),
    [
        (arrival("203.0.113.9"), False, True),
        (arrival("203.0.113.9"), True, False),
        (arrival("203.0.113.9", sender="pbx"), True, True),
        (arrival("203.0.113.9", user="pbx"), False, False),
        (arrival("192.0.2.7"), False, False),
        (arrival("198.51.100.1"), True, True),
    ],
)
def test_who_is_asked_for_a_password(arrived: Arrival, welcome: bool, asked: bool) -> None:
    assert TrunkTable(ALL, OWNERS).challenges(arrived, welcome=welcome) is asked


def test_nobody_is_asked_for_a_password_that_no_trunk_has() -> None:
    assert not TrunkTable((NARROW,)).challenges(arrival("203.0.113.9"), welcome=False)


def test_secrets_are_not_shown() -> None:
    assert "secret" not in repr(PROVED) and "sesame" not in repr(TOKEN)


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_fuzz_whatever_an_invite_shows_is_matched_or_not(source: str, dialled: str, host: str, token: str) -> None:
    shown = arrival(source, dialled, host=host, headers={"X-Telnyx-Token": token}, lines=frozenset({"trk_line"}))
    assert isinstance(TrunkTable(ALL, OWNERS).match(shown), Known | Stranger | NotTheirs)


@pytest.mark.parametrize(
    ("source", "vouched"),
    [
        ("192.0.2.9", True),
        ("198.51.100.1", True),
        ("2001:db8:7::1", True),
        ("2001:db8::1", False),
        ("203.0.2.1", False),
        ("192.9.9.9", False),
        ("nobody", False),
    ],
)
def test_a_trunk_vouches_for_its_addresses_but_not_for_half_the_world(source: str, vouched: bool) -> None:
    almost = trunk("almost", "203.0.0.0/22", "2001:db8:7::/48")
    assert TrunkTable([*ALL, EVERYWHERE, almost]).vouches_for(source) is vouched
