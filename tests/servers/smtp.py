"""A mail server that keeps what it is given: aiosmtpd, in a thread with a loop of its own."""

from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.interop.ports import free_block


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it was handed over."""

    sender: str
    recipients: list[str]
    message: EmailMessage

    @property
    def text(self) -> str:
        """Its plain text."""
        body = self.message.get_body(("plain",))
        assert body is not None
        return str(body.get_content())


@dataclass(slots=True)
class Smtp:
    """A running server. With ``refuses`` set, such as "451 try later", it answers every mail so."""

    host: str = "127.0.0.1"
    port: int = field(default_factory=lambda: free_block(2))
    mails: list[Mail] = field(default_factory=list)
    refuses: str = ""
    _controller: Controller | None = None

    def start(self) -> None:
        """Take mail from now on."""
        self._controller = Controller(self, hostname=self.host, port=self.port, ready_timeout=30.0)
        self._controller.start()

    def close(self) -> None:
        """Take no more."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refuses:
            return self.refuses
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append(Mail(envelope.mail_from or "", list(envelope.rcpt_tos), message))
        return "250 taken"
