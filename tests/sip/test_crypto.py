"""Keys in session descriptions: which lines can be used, and what both sides make of them under each policy."""

import base64
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchroom.sip.description.crypto import LENGTHS, OFFERED, CryptoLine, Key, Suite, read_crypto
from switchroom.sip.description.offer import Agreement, LocalAudio, Unacceptable, answer_offer, make_offer, read_answer
from switchroom.sip.description.policy import MediaPolicy, Security
from switchroom.sip.description.sdp import SessionDescription, parse_sdp

DOCUMENT = (Path(__file__).parent.parent.parent / "docs/sip.md").read_text()
SHA1_80: Suite = "AES_CM_128_HMAC_SHA1_80"
TEXT = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"  # the key of the examples in RFC 4568
KEYS = tuple(Key(suite, bytes([i]) * length) for i, (suite, length) in enumerate(LENGTHS.items(), start=1))
OTHERS = tuple(Key(suite, bytes([i]) * length) for i, (suite, length) in enumerate(LENGTHS.items(), start=11))


def side(security: Security, host: str = "192.0.2.2", keys: tuple[Key, ...] = KEYS) -> LocalAudio:
    return LocalAudio.by(MediaPolicy(security=security), host, 20000, keys=keys if security != "never" else ())


def sdp(*sections: str) -> str:
    head = ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0"]
    return "\r\n".join([*head, *sections, ""])


def crypto(tag: int = 1, suite: str = SHA1_80, key: str = TEXT, after: str = "") -> str:
    return f"a=crypto:{tag} {suite} inline:{key}{after}"


# --- lines ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "tag"),
    [
        (f"1 {SHA1_80} inline:{TEXT}", 1),
        (f"7 {SHA1_80} inline:{TEXT}|2^20", 7),
        (f"2 {SHA1_80} inline:{TEXT}|1048576", 2),
        (f"999999999 {SHA1_80} inline:{TEXT}", 999999999),
        (f"1 {SHA1_80.lower()} INLINE:{TEXT} WSH=64", 1),
        (f"1 {SHA1_80} inline:{TEXT} -LATER=whatever", 1),
        (f"1  {SHA1_80}  inline:{TEXT} ", 1),
    ],
)
def test_a_line_that_can_be_used_is_used(line: str, tag: int) -> None:
    assert read_crypto(line) == CryptoLine(tag, Key(SHA1_80, base64.b64decode(TEXT)))


@pytest.mark.parametrize(
    "line",
    [
        "",
        f"1 {SHA1_80}",
        f"x {SHA1_80} inline:{TEXT}",
        f"-1 {SHA1_80} inline:{TEXT}",
        f"1234567890 {SHA1_80} inline:{TEXT}",
        f"² {SHA1_80} inline:{TEXT}",
        f"1 F8_128_HMAC_SHA1_80 inline:{TEXT}",
        f"1 {SHA1_80} inline:{TEXT}|1:4",
        f"1 {SHA1_80} inline:{TEXT}|2^20|1:4",
        f"1 {SHA1_80} inline:{TEXT}|2^20|1:4;inline:{TEXT}|2^20|2:4",
        f"1 {SHA1_80} uri:{TEXT}",
        f"1 {SHA1_80} inline:{TEXT[:-4]}",
        f"1 {SHA1_80} inline:{TEXT}AAAA",
        f"1 {SHA1_80} inline:{TEXT[:-1]}*",
        f"1 {SHA1_80} inline:{TEXT[:-1]}é",
        f"1 {SHA1_80} inline:",
        f"1 AEAD_AES_128_GCM inline:{TEXT}",
        f"1 {SHA1_80} inline:{TEXT} KDR=1",
        f"1 {SHA1_80} inline:{TEXT} WSH=63",
        f"1 {SHA1_80} inline:{TEXT} WSH=x",
        f"1 {SHA1_80} inline:{TEXT} UNENCRYPTED_SRTP",
        f"1 {SHA1_80} inline:{TEXT} UNENCRYPTED_SRTCP",
        f"1 {SHA1_80} inline:{TEXT} UNAUTHENTICATED_SRTP",
        f"1 {SHA1_80} inline:{TEXT} FEC_ORDER=FEC_SRTP",
        f"1 {SHA1_80} inline:{TEXT} SOMETHING",
    ],
)
def test_a_line_that_wants_more_than_we_do_is_not_used(line: str) -> None:
    assert read_crypto(line) is None


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.suite)
def test_what_is_written_is_read_again_with_or_without_padding(key: Key) -> None:
    line = CryptoLine(3, key)
    assert read_crypto(line.value) == line
    assert read_crypto(line.value.rstrip("=")) == line


def test_every_suite_has_its_length() -> None:
    assert set(LENGTHS) == set(get_args(Suite))
    assert set(OFFERED) <= set(LENGTHS)


