"""Whether an expectation holds of a call, and if not: what there was instead."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch

from switchroom.events.catalogue import (
    CallEnded,
    Event,
    ReplyPaused,
    ReplyResumed,
    ReplyStarted,
    ToolFailed,
    ToolFinished,
    ToolStarted,
    TranscriptFinal,
    TurnEnded,
)
from switchroom.events.catalogue import ReplyInterrupted as Cut
from switchroom.rehearsal import expectations as told
from switchroom.rehearsal.comparing import as_text, contains, differing, nearest
from switchroom.rehearsal.record import Record

NOTHING = "nothing"

Rows = Sequence[Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is judged. ``value`` is a variable of the agent's, None if it has no such; ``rows`` are those of a table."""

    record: Record
    since: float
    value: Callable[[str], object]
    rows: Callable[[str], Awaitable[Rows]]
    asked: Callable[[str], Awaitable[tuple[bool, str]]]


@dataclass(frozen=True, slots=True)
class Finding:
    """How an expectation fared: what was expected, and what there was."""

    holds: bool
    expected: str
    actual: str = ""


@singledispatch
def found(expectation: object, evidence: Evidence) -> Finding:  # noqa: ARG001 - those of its cases
    """Return whether an expectation that needs nobody to be asked holds."""
    raise TypeError(f"nobody can judge a {type(expectation).__name__}")


async def judge(expectation: told.Expectation, evidence: Evidence) -> Finding:
    """Return whether it holds."""
    match expectation:
        case told.RowsStand():
            return _rows(expectation, await evidence.rows(expectation.rows))
        case told.JudgedTo(question):
            agrees, why = await evidence.asked(question)
            return Finding(agrees, f"the judge says yes to: {question}", f"it says no: {why}")
        case _:
            return found(expectation, evidence)


# What was said and heard.


@found.register
def _(it: told.Said, evidence: Evidence) -> Finding:
    said = _said(evidence)
    return Finding(any(contains(text, it.said) for text in said), f"said: {it.said}", _near(it.said, said))


@found.register
def _(it: told.NotSaid, evidence: Evidence) -> Finding:
    such = [text for text in _said(evidence) if contains(text, it.not_said)]
    return Finding(not such, f"not said: {it.not_said}", f"said: {' | '.join(such)}")


@found.register
def _(it: told.ReachedEar, evidence: Evidence) -> Finding:
    heard = _heard(evidence)
    return Finding(any(contains(text, it.heard) for text in heard), f"heard: {it.heard}", _near(it.heard, heard))


@found.register
def _(it: told.NotReachedEar, evidence: Evidence) -> Finding:
    such = [text for text in _heard(evidence) if contains(text, it.not_heard)]
    return Finding(not such, f"not heard: {it.not_heard}", f"heard: {' | '.join(such)}")


@found.register
def _(it: told.Understood, evidence: Evidence) -> Finding:
    turns = [event.text for _, event in evidence.record.of(TurnEnded, evidence.since)]
    words = [event.text for _, event in evidence.record.of(TranscriptFinal, evidence.since)]
    understood = any(contains(text, it.understood) for text in (*turns, *words))
    return Finding(understood, f"understood: {it.understood}", _near(it.understood, turns))


def _said(evidence: Evidence) -> list[str]:
    return [
        f"{reply.heard} {reply.unheard}".strip() if isinstance(reply, Cut) else reply.heard
        for _, reply in evidence.record.replies(evidence.since)
    ]


def _heard(evidence: Evidence) -> list[str]:
    return [reply.heard for _, reply in evidence.record.replies(evidence.since)]


def _near(expected: str, texts: Sequence[str]) -> str:
    if not any(texts):
        return NOTHING
    near = nearest(expected, texts)
    return f"nearest: {near}" if near else " | ".join(filter(None, texts))


# What was done.


@found.register
def _(it: told.ToolCalled, evidence: Evidence) -> Finding:
    calls = [
        (event, _answer(evidence.record, event, at)) for at, event in evidence.record.of(ToolStarted, evidence.since)
    ]
    of_it = [(event, answer) for event, answer in calls if event.tool == it.tool]
    fitting = [
        event
        for event, (outcome, result) in of_it
        if not differing(event.arguments, it.arguments)
        and not differing(result, it.result)
        and it.outcome in (None, outcome)
    ]
    right = len(fitting) == it.times if it.times is not None else bool(fitting)
    wanted = f"{it.tool}({_listed(it.arguments)})" + (f" -> {it.outcome or ''} {_listed(it.result)}".rstrip(" ->"))
    times = "" if it.times is None else f" {it.times} times"
    actual = [
        f"{event.tool}({_listed(event.arguments)}) -> {answer[0]} {_listed(answer[1])}" for event, answer in calls
    ]
    return Finding(right, f"tool called{times}: {wanted}", "; ".join(actual) or "no tool was called")


def _answer(record: Record, started: ToolStarted, at: float) -> tuple[str, Mapping[str, object]]:
    """Return how a tool came back: ``ok`` or the code of its error, and its result."""
    for moment in record.moments:
        event = moment.event
        if moment.at < at or not isinstance(event, ToolFinished | ToolFailed) or event.tool != started.tool:
            continue
        return ("ok", event.result) if isinstance(event, ToolFinished) else (event.code, {})
    return "unfinished", {}


