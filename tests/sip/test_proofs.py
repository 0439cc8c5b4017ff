"""Proving who we are to every server that asks on the way of one request."""

from switchroom.sip.agent import UserAgent
from switchroom.sip.authentication.digest import digest_fields, ha1, proof
from switchroom.sip.commands import Credentials, Invite
from switchroom.sip.outputs import CallFailed, Output, Transmit
from tests.sip.texts import THERE, agent, header, response

WWW, PROXY = "WWW-Authenticate", "Proxy-Authenticate"


def challenge(name: str, realm: str, nonce: str, more: str = "") -> str:
    return f'{name}: Digest realm="{realm}", nonce="{nonce}", qop="auth"{more}'


def calling(realm: str = "") -> tuple[UserAgent, Output]:
    alice = agent()
    command = Invite(
        "out", "sip:bob@192.0.2.1", "sip:a@192.0.2.2", THERE, "o", credentials=Credentials("al", "pw", realm)
    )
    (sent,) = alice.send(command, 0.0)
    return alice, sent


def challenged(alice: UserAgent, sent: Output, status: str, *lines: str) -> Output:
    """Refuse with a challenge; return the next INVITE, or what the driver is told instead."""
    ack, *rest = alice.receive(response(sent, status, *lines), THERE, 0.1)
    assert isinstance(ack, Transmit)
    assert ack.data.startswith(b"ACK")
    return rest[-1]


def proven(sent: Output, name: str) -> tuple[str, str]:
    """Return the nonce and its count of a proof that is right."""
    fields = digest_fields(header(sent, name))
    assert fields is not None
    known = ha1("al", fields["realm"], "pw")
    assert fields["response"] == proof(known, fields, "INVITE", "MD5")
    return fields["nonce"], fields["nc"]


def test_a_proxy_and_then_the_far_end_are_answered() -> None:
    alice, sent = calling()
    sent = challenged(alice, sent, "407 Proxy", challenge(PROXY, "proxy", "n1"))
    assert proven(sent, "Proxy-Authorization") == ("n1", "00000001")
    sent = challenged(alice, sent, "401 Far end", challenge(WWW, "home", "n2"))
    assert proven(sent, "Authorization") == ("n2", "00000001")
    assert proven(sent, "Proxy-Authorization") == ("n1", "00000002")
    assert header(sent, "CSeq") == "3 INVITE"


def test_both_may_ask_in_one_response() -> None:
    alice, sent = calling()
    sent = challenged(alice, sent, "401 Both", challenge(WWW, "home", "n2"), challenge(PROXY, "proxy", "n1"))
    assert proven(sent, "Authorization") == ("n2", "00000001")
    assert proven(sent, "Proxy-Authorization") == ("n1", "00000001")


def test_two_realms_behind_a_fork_are_both_answered() -> None:
    alice, sent = calling()
    sent = challenged(alice, sent, "401 Forked", challenge(WWW, "one", "n1"), challenge(WWW, "two", "n2"))
    assert isinstance(sent, Transmit)
    assert sent.data.count(b"\r\nAuthorization: Digest") == 2


def test_a_stale_nonce_is_replaced_and_the_others_are_kept() -> None:
    alice, sent = calling()
    sent = challenged(alice, sent, "407 Proxy", challenge(PROXY, "proxy", "n1"))
    sent = challenged(alice, sent, "401 Far end", challenge(WWW, "home", "n2"))
    sent = challenged(alice, sent, "407 Proxy", challenge(PROXY, "proxy", "n3", ", stale=TRUE"))
    assert proven(sent, "Proxy-Authorization") == ("n3", "00000001")
    assert proven(sent, "Authorization") == ("n2", "00000002")


def test_a_password_that_was_refused_is_not_tried_again() -> None:
    alice, sent = calling()
    sent = challenged(alice, sent, "407 Proxy", challenge(PROXY, "proxy", "n1"))
    told = challenged(alice, sent, "407 Proxy", challenge(PROXY, "proxy", "n2"))
    assert isinstance(told, CallFailed)
    assert told.status == 407


def test_a_server_whose_nonces_are_always_stale_is_given_up() -> None:
    alice, sent = calling()
    tries = 0
    while isinstance(sent, Transmit):
        tries += 1
        assert tries < 20
        sent = challenged(alice, sent, "407 Proxy", challenge(PROXY, "proxy", f"n{tries}", ", stale=true"))
    assert isinstance(sent, CallFailed)
    assert tries == 6


def test_the_password_of_one_realm_is_not_proved_to_another() -> None:
    alice, sent = calling("home")
    told = challenged(alice, sent, "407 Proxy", challenge(PROXY, "proxy", "n1"))
    assert isinstance(told, CallFailed)
    alice, sent = calling("home")
    sent = challenged(alice, sent, "401 Both", challenge(PROXY, "proxy", "n1"), challenge(WWW, "home", "n2"))
    assert proven(sent, "Authorization") == ("n2", "00000001")
    assert not header(sent, "Proxy-Authorization")


def test_of_several_algorithms_the_first_that_we_know_is_used() -> None:
    alice, sent = calling()
    lines = [challenge(WWW, "home", "n", f", algorithm={name}") for name in ("SHA-512-256", "SHA-256", "MD5")]
    sent = challenged(alice, sent, "401 Choose", *lines)
    assert "algorithm=SHA-256" in header(sent, "Authorization")
