"""What the page of a call tells of its providers."""

from switchroom.events.catalogue import (
    CallHeld,
    Event,
    LanguageSwitched,
    ProviderFailed,
    ProviderHedged,
    ProviderSwitched,
)
from switchroom.identity import CallId, EventId, TenantId
from switchroom.web.troubles import Trouble, troubles


def _made(kind: type[Event], **fields: object) -> Event:
    shared = {"id": EventId("evt"), "tenant": TenantId("tnt"), "call": CallId("call"), "sequence": 1, "at": 7.0}
    return kind(**shared, **fields)  # type: ignore[arg-type]


def test_who_failed_and_who_took_over_is_told_in_order() -> None:
    switched = {"capability": "tts", "from_provider": "sonic", "to_provider": "local", "why": "failed", "after": 0.3}
    events = [
        _made(CallHeld),
        _made(ProviderFailed, provider="sonic", capability="tts", code="x", message="the socket closed"),
        _made(ProviderSwitched, **switched),
        _made(ProviderHedged, capability="llm", provider="a", second="b", winner="a", after=1.5),
        None,
        _made(ProviderFailed, provider="stt", capability="stt", code="x", message="nobody is left"),
        _made(LanguageSwitched, turn=2, from_language="en", to_language="de", why="words"),
    ]
    assert troubles(events) == [
        Trouble(7.0, "voice sonic failed", "the socket closed"),
        Trouble(7.0, "voice sonic → local", "sonic failed, 0.30 s"),
        Trouble(7.0, "model a was late, b asked too", "a won after 1.50 s"),
        Trouble(7.0, "recogniser failed", "nobody is left", bad=True),
        Trouble(7.0, "language en → de", "by words"),
    ]
