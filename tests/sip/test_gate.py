"""Who is let in: realms of several domains, credentials that stand for somebody, and the algorithms that each may use."""

from dataclasses import dataclass

from switchroom.sip.agent import UserAgent
from switchroom.sip.authentication.digest import NONCE_LIFETIME, answer, ha1, read_challenge
from switchroom.sip.commands import Credentials, Register
from switchroom.sip.outputs import Dropped, Output, RegistrationFailed, Transmit
from switchroom.sip.peer import Peer
from tests.sip.texts import HERE, THERE, agent, answers, header, request
from tests.sip.wire import BOB, Wire

REALM = "acme"


def stored(user: str, realm: str, algorithm: str) -> str | None:
    return ha1(user, realm, "wonder", algorithm) if realm == REALM and user.startswith("anna") else None


@dataclass
class Book:
    """Passes of anna end when ``over`` is set; anna is to be asked by SHA-256 alone."""

    over: bool = False

    def person(self, user: str, _realm: str) -> str | None:
        return None if self.over else user.partition("~")[0]

    def algorithms(self, user: str, _realm: str) -> tuple[str, ...]:
        return ("SHA-256",) if user == "anna" else ("MD5",)

    def realm(self, host: str) -> str:
        return REALM if host in ("acme.example", "acme") else ""


def guarded(book: Book, **settings: object) -> UserAgent:
    return agent(
        ha1=stored,
        person=book.person,
        realm_of=book.realm,
        challenged=lambda _request, _peer: True,
        registrar=True,
        **settings,
    )


def asking(method: str, number: int, *lines: str, host: str = "acme.example") -> bytes:
    anna = f"<sip:anna@{host}>"
    return request(
        method,
        *lines,
        to=anna if method == "REGISTER" else f"<sip:demo@{HERE}>",
        from_=f"{anna};tag=a",
        via=f"SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK{method}{number}",
        cseq=f"{number} {method}",
    )


def proving(refusal: Output, user: str, method: str) -> str:
    challenge = read_challenge(header(refusal, "www-authenticate"))
    assert challenge is not None
    return "Authorization: " + answer(challenge, user, "wonder", (method, f"sip:bob@{HERE}"), "c")


def said(bob: UserAgent, method: str, number: int, user: str) -> list[Output]:
    (refusal,) = bob.receive(asking(method, number), THERE, 1.0)
    return bob.receive(asking(method, number + 1, proving(refusal, user, method)), THERE, 1.0)


def test_a_domain_that_is_nobodys_has_no_registrar() -> None:
    bob = guarded(Book())
    assert answers(bob.receive(asking("REGISTER", 1, host="pbx.example"), THERE, 1.0)) == ["404 No such domain"]
    assert answers(bob.receive(asking("REGISTER", 2), THERE, 1.0)) == ["401 Unauthorized"]


def test_whoever_holds_a_pass_registers_as_its_owner() -> None:
    bob = guarded(Book())
    assert answers(said(bob, "REGISTER", 1, "anna~later")) == ["200 OK"]
    assert len(bob.bindings("anna@acme", 1.0)) == 1


def test_a_pass_that_has_run_out_is_refused_and_is_no_guess() -> None:
    book = Book()
    bob = guarded(book)
    said(bob, "REGISTER", 1, "anna~soon")
    book.over = True
    for method, number in (("REGISTER", 3), ("INVITE", 5)):
        outputs = said(bob, method, number, "anna~soon")
        assert answers(outputs) == ["403 Forbidden"]
        assert not any(isinstance(output, Dropped) for output in outputs), "nobody is banned for it"
    assert len(bob.bindings("anna@acme", 1.0)) == 1, "the registration that it made lasts as long as it said"


def test_each_user_is_asked_by_the_algorithms_of_their_account() -> None:
    book = Book()
    bob = guarded(book, algorithms_of=book.algorithms)
    (refusal,) = bob.receive(asking("REGISTER", 1), THERE, 1.0)
    assert "algorithm=SHA-256" in header(refusal, "www-authenticate")
    assert isinstance(refusal, Transmit)
    assert b"algorithm=MD5" not in refusal.data
    weaker = proving(refusal, "anna", "REGISTER").replace("SHA-256", "MD5")
    assert answers(bob.receive(asking("REGISTER", 2, weaker), THERE, 1.0)) == ["400 Bad Authorization"]
    assert answers(said(bob, "REGISTER", 3, "anna")) == ["200 OK"]