@given(
    st.one_of(
        st.text(), st.from_regex(r"[0-9]{1,3} AES_CM_128_HMAC_SHA1_(80|32) inline:[A-Za-z0-9+/=|^:;]{0,60}.{0,9}")
    )
)
def test_fuzz_any_text_gives_a_line_or_none(text: str) -> None:
    line = read_crypto(text)
    assert line is None or read_crypto(line.value) == line


def test_keys_are_not_shown() -> None:
    found = answer_offer(make_offer(side("offer", keys=OTHERS)), side("offer"))
    assert isinstance(found, Agreement)
    assert found.keys is not None
    for key in (found.keys.ours, found.keys.theirs):
        for shown in (repr(key), repr(found), repr(side("offer"))):
            assert repr(key.material)[2:-1] not in shown
            assert base64.b64encode(key.material).decode() not in shown


# --- offers to us ---------------------------------------------------------------------------------------------------

AVP, SAVP = "m=audio 4000 RTP/AVP 0", "m=audio 4000 RTP/SAVP 0"
USELESS = crypto(after="|2^20|1:4")
OFFERS = {
    "RTP/AVP": sdp(AVP),
    "RTP/AVP, crypto (RFC 8643)": sdp(AVP, crypto()),
    "RTP/AVP, no usable crypto": sdp(AVP, USELESS),
    "RTP/SAVP, crypto": sdp(SAVP, crypto()),
    "RTP/SAVP, no usable crypto": sdp(SAVP, USELESS),
}


def outcome(found: Agreement | Unacceptable) -> str:
    if isinstance(found, Unacceptable):
        assert found.status == 488
        return "refused"
    return "plain" if found.keys is None else "encrypted"


def rows() -> list[tuple[str, Security, str]]:
    """Return the table of docs/sip.md, a row for each of its cells."""
    section = DOCUMENT.partition("\n### What becomes of an offer\n")[2].partition("\n#")[0]
    lines = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    policies = [cell.strip() for cell in lines[0][1:]]
    assert tuple(policies) == get_args(Security)
    return [
        (name.strip(), policy, cell.strip())  # type: ignore[misc]
        for name, *cells in lines[2:]
        for policy, cell in zip(policies, cells, strict=True)
    ]


@pytest.mark.parametrize(("offer", "security", "expected"), rows())
def test_an_offer_is_met_as_the_table_says(offer: str, security: Security, expected: str) -> None:
    found = answer_offer(OFFERS[offer], side(security))
    assert outcome(found) == expected
    if isinstance(found, Agreement):
        assert found.sdp.count("a=crypto:") == (expected == "encrypted")
        assert f" {offer.split(',')[0]} 0" in found.sdp, "an answer has the profile of its offer (RFC 3264 §6)"


def test_the_table_names_every_offer() -> None:
    assert {name for name, _, _ in rows()} == set(OFFERS)


def test_the_answer_takes_the_first_line_that_can_be_used_under_its_tag() -> None:
    offer = sdp(
        SAVP,
        crypto(1, "AES_256_CM_HMAC_SHA1_80"),
        crypto(2, after="|2^31|1:1"),
        crypto(5, "AES_CM_128_HMAC_SHA1_32"),
        crypto(6),
    )
    found = answer_offer(offer, side("offer"))
    assert isinstance(found, Agreement)
    assert found.keys is not None
    assert found.keys.theirs == Key("AES_CM_128_HMAC_SHA1_32", base64.b64decode(TEXT))
    assert found.keys.ours == KEYS[3]
    assert f"a=crypto:{CryptoLine(5, KEYS[3]).value}\r\n" in found.sdp
    assert TEXT not in found.sdp


@pytest.mark.parametrize("first", ["plain", "encrypted"])
def test_of_two_sections_the_encrypted_one_is_taken(first: str) -> None:
    sections = [(AVP,), (SAVP, crypto())]
    order = sections if first == "plain" else sections[::-1]
    offer = sdp(*order[0], *order[1])
    for security, wanted in (("never", "RTP/AVP"), ("offer", "RTP/SAVP"), ("require", "RTP/SAVP")):
        found = answer_offer(offer, side(security))  # type: ignore[arg-type]
        assert isinstance(found, Agreement)
        assert [f"m=audio {20000 if wanted in section[0] else 0} {section[0].split()[2]} 0" for section in order] == [
            line for line in found.sdp.split("\r\n") if line.startswith("m=")
        ]


def test_sections_that_were_refused_keep_their_places_in_our_offers() -> None:
    video = "m=video 5000 RTP/AVP 96"
    found = answer_offer(sdp(video, AVP, SAVP, crypto()), side("offer"))
    assert isinstance(found, Agreement)
    again = replace(side("offer"), around=found.around)
    text = make_offer(again)
    assert [line.split()[:3] for line in text.split("\r\n") if line.startswith("m=")] == [
        ["m=video", "0", "RTP/AVP"],
        ["m=audio", "0", "RTP/AVP"],
        ["m=audio", "20000", "RTP/AVP"],
    ]
    answer = read_answer(sdp("m=video 0 RTP/AVP 96", "m=audio 0 RTP/AVP 0", AVP, crypto()), again)
    assert isinstance(answer, Agreement)
    assert answer.keys is not None
    assert answer.around == again.around
    assert isinstance(read_answer(sdp("m=video 0 RTP/AVP 96", "m=audio 4000 RTP/AVP 0"), again), Unacceptable)


