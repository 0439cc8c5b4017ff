"""What comes with a call: who sent it on and why, and what systems tell each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchroom.errors import Invalid
from switchroom.sip.callers.context import FACTS, MAX_HEADERS, CallContext, Presentation, UserToUser, read_context
from switchroom.sip.callers.diversion import Diversion
from switchroom.sip.commands import Invite
from switchroom.sip.messages.headers import Headers
from switchroom.sip.messages.uri import parse_address
from switchroom.sip.outputs import CallOffered
from tests.sip.wire import BOB, Wire

FROM = parse_address('"Ann" <sip:+441632960961@gw.example>;tag=1')


def context(*lines: str, trusted: bool = False) -> CallContext:
    pairs = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    return read_context(FROM, Headers.of(pairs), trusted=trusted)


def test_a_chain_of_diversions_begins_with_whom_the_caller_dialled() -> None:
    given = context(
        "Diversion: <sip:300@pbx.example>;reason=no-answer;counter=1",
        'Diversion: "Bo" <sip:+441632960200@pbx.example;user=phone>;reason="user-busy";privacy=off,'
        " <tel:+44100>;reason=unconditional",
    )
    assert given.diversions == (
        Diversion("tel:+44100", "unconditional", "+44100"),
        Diversion("sip:+441632960200@pbx.example", "busy", "+441632960200"),
        Diversion("sip:300@pbx.example", "no_answer", "300"),
    )
    assert given.diverted == given.diversions[0]


def test_a_diversion_that_is_private_is_not_told() -> None:
    given = context("Diversion: <sip:+44100@gw>;reason=something;privacy=full")
    assert given.diversions == (Diversion("sip:+44100@gw", "unknown", "+44100", withheld=True),)
    assert given.diverted is None


def test_the_history_of_a_call_says_who_was_replaced_and_why() -> None:
    """RFC 7044: Bob was mapped to Carol because he did not answer; the entries between are only routing."""
    given = context(
        "History-Info: <sip:bob@example.com>;index=1, <sip:bob@192.0.2.4?Reason=SIP%3Bcause%3D408>;index=1.1;rc=1",
        "History-Info: <sip:carol@example.com;cause=408>;index=1.2;mp=1",
        "History-Info: <sip:carol@192.0.2.5>;index=1.2.1;rc=1.2",
    )
    assert given.diversions == (Diversion("sip:bob@example.com", "no_answer"),)


def test_an_older_history_says_it_by_reasons() -> None:
    """RFC 4244 has no marks: an entry that ended with a reason was followed by another."""
    given = context(
        "History-Info: <sip:+44100@gw?Reason=SIP%3Bcause%3D486%3Btext%3D%22Busy%22&Privacy=history>;index=1",
        "History-Info: <sip:+44200@gw>;index=2",
    )
    assert given.diversions == (Diversion("sip:+44100@gw", "busy", "+44100", withheld=True),)


def test_a_history_of_mere_routing_is_no_diversion() -> None:
    given = context("History-Info: <sip:bob@example.com>;index=1, <sip:bob@192.0.2.4>;index=1.1;rc=1")
    assert given.diversions == ()


@pytest.mark.parametrize(
    ("value", "data", "text"),
    [
        ("56a390f3d2b7310023a2;encoding=hex", bytes.fromhex("56a390f3d2b7310023a2"), ""),
        ("04636173652037;encoding=hex;purpose=isdn-uui", b"\x04case 7", "case 7"),
        ("00636173652037;encoding=HEX", b"\x00case 7", "case 7"),
        ("636173652037", b"case 7", "case 7"),
        ('"case; 7";encoding=ascii', b"case; 7", "case; 7"),
        ("case-7;content=x", b"case-7", "case-7"),
    ],
)
def test_data_from_user_to_user_is_read(value: str, data: bytes, text: str) -> None:
    given = context(f"User-to-User: {value}").user_to_user[0]
    assert (given.data, given.text) == (data, text)


def test_several_data_keep_their_purposes() -> None:
    given = context("User-to-User: 41;encoding=hex;purpose=a, 42;encoding=hex;purpose=b;content=c")
    assert given.user_to_user == (UserToUser(b"A", "a"), UserToUser(b"B", "b", "c"))


@pytest.mark.parametrize("value", ["xyz;encoding=hex", '"open', "a;b=;;", ""])
def test_data_that_cannot_be_read_is_not_there(value: str) -> None:
    assert context(f"User-to-User: {value}").data == ""


def test_applications_are_told_their_headers_and_signatures_stay_as_they_are() -> None:
    token = 'eyJhbGciOiJFUzI1NiJ9.e30.c2ln;info=<https://cert.example/a.pem>;alg=ES256;ppt="shaken"'
    given = context("X-Account: 7", "x-ACCOUNT: 8", "Subject: hello", "y: " + token, "Supported: timer")
    assert given.headers == {"x-account": "7", "subject": "hello"}
    assert given.signatures == (token,)


def test_a_flood_of_headers_is_cut() -> None:
    given = context(*(f"X-{i}: {'v' * 3000}" for i in range(100)))
    assert len(given.headers) == MAX_HEADERS
    assert len(given.headers["x-0"]) == 1024


def test_what_flows_know_leaves_out_what_is_withheld() -> None:
    lines = ("Diversion: <tel:+44100>;reason=user-busy", "User-to-User: 0437;encoding=hex", "X-Case: 9")
    open_, private = context(*lines), context(*lines, "Privacy: id")
    assert open_.facts == {
        "caller_name": "Ann",
        "caller_number": "+441632960961",
        "verification": "",
        "diverted_from": "+44100",
        "diverted_why": "busy",
        "user_to_user": "7",
        "headers.x-case": "9",
    }
    assert set(FACTS) < set(open_.facts)
    assert (private.facts["caller_name"], private.facts["caller_number"]) == ("", "")


def test_the_bill_does_not_give_away_who_withholds_their_number() -> None:
    lines = ("P-Charge-Info: <sip:+441632960961@gw.example>", "X-Case: 9")
    assert set(context(*lines).headers) == {"p-charge-info", "x-case"}
    assert set(context(*lines, "Privacy: id").headers) == {"x-case"}


NAMES = ("P-Asserted-Identity", "Remote-Party-ID", "Privacy", "Diversion", "History-Info", "User-to-User", "Identity")
TEXT = st.text('<>";,=:@. sip%3Bcause2indexmpREASON+\\[]?&', max_size=60)


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.one_of(TEXT, st.text(max_size=40))), max_size=5))
def test_fuzz_any_headers_give_a_context(lines: list[tuple[str, str]]) -> None:
    given_ = read_context(FROM, Headers.of(lines), trusted=True)
    assert set(FACTS) <= set(given_.facts)


def presented(presentation: Presentation) -> CallContext:
    wire = Wire()
    sender, name = presentation.sender("sip:desk@example.org", "Desk")
    wire.do(
        wire.alice,
        Invite("out", f"sip:bob@{BOB}", sender, wire.peer(BOB), "o", name, headers=presentation.headers()),
    )
    wire.run(0.1)
    offered = wire.bob.told[0]
    assert isinstance(offered, CallOffered)
    return read_context(offered.from_, offered.headers, trusted=True)


def test_what_we_present_is_what_a_trusting_peer_reads() -> None:
    chain = (("sip:300@pbx.example", "no-answer"), ("tel:+44100", "user-busy"))
    seen = presented(Presentation("tel:+4930123", 'The "Desk"', diverted=chain, user_to_user=b"\x04case 7"))
    assert (seen.caller.number, seen.caller.name) == ("+4930123", 'The "Desk"')
    assert [(one.address, one.why) for one in seen.diversions] == [
        ("tel:+44100", "busy"),
        ("sip:300@pbx.example", "no_answer"),
    ]
    assert seen.data == "case 7"


def test_a_number_that_we_withhold_is_asserted_and_not_shown() -> None:
    seen = presented(Presentation("tel:+4930123", withheld=True))
    assert (seen.caller.number, seen.caller.withheld) == ("+4930123", True)


def test_nothing_is_asserted_that_is_no_address() -> None:
    with pytest.raises(Invalid, match="is no address"):
        Presentation("+4930 123").headers()
