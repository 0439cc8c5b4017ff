"""What events mean for the rows of history.

An event sets columns of at most two rows, by key, to values that it carries itself; of several that set the same
column the last one wins. So folding an event twice changes nothing, and a batch of hundreds becomes one row per thing
that changed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from switchroom.events.catalogue import (
    CallCompleted,
    CallConnected,
    CallDeleted,
    CallEnded,
    CallFailed,
    CallHeld,
    CallResumed,
    CallRinging,
    CallStarted,
    Event,
    RecordingDeleted,
    RecordingFailed,
    RecordingStarted,
    RecordingStored,
    ReplyInterrupted,
    ReplySpoken,
    ReplyStarted,
    TranscriptFinal,
    TransferFailed,
    TransferRequested,
    TurnEnded,
    TurnStarted,
    TurnTimed,
    VoicemailTaken,
)

Rows = dict[tuple[object, ...], dict[str, object]]
"""Columns to set, by the row's key."""


@dataclass(slots=True)
class Changes:
    """What a batch of events sets, by table."""

    calls: Rows = field(default_factory=dict)
    transcripts: Rows = field(default_factory=dict)
    turns: Rows = field(default_factory=dict)
    recordings: Rows = field(default_factory=dict)
    voicemails: Rows = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    """Calls that are to be gone, whatever else is set of them: nothing follows a deletion."""
    silenced: set[str] = field(default_factory=set)
    """Calls whose sound is to be gone."""

    def fold(self, events: Iterable[Event]) -> "Changes":
        """Take more events, in order."""
        for event in events:
            self._lose(event)
            if (columns := _call(event)) is not None:
                _set(self.calls, event, (event.call,), columns)
            elif (columns := _recording(event)) is not None:
                _set(self.recordings, event, (event.call, columns["path"]), columns)
            elif (columns := _turn(event)) is not None:
                _set(self.turns, event, (event.call, columns["turn"]), columns)
            if isinstance(event, VoicemailTaken):
                _set(self.voicemails, event, (event.id,), _voicemail(event))
            if (columns := _line(event)) is not None:
                _set(self.transcripts, event, (event.call, event.sequence), columns)
        return self

    def _lose(self, event: Event) -> None:
        if isinstance(event, CallDeleted):
            self.deleted.add(event.call)
        elif isinstance(event, RecordingDeleted):
            self.silenced.add(event.call)


def _set(rows: Rows, event: Event, key: tuple[object, ...], columns: Mapping[str, object]) -> None:
    row = rows.get(key)
    if row is None:
        row = rows[key] = {"tenant_id": event.tenant}
    row.update(columns)


def _call(event: Event) -> dict[str, object] | None:
    match event:
        case CallStarted():
            return _started(event)
        case CallRinging():
            return {"state": "ringing"}
        case CallConnected():
            return {"state": "talking", "connected": event.at}
        case CallHeld():
            return {"state": "held"}
        case CallResumed() | TransferFailed():
            return {"state": "talking"}
        case TransferRequested():
            return {"state": "transferring"}
        case _:
            return _end(event)


def _started(event: CallStarted) -> dict[str, object]:
    return {
        "state": "dialing" if event.direction == "outbound" else "offered",
        "started": event.at,
        "agent_id": event.agent,
        "direction": event.direction,
        "source": event.source,
        "caller": event.caller,
        "caller_name": event.caller_name,
        "dialled": event.dialled,
        "peer": event.peer,
        "flow": event.flow,
        "flow_version": event.flow_version,
        "agent_version": event.agent_version,
        "metadata": dict(event.metadata),
        "engine": event.engine,
    }


def _end(event: Event) -> dict[str, object] | None:
    match event:
        case CallEnded():
            return {"state": "ended", "ended": event.at, "reason": event.reason}
        case CallCompleted():
            return {"state": "ended", "closed": event.at, "reason": event.reason, "duration": event.duration}
        case CallFailed():
            return {
                "state": "ended",
                "closed": event.at,
                "reason": "error",
                "error": event.code,
                "message": event.message,
                "duration": event.duration,
            }
        case _:
            return None


def _recording(event: Event) -> dict[str, object] | None:
    match event:
        case RecordingStarted():
            return {"path": event.path, "state": "started", "rate": event.rate}
        case RecordingStored():
            return {
                "path": event.path,
                "state": "stored",
                "duration": event.duration,
                "size": event.size,
                "sha256": event.sha256,
            }
        case RecordingFailed():
            return {"path": event.path, "state": "failed", "message": event.message}
        case _:
            return None


def _voicemail(event: VoicemailTaken) -> dict[str, object]:
    return {
        "call_id": event.call,
        "at": event.at,
        "path": event.path,
        "duration": event.duration,
        "text": event.text,
        "why": event.why,
    }


def _turn(event: Event) -> dict[str, object] | None:
    match event:
        case TurnStarted():
            return {"turn": event.turn, "started": event.at}
        case TurnEnded():
            return {"turn": event.turn, "committed": event.at, "text": event.text, "waited": event.waited}
        case ReplyStarted(answers="turn" | "opening"):
            return {"turn": event.turn, "replied": event.at}
        case ReplySpoken(answers="turn" | "opening") | ReplyInterrupted(answers="turn" | "opening"):
            return {
                "turn": event.turn,
                "heard": event.heard,
                "interrupted": isinstance(event, ReplyInterrupted),
                "timings": dict(event.timings),
            }
        case TurnTimed():
            return {
                "turn": event.turn,
                "timings": dict(event.stages),
                "latency": event.whole,
                "shares": dict(event.shares),
                "guesses": event.guesses,
                "adopted": event.adopted,
                "wasted": event.wasted,
            }
        case _:
            return None


def _line(event: Event) -> dict[str, object] | None:
    match event:
        case TranscriptFinal(text=text) if text:
            return _said(event, "caller", text, confidence=event.confidence)
        case ReplySpoken(heard=heard) if heard:
            return _said(event, "agent", heard)
        case ReplyInterrupted(heard=heard) if heard:
            return _said(event, "agent", heard, interrupted=True)
        case _:
            return None


def _said(
    event: TranscriptFinal | ReplySpoken | ReplyInterrupted,
    who: str,
    text: str,
    *,
    interrupted: bool = False,
    confidence: float | None = None,
) -> dict[str, object]:
    return {
        "turn": event.turn,
        "who": who,
        "text": text,
        "start": event.start,
        "end": event.end,
        "interrupted": interrupted,
        "confidence": confidence,
    }
