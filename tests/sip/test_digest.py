"""Digest on both sides: the examples of the RFCs, and two user agents that challenge each other."""

from hypothesis import given
from hypothesis import strategies as st

from switchroom.sip.authentication.digest import (
    MAX_NONCES,
    Challenge,
    Nonces,
    answer,
    digest_fields,
    ha1,
    proof,
    read_challenge,
)
from switchroom.sip.commands import Credentials, Register
from switchroom.sip.outputs import CallFailed, CallOffered, Dropped, RegistrationFailed
from tests.sip.texts import THERE, agent, answers, header, request
from tests.sip.wire import BOB, Wire


def test_the_example_of_rfc_2617() -> None:
    fields = {
        "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093",
        "uri": "/dir/index.html",
        "qop": "auth",
        "nc": "00000001",
        "cnonce": "0a4f113b",
    }
    secret = ha1("Mufasa", "testrealm@host.com", "Circle Of Life")
    assert proof(secret, fields, "GET", "MD5") == "6629fae49393a05397450978507c4ef1"


def test_the_example_of_rfc_7616() -> None:
    fields = {
        "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        "uri": "/dir/index.html",
        "qop": "auth",
        "nc": "00000001",
        "cnonce": "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    }
    secret = ha1("Mufasa", "http-auth@example.org", "Circle of Life", "SHA-256")
    expected = "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
    assert proof(secret, fields, "GET", "SHA-256") == expected


def test_a_challenge_of_before_qop_is_answered_without_it() -> None:
    challenge = read_challenge('Digest realm="r", nonce="n", opaque="o"')
    assert challenge == Challenge("r", "n", opaque="o")
    assert challenge is not None
    fields = digest_fields(answer(challenge, "u", "p", ("REGISTER", "sip:r"), "c"))
    assert fields is not None
    assert "qop" not in fields
    assert fields["opaque"] == "o"
    assert fields["response"] == proof(ha1("u", "r", "p"), {"nonce": "n", "uri": "sip:r"}, "REGISTER", "MD5")


def test_a_challenge_that_we_cannot_meet_is_none() -> None:
    assert read_challenge('Bearer realm="r"') is None
    assert read_challenge('Digest realm="r"') is None
    assert read_challenge('Digest realm="r", nonce="n", algorithm=SHA-512-256') is None
    assert read_challenge('Digest realm="r", nonce="n", qop="auth-int"') is None
    assert read_challenge('Digest realm="r, nonce="') is None


def test_a_nonce_is_good_for_one_host_one_count_and_a_while() -> None:
    nonces = Nonces(b"key", lifetime=60)
    nonce = nonces.make("192.0.2.1", 1000.0)
    assert nonces.is_ours(nonce, "192.0.2.1")
    assert not nonces.is_ours(nonce, "192.0.2.2")
    assert not Nonces(b"other").is_ours(nonce, "192.0.2.1")
    assert not nonces.is_ours("é", "192.0.2.1")
    assert nonces.is_fresh(nonce, "00000001", 1001.0)
    assert not nonces.is_fresh(nonce, "00000001", 1002.0)
    assert nonces.is_fresh(nonce, "00000002", 1003.0)
    assert not nonces.is_fresh(nonce, "zz", 1003.0)
    assert not nonces.is_fresh(nonce, "00000003", 1061.0)


def test_no_two_nonces_are_the_same_even_of_one_moment() -> None:
    nonces = Nonces(b"key")
    first, second = nonces.make("192.0.2.1", 1000.0), nonces.make("192.0.2.1", 1000.0)
    assert nonces.is_fresh(first, "00000001", 1000.0)
    assert nonces.is_fresh(second, "00000001", 1000.0)


def test_a_proof_cannot_be_replayed_once_the_table_is_full() -> None:
    nonces = Nonces(b"key")
    first = nonces.make("192.0.2.1", 1000.0)
    assert nonces.is_fresh(first, "00000001", 1000.0)
    for number in range(MAX_NONCES):
        nonces.is_fresh(nonces.make("192.0.2.2", 1001.0 + number / 1000), "00000001", 1020.0)
    assert not nonces.is_fresh(first, "00000001", 1020.0)
    assert nonces.is_fresh(nonces.make("192.0.2.1", 1020.0), "00000001", 1020.0)


def stored(user: str, realm: str, algorithm: str) -> str | None:
    return ha1("alice", realm, "wonder", algorithm) if user == "alice" else None


def guarded(algorithm: str = "MD5") -> Wire:
    return Wire(ha1=stored, challenged=lambda _request, _peer: True, algorithms=(algorithm,), registrar=True)


def test_a_challenged_caller_proves_itself_with_either_algorithm() -> None:
    for algorithm in ("MD5", "SHA-256"):
        wire = guarded(algorithm)
        wire.call(credentials=Credentials("alice", "wonder"))
        wire.run(0.5)
        assert wire.flow()[:4] == ["alice INVITE", "bob 401 INVITE", "alice ACK", "alice INVITE"]
        (offer,) = wire.bob.told[1:]  # the first is the ACK to a refusal that nobody remembers
        assert isinstance(offer, CallOffered)
        assert (offer.user, offer.realm) == ("alice", "switchroom")


def test_a_wrong_password_is_refused_once_and_not_tried_again() -> None:
    for credentials in (Credentials("alice", "wrong"), Credentials("nobody", "wonder")):
        wire = guarded()
        wire.call(credentials=credentials)
        wire.run(40)
        assert [line for line in wire.flow() if "INVITE" in line] == ["alice INVITE", "bob 401 INVITE"] * 2
        (failed,) = wire.alice.told
        assert isinstance(failed, CallFailed)
        assert failed.status == 401
        assert not wire.bob.heard(CallOffered)


def test_without_credentials_or_for_another_realm_a_challenge_is_the_end() -> None:
    for credentials in (None, Credentials("alice", "wonder", realm="elsewhere")):
        wire = guarded()
        wire.call(credentials=credentials)
        wire.run(40)
        assert wire.flow() == ["alice INVITE", "bob 401 INVITE", "alice ACK"]


def test_a_replayed_proof_is_stale() -> None:
    wire = guarded()
    wire.do(wire.alice, Register("r", f"sip:{BOB}", "alice", wire.peer(BOB), Credentials("alice", "wonder")))
    wire.run(0.1)
    register = wire.sent[2][1].replace(b"branch=z9hG4bK", b"branch=z9hG4bKreplay").replace(b"Call-ID: ", b"Call-ID: x")
    outputs = wire.bob.agent.receive(register, wire.peer("192.0.2.1"), wire.now)
    assert answers(outputs) == ["401 Unauthorized"]
    assert "stale=true" in header(outputs[0], "www-authenticate")


def test_nobody_registers_for_somebody_else() -> None:
    wire = guarded()
    credentials = Credentials("alice", "wonder")
    wire.do(wire.alice, Register("r", f"sip:{BOB}", "bob", wire.peer(BOB), credentials, sender=f"sip:bob@{BOB}"))
    wire.run(0.1)
    assert wire.alice.told == [RegistrationFailed("r", 403, "Forbidden", 1800)]


def test_credentials_that_lack_something_are_a_bad_request() -> None:
    bob = agent(ha1=stored, challenged=lambda _request, _peer: True)
    proofs = 'Authorization: Digest username="alice", realm="switchroom"'
    assert answers(bob.receive(request("INVITE", proofs), THERE, 1.0)) == ["400 Bad Authorization"]


def test_each_domain_is_a_realm_of_its_own() -> None:
    def of_tenant(user: str, realm: str, algorithm: str) -> str | None:
        return ha1(user, realm, "wonder", algorithm) if realm == "tenant b" else None

    for domain, status in (("b.test", 200), ("a.test", 401)):
        wire = Wire(
            ha1=of_tenant,
            realm_of=lambda host: f"tenant {host[0]}",
            challenged=lambda _request, _peer: True,
            registrar=True,
        )
        sender = f"sip:alice@{domain}"
        wire.do(
            wire.alice,
            Register("r", f"sip:{BOB}", "alice", wire.peer(BOB), Credentials("alice", "wonder"), sender=sender),
        )
        wire.run(0.1)
        assert wire.flow()[-1] == f"bob {status} REGISTER"
        assert bool(wire.bob.agent.bindings(f"alice@{domain}", wire.now)) is (status == 200)


def test_a_wrong_proof_is_told_and_a_first_challenge_is_not() -> None:
    for password, told in (("wrong", ["wrong credentials"]), ("wonder", [])):
        wire = guarded()
        wire.do(wire.alice, Register("r", f"sip:{BOB}", "alice", wire.peer(BOB), Credentials("alice", password)))
        wire.run(0.1)
        assert [output.reason for output in wire.bob.told if isinstance(output, Dropped)] == told


FIELDS = st.text(alphabet='Digest realm="nonce",qop=auth-int\\;:%\u00e9 \t\x00', max_size=80)


@given(st.one_of(FIELDS, FIELDS.map(lambda text: f'Digest realm="r", nonce="n", {text}')))
def test_fuzz_any_text_is_a_challenge_or_none(text: str) -> None:
    challenge = read_challenge(text)
    if challenge is not None:
        assert read_challenge(str(challenge)) is not None
        fields = digest_fields(answer(challenge, "u", "p", ("REGISTER", "sip:r"), "c"))
        assert fields is not None
        assert (fields["realm"], fields["nonce"]) == (challenge.realm, challenge.nonce)


@given(FIELDS)
def test_fuzz_any_credentials_are_refused_and_blame_nobody(text: str) -> None:
    bob = agent(ha1=stored, challenged=lambda _request, _peer: True)
    line = "".join(letter for letter in text if letter not in "\r\n")
    outputs = bob.receive(request("INVITE", f'Authorization: Digest realm="switchroom", {line}'), THERE, 1.0)
    assert answers(outputs)[0][:3] in ("400", "401")
    assert not any(isinstance(output, CallOffered) for output in outputs)
    assert not any(output.reason == "wrong credentials" for output in outputs if isinstance(output, Dropped))
