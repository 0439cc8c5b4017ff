"""A migrated database, and the events of a short call."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from switchroom.events.catalogue import (
    CallCompleted,
    CallConnected,
    CallEnded,
    CallRinging,
    CallStarted,
    Event,
    RecordingStarted,
    RecordingStored,
    ReplyInterrupted,
    ReplySpoken,
    ToolFinished,
    TranscriptFinal,
    TranscriptPartial,
    TurnEnded,
    TurnStarted,
)
from switchroom.identity import AgentId, CallId, EventId, TenantId
from switchroom.storage.db import Database
from switchroom.storage.schema import upgrade
from tests.servers.databases import url_in

TENANT = TenantId("tnt_1")


@asynccontextmanager
async def migrated(folder: Path) -> AsyncIterator[Database]:
    database = Database(url_in(folder))
    try:
        await upgrade(database)
        yield database
    finally:
        await database.close()


class Story:
    """Makes the events of one call, numbered as the engine numbers them; each is one second after the other."""

    def __init__(
        self, call: str = "call_1", tenant: TenantId = TENANT, begin: float = 1000.0, engine: str = ""
    ) -> None:
        self._call = call
        self._engine = engine
        self._tenant = tenant
        self._begin = begin
        self._sequence = 0

    def stamp(self) -> dict[str, object]:
        self._sequence += 1
        return {
            "id": EventId(f"evt_{self._call}_{self._sequence}"),
            "tenant": self._tenant,
            "call": CallId(self._call),
            "sequence": self._sequence,
            "at": self._begin + self._sequence,
        }

    def opening(self) -> list[Event]:
        return [
            self._make(
                CallStarted,
                direction="inbound",
                source="phone_gateway",
                agent=AgentId("agt_1"),
                caller="+15550100",
                caller_name="Ann",
                dialled="demo",
                peer="127.0.0.1",
                engine=self._engine,
            ),
            self._make(CallRinging),
            self._make(CallConnected, after=0.2),
            self._make(RecordingStarted, path="a.wav", rate=16000),
        ]

    def talk(self) -> list[Event]:
        return [
            self._make(ReplySpoken, turn=0, heard="Hello.", start=0.1, end=0.9),
            self._make(TurnStarted, turn=1),
            self._make(TranscriptPartial, turn=1, text="a table"),
            self._make(TranscriptFinal, turn=1, text="a table for two", confidence=0.9, start=1.5, end=2.5),
            self._make(TurnEnded, turn=1, text="a table for two", waited=0.3),
            self._make(ToolFinished, turn=1, tool="book", result={"party": 2}, took=0.1),
            self._make(
                ReplyInterrupted,
                turn=1,
                heard="Certainly, at",
                unheard=" what time?",
                start=3.0,
                end=3.8,
                timings={"stt": 0.1, "total": 0.4},
            ),
        ]

    def ending(self) -> list[Event]:
        return [
            self._make(CallEnded, reason="caller_hangup"),
            self._make(RecordingStored, path="a.wav", duration=5.0, size=320044),
            self._make(CallCompleted, reason="caller_hangup", duration=5.0),
        ]

    def whole(self) -> list[Event]:
        return [*self.opening(), *self.talk(), *self.ending()]

    def _make(self, kind: type[Event], **fields: object) -> Event:
        return kind(**{**self.stamp(), **fields})  # type: ignore[arg-type]


def stored(events: list[Event]) -> list[Event]:
    """What of ``events`` belongs into the journal."""
    return [event for event in events if not event.ephemeral]