def _listed(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={as_text(value)}" for name, value in values.items())


@found.register
def _(it: told.Known, evidence: Evidence) -> Finding:
    actual = {name: evidence.value(name) for name in it.value}
    return Finding(not differing(actual, it.value), f"value: {_listed(it.value)}", _listed(actual))


def _rows(it: told.RowsStand, rows: Rows) -> Finding:
    fitting = [row for row in rows if not differing(row, it.where)]
    right = len(fitting) == it.count if it.count is not None else bool(fitting)
    count = "" if it.count is None else f"{it.count} of "
    columns = set(it.where)
    actual = "; ".join(
        _listed({name: row.get(name) for name in sorted(columns)} or {"id": row.get("id")}) for row in rows
    )
    return Finding(right, f"rows: {count}{it.rows}({_listed(it.where)})", actual or f"{it.rows} is empty")


@found.register
def _(it: told.Happened, evidence: Evidence) -> Finding:
    events = [m.event for m in evidence.record.moments if m.at >= evidence.since and m.event.topic == it.event]
    fitting = [event for event in events if not differing(_fields(event), it.fields)]
    right = len(fitting) == it.times if it.times is not None else bool(fitting)
    times = "" if it.times is None else f" {it.times} times"
    actual = "; ".join(_listed({name: _fields(event).get(name) for name in it.fields}) or it.event for event in events)
    return Finding(right, f"event{times}: {it.event} {_listed(it.fields)}", actual or "no such event")


def _fields(event: Event) -> Mapping[str, object]:
    names = [name for kind in type(event).__mro__ for name in getattr(kind, "__slots__", ())]
    return {name: getattr(event, name) for name in names}


# How it went.


@found.register
def _(it: told.LatencyBelow, evidence: Evidence) -> Finding:
    late = {
        turn: seconds for turn, seconds in latencies(evidence.record, evidence.since).items() if seconds > it.latency
    }
    actual = ", ".join(f"turn {turn}: {seconds:.3f} s" for turn, seconds in late.items())
    return Finding(not late, f"latency below {it.latency:g} s", actual)


def latencies(record: Record, since: float) -> dict[int, float]:
    """Return how long each turn's reply was waited for: from the end of what the caller did to the first sound."""
    waited: dict[int, float] = {}
    for at, event in record.of(ReplyStarted, since):
        ends = [act.until for act in record.acts if act.speaks and act.until <= at]
        if event.answers == "turn" and ends:
            waited.setdefault(event.turn, at - ends[-1])
    return waited


@found.register
def _(it: told.Replies, evidence: Evidence) -> Finding:
    counts = _replies_of_turns(evidence)
    wrong = {turn: count for turn, count in counts.items() if count != it.replies}
    actual = ", ".join(f"turn {turn}: {count}" for turn, count in (wrong or counts).items())
    return Finding(not wrong and bool(counts), f"replies to each turn: {it.replies}", actual or "no turn")


def _replies_of_turns(evidence: Evidence) -> dict[int, int]:
    """Return the number of replies heard by turn; not of turns that the next one took up, or that nobody stayed to hear."""
    record = evidence.record
    turns = [event for _, event in record.of(TurnEnded, evidence.since)]
    left = any(event.reason == "caller_hangup" for _, event in record.of(CallEnded))
    counts: dict[int, int] = {}
    for index, turn in enumerate(turns):
        count = sum(reply.turn == turn.turn and reply.answers == "turn" for _, reply in record.replies(evidence.since))
        following = turns[index + 1].text if index + 1 < len(turns) else None
        gone = left if following is None else following.startswith(turn.text)
        if count or not gone:
            counts[turn.turn] = count
    return counts


@found.register
def _(it: told.Turns, evidence: Evidence) -> Finding:
    turns = [event.text for _, event in evidence.record.of(TurnEnded, evidence.since)]
    return Finding(len(turns) == it.turns, f"turns: {it.turns}", f"{len(turns)}: {' | '.join(turns)}")


@found.register
def _(it: told.Interrupted, evidence: Evidence) -> Finding:
    cut = [event for _, event in evidence.record.of(Cut, evidence.since)]
    actual = " | ".join(f"{event.heard} -/- {event.unheard}" for event in cut)
    wanted = "interrupted" if it.interrupted else "not interrupted"
    return Finding(bool(cut) == it.interrupted, wanted, f"interrupted: {actual}" if cut else "not interrupted")


@found.register
def _(it: told.WentOn, evidence: Evidence) -> Finding:
    paused = evidence.record.of(ReplyPaused, evidence.since)
    resumed = evidence.record.of(ReplyResumed, evidence.since)
    actual = f"paused {len(paused)} times, went on {len(resumed)} times"
    wanted = "paused and went on" if it.resumed else "did not pause and go on"
    return Finding(bool(resumed) == it.resumed, wanted, actual)


@found.register
def _(it: told.EndedBy, evidence: Evidence) -> Finding:
    reasons = [event.reason for _, event in evidence.record.of(CallEnded)]
    return Finding(reasons == [it.ended], f"ended: {it.ended}", ", ".join(reasons) or "not ended")


@found.register
def _(it: told.SilenceBelow, evidence: Evidence) -> Finding:
    long = [s for s in evidence.record.silences(evidence.since) if s.end - s.start > it.silence]
    actual = ", ".join(f"{s.end - s.start:.2f} s from {s.start:.2f} s on" for s in long)
    return Finding(not long, f"no silence longer than {it.silence:g} s", actual)
