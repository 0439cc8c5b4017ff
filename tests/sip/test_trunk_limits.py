"""Calls per second, calls at once, numbers, destinations and routes: what may pass a trunk and how it is written."""

from dataclasses import replace

import pytest

from switchroom.errors import Denied, Invalid
from switchroom.identity import TenantId
from switchroom.sip.commands import Credentials
from switchroom.sip.trunks.dial_plan import Destinations, DialPlan, Writing, rate_of
from switchroom.sip.trunks.limits import Bucket, CallLimits, Direction, Limit, Load
from switchroom.sip.trunks.trunk import Header, IdentityStyle, Outbound, Registering, Trunk
from switchroom.sip.trunks.trunk_route import check, route


def test_a_bucket_gives_one_second_s_worth_at_once_and_then_its_rate() -> None:
    bucket, taken = Bucket(4.0), 0
    for step in range(129):  # two seconds, in steps that binary fractions can say
        if bucket.wait(step / 64) == 0.0:
            bucket.take(step / 64)
            taken += 1
    assert taken == 4 + 8


def test_a_slow_bucket_says_how_long_to_wait() -> None:
    bucket = Bucket(0.5)
    assert bucket.wait(10.0) == 0.0
    bucket.take(10.0)
    assert bucket.wait(10.0) == pytest.approx(2.0)
    assert bucket.wait(11.5) == pytest.approx(0.5)
    assert bucket.wait(9.0) == pytest.approx(0.5), "a clock that steps back changes nothing"


@pytest.mark.parametrize(
    ("limits", "up", "next_", "refused"),
    [
        (CallLimits(), 40 * ["in"], "in", None),
        (CallLimits(inbound=2), ["in", "in"], "in", "inbound"),
        (CallLimits(inbound=2), ["in", "in"], "out", None),
        (CallLimits(outbound=1), ["out"], "out", "outbound"),
        (CallLimits(outbound=1), ["out"], "in", None),
        (CallLimits(calls=2), ["in", "out"], "in", "calls"),
        (CallLimits(calls_per_second=2), ["in", "in"], "in", "calls_per_second"),
    ],
)
def test_one_call_too_many_is_named(
    limits: CallLimits, up: list[Direction], next_: Direction, refused: Limit | None
) -> None:
    load = Load(limits)
    for direction in up:
        assert load.may(direction, 1.0) is None
        load.began(direction, 1.0)
    exceeded = load.may(next_, 1.0)
    assert (exceeded and exceeded.limit) == refused
    assert exceeded is None or exceeded.retry_after >= 1


def test_a_place_is_free_again_when_a_call_ends_and_new_limits_count_from_then_on() -> None:
    load = Load(CallLimits(calls=1))
    load.began("in", 0.0)
    load.change(CallLimits(calls=2, calls_per_second=3))
    assert load.may("out", 0.0) is None
    load.change(CallLimits(calls=1))
    assert load.may("out", 0.0) is not None
    load.ended("in")
    assert load.may("out", 0.0) is None


@pytest.mark.parametrize(
    ("plan", "dialled", "number"),
    [
        (DialPlan(), "+44 20 7946 0000", "+442079460000"),
        (DialPlan(), "0044 (20) 7946-0000", "+442079460000"),
        (DialPlan("44"), "02079460000", "+442079460000"),
        (DialPlan("39", ""), "0612345678", "0612345678"),
        (DialPlan("44", bare=True), "442079460000", "+442079460000"),
        (DialPlan("44"), "442079460000", "442079460000"),
        (DialPlan("44", bare=True), "620", "620"),
        (DialPlan("44"), "demo", "demo"),
        (DialPlan("44"), "+44", "+44"),
        (DialPlan("44"), "00000000", "00000000"),
    ],
)
def test_numbers_are_read_as_e164_or_left_alone(plan: DialPlan, dialled: str, number: str) -> None:
    assert plan.read(dialled) == number


@pytest.mark.parametrize(
    ("writing", "home", "abroad"),
    [
        ("e164", "+442079460000", "+33123456789"),
        ("bare", "442079460000", "33123456789"),
        ("00", "00442079460000", "0033123456789"),
        ("national", "02079460000", "0033123456789"),
    ],
)
def test_numbers_are_written_as_the_trunk_wants_them(writing: Writing, home: str, abroad: str) -> None:
    plan = DialPlan("44", writing=writing)
    assert (plan.write("+442079460000"), plan.write("+33123456789"), plan.write("demo")) == (home, abroad, "demo")


