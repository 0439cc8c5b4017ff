"""A day in the life of a restaurant, as events, rows and a recording: for tests of pages, and for looking at them."""

import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from switchroom.domains.restaurant.tables import Message, Reservation
from switchroom.events import catalogue as happened
from switchroom.events.catalogue import Event
from switchroom.identity import CallId, EventId, LegId
from switchroom.storage.scope import WHOLE_HOUSE
from tests.web.site import NOW, Site

RATE = 8000
TALK = (
    ("agent", "Thank you for calling Bella Vista. How can I help you?", 0.2, 3.1),
    ("caller", "I'd like a table for four on Friday at seven", 3.9, 6.8),
    ("agent", "A table for four on Friday at seven. What name is it for?", 7.3, 11.0),
    ("caller", "Anderson", 11.8, 12.6),
    ("agent", "Thank you. Your table is booked for Friday at seven.", 13.2, 16.4),
)


def call(site: Site, name: str, begin: float, *, ends: str = "caller_hangup", caller: str = "") -> list[Event]:
    """Return the events of a call about a table; ``ends`` empty: it still goes on."""
    sequence = 0

    def make(kind: type[Event], later: float, **fields: object) -> Event:
        nonlocal sequence
        sequence += 1
        shared = {"id": EventId(f"evt_{name}_{sequence}"), "tenant": site.account.tenant.id, "call": CallId(name)}
        return kind(**{**shared, "sequence": sequence, "at": begin + later, **fields})  # type: ignore[arg-type]

    events = [
        make(
            happened.CallStarted, 0, direction="inbound", source="browser" if not caller else "phone_gateway",
            agent=site.agent.id, caller=caller or "demo@example.com", caller_name="" if caller else "Demo", dialled="demo",
        ),
        make(happened.CallRinging, 0.02),
        make(happened.CallConnected, 0.2, after=0.2),
        make(happened.LegAdded, 0.2, leg=LegId(f"leg_{name}"), party=caller, encoding="PCMU" if caller else "L16"),
        make(happened.RecordingStarted, 0.2, path=f"{name}.wav", rate=RATE),
    ]  # fmt: skip
    for index, (who, text, start, end) in enumerate(TALK):
        turn, at = (index + 1) // 2, 0.2 + end
        if who == "caller":
            events.append(make(happened.TurnStarted, 0.2 + start, turn=turn))
            events.append(
                make(happened.TranscriptFinal, at, turn=turn, text=text, confidence=0.93, start=start, end=end)
            )
            events.append(make(happened.TurnEnded, at + 0.1, turn=turn, text=text, waited=0.31))
            continue
        if turn:
            events += [make(kind, 0.2 + start, turn=turn, **fields) for kind, fields in _heard(turn, text)]
        timings = {"decision": 0.31, "brain": 0.32 + 0.03 * turn, "sent": 0.42 + 0.09 * turn} if turn else {}
        if index == 2:
            part = {"heard": text[:36], "unheard": text[36:]}
            events.append(make(happened.ReplyInterrupted, at, turn=turn, start=start, end=end, timings=timings, **part))
        else:
            events.append(make(happened.ReplySpoken, at, turn=turn, heard=text, start=start, end=end, timings=timings))
    events.append(make(happened.ToolFinished, 13.0, turn=2, tool="book_table", result={"status": "booked"}, took=0.012))
    return [*events, *(make(kind, 17, **fields) for kind, fields in _ending(name, ends))]


def _heard(turn: int, text: str) -> list[tuple[type[Event], dict[str, object]]]:
    shares = {"endpointing": 0.21, "stt": 0.1, "llm": 0.03 * turn, "tool": 0.0, "tts": 0.1, "wire": 0.07}
    whole = round(sum(shares.values()), 3)
    timed = {"whole": whole, "stages": {"sent": whole}, "shares": shares, "guesses": turn, "adopted": turn == 1}
    return [(happened.ReplyStarted, {"text": text}), (happened.TurnTimed, {**timed, "wasted": 0})]


def _ending(name: str, ends: str) -> list[tuple[type[Event], dict[str, object]]]:
    if ends == "error":
        broken = {"code": "voice_lost", "message": "the voice did not come back", "duration": 17.0}
        return [(happened.CallFailed, broken)]
    if not ends:
        return []
    media = {"loss": 0.004, "jitter": 0.0062, "round_trip": 0.041, "mos": 4.31, "encrypted": 1.0}
    return [
        (happened.LegLeft, {"leg": LegId(f"leg_{name}"), "media": media}),
        (happened.CallEnded, {"reason": ends}),
        (happened.RecordingStored, {"path": f"{name}.wav", "duration": 17.0, "size": 44 + 17 * RATE * 4}),
        (happened.CallCompleted, {"reason": ends, "duration": 17.0}),
    ]


def record(folder: Path, name: str, seconds: float = 17.0) -> Path:
    """Write a recording in which each party is loud while it speaks."""
    time = np.arange(int(seconds * RATE)) / RATE
    lanes = np.zeros((len(time), 2))
    for who, _, start, end in TALK:
        inside = (time >= start) & (time < end)
        syllables = np.abs(np.sin(2 * np.pi * 2.3 * time)) ** 1.5 * (0.6 + 0.4 * np.sin(time * 1.7))
        lanes[inside, 0 if who == "caller" else 1] = (0.5 * syllables * np.sin(2 * np.pi * 190 * time))[inside]
    path = folder / f"{name}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((lanes * 32767).astype("<i2").tobytes())
    return path


async def busy_day(site: Site) -> None:
    """Fill journal, history, book and recordings."""
    await site.happened(
        *call(site, "call_1", NOW - 90000, caller="sip:+442079460958@trunk.example"),
        *call(site, "call_2", NOW - 7200, ends="error", caller="sip:+442079460123@trunk.example"),
        *call(site, "call_3", NOW - 600),
        *call(site, "call_4", NOW - 40, ends="", caller="sip:+442079460777@trunk.example"),
    )
    for name in ("call_1", "call_3"):
        record(site.services.settings.recordings, name)
    now = datetime.fromtimestamp(NOW, UTC)
    evening = now.replace(hour=19, minute=0, second=0, microsecond=0)
    async with site.services.database.transaction(WHOLE_HOUSE) as session:
        for index, (name, party, days, hours, status) in enumerate(
            [
                ("Anderson", 4, 1, 0.0, "booked"), ("Okafor", 2, 1, 0.5, "booked"), ("Lindqvist", 6, 1, 1.5, "cancelled"),
                ("Marchetti", 3, 0, 0.5, "booked"), ("Sato", 8, 5, 0.0, "booked"), ("Byrne", 2, -2, 1.0, "booked"),
            ]
        ):  # fmt: skip
            session.add(
                Reservation(
                    id=f"rsv_{index}", tenant_id=site.account.tenant.id, call_id="call_3" if index == 0 else "",
                    key=f"key_{index}", name=name, phone="sip:+442079460958@trunk.example" if index % 2 else "", party=party,
                    at=evening + timedelta(days=days, hours=hours), zone="Europe/London", status=status,
                    created_at=now, changed_at=now,
                )
            )  # fmt: skip
        session.add(
            Message(
                id="msg_1", tenant_id=site.account.tenant.id, call_id="call_1", key="m1", caller="sip:+442079460958@trunk.example",
                text="Could somebody call me back about a birthday party of fifteen in June, please?", created_at=now,
            )
        )  # fmt: skip
