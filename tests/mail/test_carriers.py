"""Mail through a real SMTP server, and onto the terminal."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr

from switchroom.errors import Invalid, SwitchroomError, Unavailable
from switchroom.mail.carriers import SmtpServer, Terminal, carrier
from switchroom.mail.letters import Letter
from switchroom.settings import MailSettings
from switchroom.transports.sip.wire.certificates import self_signed
from tests.interop.ports import free_block
from tests.servers.smtp import Smtp
from tests.virtual_time import run_real

LETTER = Letter(
    "bo@example.com", "Grüße", "Ein Text mit ü.\n", "<p>Ein Text mit ü.</p>", "hello@acme.example", "Ännchen"
)


def reached(smtp: Smtp) -> MailSettings:
    return MailSettings(host=smtp.host, port=smtp.port, encryption="none", sender="us@switchroom.example")


def test_a_letter_arrives_as_text_and_html_with_its_sender(smtp: Smtp) -> None:
    run_real(SmtpServer(reached(smtp)).send("mail_1", LETTER))
    (taken,) = smtp.mails
    mail = taken.message
    assert (mail["To"], mail["Subject"]) == ("bo@example.com", "Grüße")
    assert "hello@acme.example" in mail["From"]
    assert mail["Message-ID"] == "<mail_1@acme.example>"
    text, html = mail.iter_parts()
    assert taken.text.strip() == LETTER.text.strip()
    assert text.get_content_type() == "text/plain"
    assert html.get_content_type() == "text/html"


@pytest.mark.parametrize(
    ("answer", "kind", "retryable"), [("451 later", Unavailable, True), ("554 never", Invalid, False)]
)
def test_what_the_server_says_decides_whether_to_try_again(
    smtp: Smtp, answer: str, kind: type[SwitchroomError], retryable: bool
) -> None:
    smtp.refuses = answer
    try:
        with pytest.raises(kind) as caught:
            run_real(SmtpServer(reached(smtp)).send("mail_1", LETTER))
    finally:
        smtp.refuses = ""
    assert caught.value.retryable is retryable


def test_a_server_that_is_away_may_come_back() -> None:
    nobody = MailSettings(host="127.0.0.1", port=free_block(2), encryption="none")
    with pytest.raises(Unavailable) as caught:
        run_real(SmtpServer(nobody).send("mail_1", LETTER))
    assert caught.value.code == "mail_server"


def test_a_password_goes_to_no_server_that_does_not_encrypt(smtp: Smtp) -> None:
    secretly = {"encryption": "starttls", "user": "us", "password": SecretStr("secret")}
    with pytest.raises(Unavailable):
        run_real(SmtpServer(reached(smtp).model_copy(update=secretly)).send("mail_1", LETTER))
    assert smtp.mails == []


def test_without_a_server_mail_is_printed_where_the_program_was_started(capsys: pytest.CaptureFixture[str]) -> None:
    made = carrier(MailSettings())
    assert isinstance(made, Terminal)
    asyncio.run(made.send("mail_1", LETTER))
    assert "Ein Text mit ü." in capsys.readouterr().out


@pytest.mark.parametrize("encryption", ["starttls", "tls"])
def test_mail_and_password_travel_encrypted_to_a_server_that_is_trusted(tmp_path: Path, encryption: str) -> None:
    files = tmp_path / "server.pem"
    files.write_bytes(self_signed(("localhost",)))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(files)
    secret = {"encryption": encryption, "user": "us", "password": SecretStr("secret"), "host": "localhost"}
    with encrypting(context, at_once=encryption == "tls") as (taken, port):
        settings = MailSettings(port=port).model_copy(update=secret)
        with pytest.raises(Unavailable):  # nobody has said that this certificate is to be trusted
            run_real(SmtpServer(settings).send("mail_1", LETTER))
        run_real(SmtpServer(settings.model_copy(update={"trust": files})).send("mail_1", LETTER))
    assert taken == [("us", b"secret")]


@contextmanager
def encrypting(context: ssl.SSLContext, *, at_once: bool) -> Iterator[tuple[list[tuple[str, bytes]], int]]:
    """Run a server that wants TLS and a password; give the logins it has seen, and its port."""
    seen: list[tuple[str, bytes]] = []

    def login(_server: object, _session: object, _envelope: object, _how: str, said: object) -> AuthResult:
        assert isinstance(said, LoginPassword)
        seen.append((said.login.decode(), said.password))
        return AuthResult(success=True)

    port = free_block(2)
    controller = Controller(
        Message(),
        hostname="127.0.0.1",
        port=port,
        ready_timeout=30.0,
        ssl_context=context if at_once else None,
        tls_context=None if at_once else context,
        require_starttls=not at_once,
        auth_required=not at_once,  # it knows of no other TLS than STARTTLS
        auth_require_tls=not at_once,
        authenticator=login,
    )
    controller.start()
    try:
        yield seen, port
    finally:
        controller.stop()


class Message:
    """Takes what it is handed."""

    async def handle_DATA(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        return "250 taken"
