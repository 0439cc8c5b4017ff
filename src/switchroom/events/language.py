"""What happens with the language of a call."""

from dataclasses import dataclass
from typing import Literal

from switchroom.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageSwitched(Event):
    """From this turn on the agent speaks another language; ``why``: the recogniser told so, or the caller's words."""

    topic = "language.switched"
    turn: int
    from_language: str
    to_language: str
    why: Literal["recogniser", "words"]
