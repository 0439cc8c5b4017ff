"""What went wrong with a call's providers and who took over, and into which language it went, in a few words."""

from collections.abc import Sequence
from dataclasses import dataclass

from switchroom.events.catalogue import Event, LanguageSwitched, ProviderFailed, ProviderHedged, ProviderSwitched

_PARTS = {"stt": "recogniser", "tts": "voice", "llm": "model", "brain": "reply"}
_WHY = {"failed": "failed", "late": "was late", "resting": "was left alone after failures", "recovered": "is back"}


@dataclass(frozen=True, slots=True)
class Trouble:
    """One line; ``bad`` if nobody was left to do it, ``details`` for who wants to know more."""

    at: float
    text: str
    details: str = ""
    bad: bool = False


def troubles(events: Sequence[Event | None]) -> list[Trouble]:
    """Return what to tell of the call's providers, in the order in which it happened."""
    return [told for event in events if event is not None and (told := _told(event)) is not None]


def _told(event: Event) -> Trouble | None:
    match event:
        case ProviderFailed(provider=provider, capability=capability, message=message):
            part = _PARTS.get(capability, capability)
            nobody = provider == capability
            return Trouble(event.at, f"{part} failed" if nobody else f"{part} {provider} failed", message, bad=nobody)
        case ProviderSwitched(capability=capability, from_provider=before, to_provider=name, why=why, after=after):
            part = _PARTS.get(capability, capability)
            who = name if why == "recovered" else before
            return Trouble(event.at, f"{part} {before} → {name}", f"{who} {_WHY[why]}, {after:.2f} s")
        case ProviderHedged(capability=capability, provider=first, second=second, winner=winner, after=after):
            part = _PARTS.get(capability, capability)
            return Trouble(
                event.at, f"{part} {first} was late, {second} asked too", f"{winner} won after {after:.2f} s"
            )
        case LanguageSwitched(from_language=before, to_language=now, why=why):
            return Trouble(
                event.at, f"language {before} → {now}", f"by {'the recogniser' if why == 'recogniser' else 'words'}"
            )
        case _:
            return None