def test_both_algorithms_are_offered_the_stronger_first() -> None:
    both = ("SHA-256", "MD5")
    wire = Wire(
        ha1=stored, realm_of=lambda _host: REALM, challenged=lambda _request, _peer: True, algorithms_of=lambda *_: both
    )
    wire.call(credentials=Credentials("anna", "wonder"))
    wire.run(0.5)
    (refusal, again) = (wire.sent[1][1].decode(), wire.sent[3][1].decode())
    assert refusal.index("algorithm=SHA-256") < refusal.index("algorithm=MD5")
    assert "algorithm=SHA-256" in again


def test_our_own_registration_is_told_that_its_domain_is_unknown() -> None:
    wire = Wire(ha1=stored, realm_of=lambda _host: "", challenged=lambda _request, _peer: True, registrar=True)
    wire.do(wire.alice, Register("r", f"sip:{BOB}", "anna", wire.peer(BOB), Credentials("anna", "wonder")))
    wire.run(0.5)
    (failed,) = wire.alice.told
    assert isinstance(failed, RegistrationFailed)
    assert failed.status == 404


def test_a_proof_over_somebody_elses_nonce_is_asked_for_again_and_is_no_guess() -> None:
    bob = guarded(Book())
    (refusal,) = bob.receive(asking("REGISTER", 1), THERE, 1.0)
    thief = Peer("udp", "192.0.2.66", 5060)
    outputs = bob.receive(asking("REGISTER", 2, proving(refusal, "anna", "REGISTER")), thief, 1.0)
    assert answers(outputs) == ["401 Unauthorized"]
    assert "stale=true" in header(outputs[0], "www-authenticate")
    assert not any(isinstance(output, Dropped) for output in outputs)


def test_a_proof_over_a_nonce_of_long_ago_is_given_anew_over_a_fresh_one() -> None:
    bob = guarded(Book())
    (refusal,) = bob.receive(asking("REGISTER", 1), THERE, 1.0)
    late = 2.0 + NONCE_LIFETIME
    (stale,) = bob.receive(asking("REGISTER", 2, proving(refusal, "anna", "REGISTER")), THERE, late)
    assert "stale=true" in header(stale, "www-authenticate")
    outputs = bob.receive(asking("REGISTER", 3, proving(stale, "anna", "REGISTER")), THERE, late)
    assert answers(outputs) == ["200 OK"]


def test_a_wrong_password_does_not_use_up_a_nonce() -> None:
    bob = guarded(Book())
    (refusal,) = bob.receive(asking("REGISTER", 1), THERE, 1.0)
    right = proving(refusal, "anna", "REGISTER")
    wrong = right.replace('response="', 'response="0')
    assert answers(bob.receive(asking("REGISTER", 2, wrong), THERE, 1.0)) == ["401 Unauthorized"]
    assert answers(bob.receive(asking("REGISTER", 3, right), THERE, 1.0)) == ["200 OK"]


def test_a_proof_that_was_made_for_one_number_is_not_good_for_another() -> None:
    for proved, status in (
        (f"sip:bob@{HERE}", "100 Trying"),
        ("sip:bob@proxy.example:5070;transport=tcp", "100 Trying"),
        ("sip:b%6Fb@acme.example", "100 Trying"),
        ("sip:+8835100@acme.example", "400 Authorization of another URI"),
        ("sip:acme.example:5060", "100 Trying"),
        ("tel:+15550100", "400 Authorization of another URI"),
        ("<sip:bob@acme.example", "400 Authorization of another URI"),
    ):
        bob = guarded(Book())
        (refusal,) = bob.receive(asking("INVITE", 1), THERE, 1.0)
        challenge = read_challenge(header(refusal, "www-authenticate"))
        assert challenge is not None
        proof = "Authorization: " + answer(challenge, "anna", "wonder", ("INVITE", proved), "c")
        outputs = bob.receive(asking("INVITE", 2, proof), THERE, 1.0)
        assert answers(outputs) == [status], proved
        assert not any(isinstance(output, Dropped) for output in outputs), "it was no guess"
