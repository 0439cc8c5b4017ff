"""What a datagram may cost: whatever one character or two are repeated to its full size, it is dealt with in no time.

A parser that goes back over what it has read takes a minute for one of these; then the suite's time limit ends the test.
"""

import pytest

from switchroom.sip.agent import UserAgent
from switchroom.sip.authentication.digest import digest_fields
from switchroom.sip.description.offer import LocalAudio, answer_offer, make_offer
from switchroom.sip.description.sdp import SdpFault, parse_sdp
from switchroom.sip.messages.stream import StreamFraming
from tests.sip.texts import THERE, agent, request

SIZE = 60_000  # as much as a datagram holds
HEADER = 31_000  # as much as a header may have, if it is a message's only long one
UNITS = [*'a \t,;"\\<>@:=?&.-%[]()\n\r0é', "a ", "a,", "a;", "a=b;", '"a" ', "<a>", "a<", '\\"', "::", "%41", "\r\n "]
BEGINNINGS = ["", '"', "<sip:", "<sip:a@b>;", "sip:a@[", "x\r\n y\r\nX-More:", "a/b;", "Digest a="]
OFFER = make_offer(LocalAudio("192.0.2.1", 4000))


def ask(bob: UserAgent, name: str, value: str) -> None:
    changed = {name: value} if name in ("via", "from_", "to", "contact", "call_id", "cseq") else {}
    lines = [] if changed else [f"{name}: {value}"]
    bob.receive(request("INVITE", "Content-Type: application/sdp", *lines, body=OFFER, **changed), THERE, 0.0)


@pytest.mark.parametrize(
    "name",
    [
        *("via", "from_", "to", "contact", "call_id", "cseq", "Route", "Record-Route", "Content-Type", "Subject"),
        *("Authorization", "Supported", "Session-Expires", "Replaces", "Diversion", "P-Asserted-Identity", "Identity"),
    ],
)
def test_no_header_is_expensive(name: str) -> None:
    bob = agent(registrar=True)
    for beginning in BEGINNINGS:
        for unit in UNITS:
            ask(bob, name, beginning + unit * (HEADER // len(unit)))


def test_no_description_is_expensive() -> None:
    local = LocalAudio("192.0.2.2", 4000)
    for beginning in ("", "o=", "c=IN IP4 ", "m=audio 1 RTP/AVP", "a=rtpmap:", "a=crypto:1 ", "a=fmtp:101 "):
        for unit in [*UNITS, " 0", "\r\nm=audio 1 RTP/AVP 0", "\r\na=rtpmap:0 PCMU/8000", "\r\na=x"]:
            text = f"{OFFER}{beginning}{unit * (SIZE // len(unit))}"
            answer_offer(text, local)
            assert parse_sdp(text) is not None
    assert isinstance(parse_sdp(OFFER), SdpFault) is False


def test_no_credentials_are_expensive() -> None:
    for beginning in ("Digest ", 'Digest a="', "Digest a=b,"):
        for unit in UNITS:
            digest_fields(beginning + unit * (SIZE // len(unit)))


def test_no_stream_is_expensive_in_whatever_pieces_it_comes() -> None:
    for unit in UNITS:
        data = (b"A b c\r\nX: " + unit.encode() * SIZE)[:SIZE]
        framing = StreamFraming()
        for start in range(0, SIZE, 100):
            framing.feed(data[start : start + 100])