@pytest.mark.parametrize("profile", ["RTP/AVPF", "RTP/SAVPF", "rtp/savp"])
def test_profiles_with_feedback_are_answered_in_kind(profile: str) -> None:
    found = answer_offer(sdp(f"m=audio 4000 {profile} 0", crypto()), side("offer"))
    assert isinstance(found, Agreement)
    assert f"m=audio 20000 {profile} 0" in found.sdp
    assert found.keys is not None


def test_keys_agreed_by_dtls_are_refused() -> None:
    offer = sdp("m=audio 4000 UDP/TLS/RTP/SAVPF 0", "a=fingerprint:sha-256 AA", "a=setup:actpass")
    assert outcome(answer_offer(offer, side("offer"))) == "refused"


LINES = st.sampled_from(
    [
        AVP,
        SAVP,
        "m=audio 4000 RTP/SAVPF 8 0",
        "m=audio 0 RTP/SAVP 0",
        "m=video 4000 RTP/SAVP 96",
        crypto(),
        crypto(2, "AES_CM_128_HMAC_SHA1_32"),
        crypto(3, after="|2^31"),
        USELESS,
        "a=crypto:",
        "a=crypto",
        "a=sendonly",
        "a=rtcp-mux",
        "a=rtpmap:0 PCMU/8000",
    ]
)


@given(st.lists(LINES, max_size=12), st.sampled_from(get_args(Security)))
def test_fuzz_any_offer_is_answered_in_kind_or_refused(lines: list[str], security: Security) -> None:
    offer = sdp(*lines)
    found = answer_offer(offer, side(security))
    if isinstance(found, Unacceptable):
        assert found.status == 488
        return
    theirs, ours = parse_sdp(offer), parse_sdp(found.sdp)
    assert isinstance(theirs, SessionDescription) and isinstance(ours, SessionDescription)
    assert [(media.kind, media.protocol) for media in ours.media] == [
        (media.kind, media.protocol) for media in theirs.media
    ]
    open_ones = [media for media in ours.media if media.port]
    assert len(open_ones) == 1
    crypto_lines = [name for name, _ in open_ones[0].attributes if name == "crypto"]
    assert len(crypto_lines) == (found.keys is not None)
    assert found.keys is not None or (security != "require" and "SAVP" not in open_ones[0].protocol)
    assert found.keys is None or security != "never"


# --- our offers -----------------------------------------------------------------------------------------------------


def test_an_offer_names_its_suites_in_our_order() -> None:
    text = make_offer(side("offer"))
    assert "m=audio 20000 RTP/AVP 0 8 9 101\r\n" in text
    assert [line.split()[1] for line in text.split("\r\n") if line.startswith("a=crypto:")] == list(OFFERED)
    assert "m=audio 20000 RTP/SAVP 0 8 9 101\r\n" in make_offer(side("require"))
    assert "crypto" not in make_offer(side("never"))


@pytest.mark.parametrize("ours", get_args(Security))
@pytest.mark.parametrize("theirs", get_args(Security))
def test_both_sides_come_to_the_same(ours: Security, theirs: Security) -> None:
    offerer, answerer = side(ours), side(theirs, "192.0.2.1", OTHERS)
    there = answer_offer(make_offer(offerer), answerer)
    wishes = {ours, theirs}
    if wishes == {"never", "require"}:
        assert isinstance(there, Unacceptable)
        return
    assert isinstance(there, Agreement)
    here = read_answer(there.sdp, offerer)
    assert isinstance(here, Agreement)
    if "never" in wishes:
        assert (here.keys, there.keys) == (None, None)
        return
    assert here.keys is not None
    assert there.keys is not None
    assert (here.keys.ours, here.keys.theirs) == (there.keys.theirs, there.keys.ours)


@pytest.mark.parametrize(
    ("answer", "security", "expected"),
    [
        (sdp(AVP), "offer", "plain"),
        (sdp(AVP), "require", "refused"),
        (sdp(AVP, USELESS), "offer", "refused"),
        (sdp(AVP, crypto(suite="F8_128_HMAC_SHA1_80")), "offer", "refused"),
        (sdp(AVP, crypto()), "offer", "encrypted"),
        (sdp(SAVP, crypto()), "offer", "encrypted"),
        (sdp(SAVP, crypto()), "require", "encrypted"),
        (sdp(SAVP), "require", "refused"),
        (sdp(SAVP, crypto()), "never", "refused"),
        (sdp(AVP, crypto()), "never", "plain"),
    ],
)
def test_an_answer_is_taken_as_far_as_the_policy_goes(answer: str, security: Security, expected: str) -> None:
    assert outcome(read_answer(answer, side(security))) == expected
