"""What a call's events come to as spans."""

from functools import partial

from switchroom.events.catalogue import (
    CallCompleted,
    CallFailed,
    CallStarted,
    Event,
    ModelAnswered,
    ReplySpoken,
    ReplyStarted,
    ToolFinished,
    TurnEnded,
    TurnStarted,
    TurnTimed,
)
from switchroom.identity import AgentId, CallId, EventId, TenantId
from switchroom.tracing.spans import Span, Spans, trace_of

CALL = CallId("call_1")
STAGES = {"noticed": 0.1, "transcript": 0.2, "decision": 0.3, "token": 0.5, "brain": 0.6, "voice": 0.8, "sent": 0.85}
SHARES = {"endpointing": 0.2, "stt": 0.1, "llm": 0.3, "tool": 0.0, "tts": 0.2, "wire": 0.05}


def _story() -> list[Event]:
    count = iter(range(1, 100))

    def at(when: float) -> dict[str, object]:
        return {"id": EventId("e"), "tenant": TenantId("t"), "call": CALL, "sequence": next(count), "at": when}

    started = partial(CallStarted, direction="inbound", source="browser", agent=AgentId("a"), caller="Canary Brown")
    timed = partial(TurnTimed, turn=1, whole=0.85, stages=STAGES, shares=SHARES, guesses=0, adopted=False, wasted=0)
    spoken = partial(ReplySpoken, turn=1, heard="canary", start=3.85, end=5.0)
    return [
        started(**at(100.0)),  # type: ignore[arg-type]
        TurnStarted(**at(102.0), turn=1),  # type: ignore[arg-type]
        TurnEnded(**at(103.3), turn=1, text="canary", waited=0.3),  # type: ignore[arg-type]
        ToolFinished(**at(103.5), turn=1, tool="book", result={"name": "canary"}, took=0.15),  # type: ignore[arg-type]
        ModelAnswered(**at(103.6), turn=1, model="small", tokens_in=10, tokens_out=2),  # type: ignore[arg-type]
        ModelAnswered(**at(103.6), turn=1, model="small", tokens_in=20, tokens_out=3),  # type: ignore[arg-type]
        ReplyStarted(**at(103.85), turn=1, text="canary"),  # type: ignore[arg-type]
        timed(**at(103.85)),  # type: ignore[arg-type]
        spoken(**at(105.0)),  # type: ignore[arg-type]
        CallCompleted(**at(110.0), reason="caller_hangup", duration=9.0),  # type: ignore[arg-type]
    ]


def _spans(events: list[Event]) -> list[Span]:
    spans = Spans()
    return [span for event in events for span in spans.take(event)]


def test_a_call_becomes_one_tree_of_spans() -> None:
    spans = _spans(_story())
    ids = {span.id: span.name for span in spans}
    assert len(ids) == len(spans)
    assert {span.trace for span in spans} == {trace_of(CALL)}
    tree = [(ids.get(span.parent, ""), span.name) for span in spans]
    assert tree[-2:] == [("call", "turn"), ("", "call")]
    assert {child for parent, child in tree if parent == "turn"} >= {"stt", "llm", "tts", "tool book", "reply", "wire"}


def test_who_was_awaited_follows_one_another_without_a_gap_and_adds_up() -> None:
    waits = [span for span in _spans(_story()) if "switchroom.until" in span.attributes]
    assert [span.name for span in waits] == ["endpointing", "stt", "endpointing", "llm", "llm", "tts", "wire"]
    assert [round(span.begin - 103.0, 3) for span in waits] == [0.0, 0.1, 0.2, 0.3, 0.5, 0.6, 0.8]
    assert round(sum(span.end - span.begin for span in waits), 3) == 0.85


def test_a_turn_tells_which_model_and_how_many_tokens() -> None:
    [turn] = [span for span in _spans(_story()) if span.name == "turn"]
    assert turn.attributes["gen_ai.request.model"] == "small"
    assert (turn.attributes["gen_ai.usage.input_tokens"], turn.attributes["gen_ai.usage.output_tokens"]) == (30, 5)
    assert (turn.begin, turn.end) == (102.0, 105.0)


def test_nothing_that_anybody_said_is_in_a_span() -> None:
    assert "canary" not in repr(_spans(_story())).lower()


def test_a_call_that_failed_says_so() -> None:
    *story, _ = _story()
    failed = CallFailed(
        id=EventId("e"),
        tenant=TenantId("t"),
        call=CALL,
        sequence=99,
        at=110.0,
        code="bug",
        message="canary",
        duration=1.0,
    )
    *_, call = _spans([*story, failed])
    assert (call.name, call.error, call.attributes["switchroom.reason"]) == ("call", "bug", "error")


def test_a_call_whose_beginning_nobody_saw_is_left_out() -> None:
    assert _spans(_story()[1:]) == []
