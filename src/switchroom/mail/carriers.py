"""How mail leaves the house: by an SMTP server, or, where none is set, onto the terminal of whoever tries things out."""

import ssl
import sys
from email.message import EmailMessage
from email.utils import formataddr

from switchroom.errors import Invalid, Unavailable
from switchroom.mail.letters import Letter
from switchroom.mail.postman import Carrier
from switchroom.settings import MailSettings

WAIT = 30.0
"""Seconds for a whole mail."""
_FOR_EVER = range(500, 600)  # RFC 5321 §4.2.1: do not try again as it is


class Terminal:
    """Prints a mail where the program was started; it goes into no log."""

    async def send(self, mail: str, letter: Letter) -> None:
        """Print one."""
        lines = (f"--- mail {mail}", f"To: {letter.to}", f"Subject: {letter.subject}", "", letter.text, "---", "")
        sys.stdout.write("\n".join(lines))
        sys.stdout.flush()


class SmtpServer:
    """Hands mail to a server."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    async def send(self, mail: str, letter: Letter) -> None:
        """Send one. Raises Unavailable if the server does not take it now, Invalid if it never will."""
        import aiosmtplib  # noqa: PLC0415 - only who sends mail needs it

        made = message(mail, letter, self._settings.sender)
        settings = self._settings
        try:
            await aiosmtplib.send(
                made,
                hostname=settings.host,
                port=settings.port,
                username=settings.user or None,
                password=settings.password.get_secret_value() or None,
                use_tls=settings.encryption == "tls",
                start_tls=settings.encryption == "starttls",
                tls_context=ssl.create_default_context(cafile=None if settings.trust is None else str(settings.trust)),
                timeout=WAIT,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [refused.code for refused in error.recipients]
            raise _refused(codes[0] if codes else 0) from error
        except aiosmtplib.SMTPResponseException as error:
            raise _refused(error.code) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            message_ = f"the mail server {settings.host}:{settings.port} cannot be reached: {type(error).__name__}"
            raise Unavailable(message_, code="mail_server") from error


def carrier(settings: MailSettings) -> Carrier:
    """Return what the settings name."""
    return SmtpServer(settings) if settings.host else Terminal()


def message(mail: str, letter: Letter, sender: str) -> EmailMessage:
    """Return a letter as it travels (RFC 5322); ``sender`` is whose it is unless it says so itself."""
    made = EmailMessage()
    address = letter.sender or sender
    made["From"] = formataddr((letter.sender_name, address))
    made["To"] = letter.to
    made["Subject"] = letter.subject
    made["Message-ID"] = f"<{mail}@{address.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5: no out-of-office notes, please
    made.set_content(letter.text)
    made.add_alternative(letter.html, subtype="html")
    return made


def _refused(code: int) -> Unavailable | Invalid:
    if code in _FOR_EVER:
        return Invalid(f"the mail server refuses this mail for good: {code}", code=f"smtp_{code}")
    return Unavailable(f"the mail server does not take this mail now: {code}", code=f"smtp_{code}")
