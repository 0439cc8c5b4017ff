"""What was used, and what is left to pay it with."""

from collections.abc import Mapping
from dataclasses import dataclass

from switchroom.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageMetered(Event):
    """A call used so much more since the last time: amounts by meter, then by provider ("" where nobody else provides it).

    The meters: ``call_seconds``; ``stt_seconds`` of sound given to a recogniser; ``tts_characters`` given to a voice;
    ``llm_tokens_in`` and ``llm_tokens_out`` of a language model.
    """

    topic = "usage.metered"
    used: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditLow(Event):
    """What a tenant has left fell below the mark at which it wants to know; ``left`` counts what is held for calls."""

    topic = "credit.low"
    left: int
    mark: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditExhausted(Event):
    """A call was not answered, or is ended, because ``payer`` cannot pay it: the tenant itself or one above it."""

    topic = "credit.exhausted"
    payer: str
    needed: int
