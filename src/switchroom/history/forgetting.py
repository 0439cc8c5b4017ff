"""What remains of a call that is deleted: that there was one, when, and who deleted it.

The rows of history go. The journal is append-only and its numbers are others' cursors, so its rows stay, without anything a person
said, typed or is called: of every event only figures are kept, and those words that are ours and not theirs.
"""

from collections.abc import Callable, Collection
from typing import Final

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.history.model import CallRow, RecordingRow, TranscriptRow, TurnRow, VoicemailRow
from switchroom.identity import CallId
from switchroom.storage.journal import Data, JournalRow

_OURS: Final = frozenset(
    {
        "direction", "source", "agent", "reason", "code", "answers", "how", "encoding", "leg", "tool", "model", "provider",
        "capability", "flow", "why", "by", "purpose", "owner", "status", "meter", "unit", "used", "sha256",
    }
)  # fmt: skip
"""Fields whose text is a word of ours. What was ``used`` is among them: it may not have been charged yet."""

_WORDS: Final = frozenset({"text", "heard", "unheard", "arguments", "result", "note", "digit", "digits"})
"""Fields that hold what was said, typed, or asked of tools because of it."""


async def forget(session: AsyncSession, calls: Collection[str]) -> None:
    """Take these calls out of history."""
    if calls:
        for row in (TranscriptRow, TurnRow, RecordingRow, VoicemailRow):
            await session.execute(delete(row).where(row.call_id.in_(calls)))
        await session.execute(delete(CallRow).where(CallRow.id.in_(calls)))


async def silence(session: AsyncSession, calls: Collection[str]) -> None:
    """Take the recordings of these calls out of history."""
    if calls:
        await session.execute(delete(RecordingRow).where(RecordingRow.call_id.in_(calls)))
        await session.execute(update(VoicemailRow).where(VoicemailRow.call_id.in_(calls)).values(path=""))


async def unsay(session: AsyncSession, call: CallId) -> None:
    """Forget what was said in a call, and keep that it was."""
    await session.execute(delete(TranscriptRow).where(TranscriptRow.call_id == call))
    await session.execute(update(TurnRow).where(TurnRow.call_id == call).values(text="", heard=""))
    await session.execute(update(VoicemailRow).where(VoicemailRow.call_id == call).values(text=""))
    await redact(session, call, said)


async def redact(session: AsyncSession, call: CallId, without: Callable[[Data], Data]) -> None:
    """Rewrite the call's events in the journal ``without`` what is to be forgotten."""
    rows = await session.execute(select(JournalRow.number, JournalRow.data).where(JournalRow.call_id == call))
    for number, data in rows.all():
        plain = without(data)
        if plain != data:
            await session.execute(update(JournalRow).where(JournalRow.number == number).values(data=plain))


def said(data: Data) -> Data:
    """Return an event's fields without what was said."""
    return {name: _blank(value) if name in _WORDS else value for name, value in data.items()}


def personal(data: Data) -> Data:
    """Return an event's fields without words that are not ours; what is left can still be read as that event."""
    return {name: value if name in _OURS else _blank(value) for name, value in data.items()}


def _blank(value: object) -> object:
    match value:
        case str():
            return ""
        case dict():
            return {name: item for name, item in value.items() if isinstance(item, int | float)}
        case list():
            return []
        case _:
            return value


async def last_sequence(session: AsyncSession, call: CallId) -> int:
    """Return the number of the call's last event."""
    query = select(func.max(JournalRow.sequence)).where(JournalRow.call_id == call)
    return await session.scalar(query) or 0


async def forget_words(session: AsyncSession) -> None:
    """Let the index of words forget what was taken out of it: until it is merged, it holds the words and calls them deleted."""
    if session.get_bind().dialect.name == "sqlite":
        await session.execute(text("INSERT INTO transcripts_fts(transcripts_fts) VALUES ('optimize')"))