@pytest.mark.parametrize(
    ("allow", "deny", "number", "may"),
    [
        ((), (), "+442079460000", False),
        (("+44",), (), "+442079460000", True),
        (("+44",), ("+449",), "+449012345678", False),
        (("+44", "+449012"), ("+449",), "+449012345678", True),
        (("+44",), ("+44",), "+442079460000", False),
        (("+",), Destinations().deny, "+8821234567", False),
        (("+",), Destinations().deny, "+15550100", True),
        (("+", "+882"), Destinations().deny, "+8821234567", False),
        (("+", "+88216"), Destinations().deny, "+8821612345", True),
        (("+44",), (), "+4", False),
    ],
)
def test_the_longest_beginning_decides_and_a_tie_is_a_denial(
    allow: tuple[str, ...], deny: tuple[str, ...], number: str, may: bool
) -> None:
    assert Destinations(allow, deny).allows(number) is may


def test_a_minute_costs_what_the_longest_prefix_says() -> None:
    rates = {"+": 100_000, "+44": 10_000, "+447": 30_000}
    assert [rate_of(number, rates) for number in ("+15550100", "+4420", "+447700")] == [100_000, 10_000, 30_000]
    assert rate_of("+15550100", {"+44": 1}) is None


OUT = Outbound(domain="sip.example.com", callers=("+442079460000", "+442079460001"))
TRUNK = Trunk("trk_1", TenantId("tnt_1"), "carrier", outbound=OUT, destinations=Destinations(("+44",)))


@pytest.mark.parametrize(
    ("number", "caller", "code"),
    [
        ("2079460009", "", "bad_number"),
        ("+15550100", "", "destination_not_allowed"),
        ("+442079460009", "+15550100", "caller_not_allowed"),
    ],
)
def test_what_a_trunk_may_not_be_used_for_has_a_code(number: str, caller: str, code: str) -> None:
    with pytest.raises((Denied, Invalid)) as caught:
        check(TRUNK, number, caller)
    assert caught.value.code == code


def test_a_trunk_that_is_switched_off_takes_no_calls() -> None:
    with pytest.raises(Denied) as caught:
        check(replace(TRUNK, enabled=False), "+442079460009", "")
    assert caught.value.code == "trunk_disabled"


def test_the_first_of_the_allowed_callers_is_who_calls() -> None:
    assert check(TRUNK, "+442079460009", "") == "+442079460000"
    assert check(TRUNK, "+442079460009", "+442079460001") == "+442079460001"
    assert check(replace(TRUNK, outbound=replace(OUT, callers=())), "+442079460009", "+33123") == "+33123"


@pytest.mark.parametrize(
    ("identity", "sender", "header"),
    [
        ("from", "+442079460000", ()),
        ("from+pai", "+442079460000", (("P-Asserted-Identity", "<sip:+442079460000@sip.example.com>"),)),
        ("pai", "line1", (("P-Asserted-Identity", "<sip:+442079460000@sip.example.com>"),)),
        (
            "rpid",
            "line1",
            (("Remote-Party-ID", "<sip:+442079460000@sip.example.com>;party=calling;screen=yes;privacy=off"),),
        ),
    ],
)
def test_who_calls_is_told_as_the_trunk_wants_it(
    identity: IdentityStyle, sender: str, header: tuple[tuple[str, str], ...]
) -> None:
    outbound = replace(OUT, identity=identity, credentials=Credentials("line1", "secret"))
    made = route(replace(TRUNK, outbound=outbound), "+442079460009", "+442079460000")
    assert made.sender == f"sip:{sender}@sip.example.com"
    assert tuple(made.headers.items()) == header


def test_a_route_has_the_prefix_the_headers_and_the_token_of_its_trunk() -> None:
    outbound = replace(OUT, prefix="9321", headers=(("X-Account", "7"),), token=Header("X-Telnyx-Token", "sesame"))
    carrier = replace(TRUNK, outbound=outbound, plan=DialPlan("44", writing="bare"))
    made = route(carrier, "+442079460009", "+442079460000")
    assert made.target == "sip:9321442079460009@sip.example.com"
    assert made.sender == "sip:442079460000@sip.example.com"
    assert dict(made.headers) == {"X-Account": "7", "X-Telnyx-Token": "sesame"}
    assert made.proxies == ("sip:sip.example.com",)


def test_without_a_domain_the_proxy_is_the_domain_and_a_line_is_who_calls() -> None:
    outbound = Outbound(proxies=("sip:192.0.2.5:5080;transport=tcp", "sip:192.0.2.6"))
    line = Registering("sip:192.0.2.5", "620", "trk_1")
    made = route(replace(TRUNK, outbound=outbound, registering=line), "+442079460009", "")
    assert (made.target, made.sender) == ("sip:+442079460009@192.0.2.5:5080", "sip:620@192.0.2.5:5080")
    assert made.proxies == outbound.proxies


def test_a_trunk_without_an_address_cannot_be_called() -> None:
    with pytest.raises(Invalid) as caught:
        route(replace(TRUNK, outbound=Outbound()), "+442079460009", "")
    assert caught.value.code == "trunk_without_proxy"
