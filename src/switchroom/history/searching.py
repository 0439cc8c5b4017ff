"""Which calls are wanted, as a query.

A call has the words that are looked for if each of them was said in it, by whomever: the index of words is asked for every word,
and what it finds counts for the tenant's own lines alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, column, false, func, or_, select, text

from switchroom.history.model import CallRow, TranscriptRow
from switchroom.identity import AgentId, TenantId

MOST_WORDS = 10
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which calls to list; None does not care. ``number`` is of either side, and with a ``*`` behind it how one begins.

    ``since`` and ``until`` are when the call began, in seconds since the epoch; ``words`` were said in it.
    """

    live: bool | None = None
    failed: bool | None = None
    agent: AgentId | None = None
    source: str | None = None
    caller: str | None = None
    state: str | None = None
    direction: str | None = None
    number: str | None = None
    outcome: str | None = None
    since: float | None = None
    until: float | None = None
    min_duration: float | None = None
    words: str | None = None


EVERYTHING = Wanted()


def matching(tenant: TenantId, wanted: Wanted, *, sqlite: bool) -> Select[CallRow]:
    """Return the query for a tenant's calls."""
    query = select(CallRow).where(CallRow.tenant_id == tenant, CallRow.deleting.is_(None))
    return query.where(*_plain(wanted), *_ranges(wanted), *_words(tenant, wanted.words or "", sqlite=sqlite))


def _plain(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.live is not None:
        yield (CallRow.state != "ended") if wanted.live else (CallRow.state == "ended")
    if wanted.failed is not None:
        yield (CallRow.error != "") if wanted.failed else (CallRow.error == "")
    for column_, value in (
        (CallRow.agent_id, wanted.agent),
        (CallRow.source, wanted.source),
        (CallRow.caller, wanted.caller),
        (CallRow.state, wanted.state),
        (CallRow.direction, wanted.direction),
        (CallRow.reason, wanted.outcome),
    ):
        if value is not None:
            yield column_ == value
    if wanted.number is not None:
        yield _number(wanted.number)


def _number(wanted: str) -> ColumnElement[bool]:
    """Return whether either side has the number, bare or in a SIP address."""
    number, prefix = wanted.removesuffix("*"), wanted.endswith("*")
    sides = (CallRow.caller, CallRow.dialled)
    if prefix:
        begins = [side.startswith(f"{scheme}{number}", autoescape=True) for side in sides for scheme in ("", "sip:")]
        return or_(*begins)
    exact = [side == number for side in sides]
    return or_(*exact, *(side.startswith(f"sip:{number}@", autoescape=True) for side in sides))


def _ranges(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.since is not None:
        yield CallRow.started >= wanted.since
    if wanted.until is not None:
        yield CallRow.started < wanted.until
    if wanted.min_duration is not None:
        yield and_(CallRow.duration.is_not(None), CallRow.duration >= wanted.min_duration)


def _words(tenant: TenantId, said: str, *, sqlite: bool) -> Iterator[ColumnElement[bool]]:
    words = _WORD.findall(said)
    if said.strip() and not words:  # nobody says a punctuation mark
        yield false()
    for index, word in enumerate(words[:MOST_WORDS]):
        lines = select(TranscriptRow.call_id).where(TranscriptRow.tenant_id == tenant)
        if sqlite:
            found = text(f"SELECT rowid AS number FROM transcripts_fts WHERE transcripts_fts MATCH :word{index}")  # noqa: S608
            asked = found.bindparams(bindparam(f"word{index}", f'"{word}"')).columns(column("number", Integer))
            lines = lines.where(TranscriptRow.number.in_(select(asked.subquery().c.number)))
        else:
            said_words = func.to_tsvector(text("'simple'"), TranscriptRow.text)
            lines = lines.where(said_words.op("@@")(func.plainto_tsquery(text("'simple'"), word)))
        yield CallRow.id.in_(lines)
