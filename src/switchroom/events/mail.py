"""What became of a mail."""

from dataclasses import dataclass

from switchroom.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class MailGivenUp(Event):
    """A mail was not sent and is tried no more; ``code`` says what was wrong the last time."""

    topic = "mail.given_up"
    mail: str
    occasion: str
    code: str
    tries: int
