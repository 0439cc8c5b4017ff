from switchroom.events.catalogue import ReplySpoken, TransferFailed, TransferRequested, TurnTimed
from switchroom.history.fold import Changes
from tests.storage.stories import Story


def test_a_call_becomes_one_row_however_many_events_it_had() -> None:
    changes = Changes().fold(Story().whole())
    assert list(changes.calls) == [("call_1",)]
    row = changes.calls[("call_1",)]
    assert (row["state"], row["reason"], row["duration"], row["caller"]) == ("ended", "caller_hangup", 5.0, "+15550100")
    assert (row["started"], row["connected"], row["ended"], row["closed"]) == (1001.0, 1003.0, 1012.0, 1014.0)


def test_the_state_is_what_happened_last() -> None:
    opening = Story().opening()
    states = [Changes().fold(opening[: n + 1]).calls[("call_1",)]["state"] for n in range(3)]
    assert states == ["offered", "ringing", "talking"]


def test_a_call_that_is_handed_over_shows_it_until_nobody_takes_it() -> None:
    story = Story()
    opening = story.opening()
    requested = story._make(TransferRequested, target="sip:anna@192.0.2.10")
    failed = story._make(TransferFailed, reason="busy")
    assert Changes().fold([*opening, requested]).calls[("call_1",)]["state"] == "transferring"
    assert Changes().fold([*opening, requested, failed]).calls[("call_1",)]["state"] == "talking"


def test_the_transcript_holds_what_was_heard_and_not_what_was_meant() -> None:
    lines = list(Changes().fold(Story().whole()).transcripts.values())
    assert [(line["who"], line["text"], line["interrupted"]) for line in lines] == [
        ("agent", "Hello.", False),
        ("caller", "a table for two", False),
        ("agent", "Certainly, at", True),
    ]


def test_a_turn_holds_both_sides_and_the_timings() -> None:
    turns = Changes().fold(Story().whole()).turns
    assert turns[("call_1", 1)] == {
        "tenant_id": "tnt_1",
        "turn": 1,
        "started": 1006.0,
        "committed": 1009.0,
        "text": "a table for two",
        "waited": 0.3,
        "heard": "Certainly, at",
        "interrupted": True,
        "timings": {"stt": 0.1, "total": 0.4},
    }


def test_a_reminder_leaves_the_timings_of_the_turn_before_it_alone() -> None:
    story = Story()
    told = [*story.whole(), story._make(ReplySpoken, turn=1, answers="silence", heard="Hello?", start=9.0, end=9.5)]
    assert Changes().fold(told).turns[("call_1", 1)]["timings"] == {"stt": 0.1, "total": 0.4}
    assert "Hello?" in [line["text"] for line in Changes().fold(told).transcripts.values()]


def test_a_turn_is_known_by_its_wait_as_soon_as_its_reply_is_heard() -> None:
    story = Story()
    shares = {"endpointing": 0.3, "llm": 0.5}
    timed = story._make(
        TurnTimed,
        turn=1,
        whole=0.8,
        stages={"decision": 0.3, "sent": 0.8},
        shares=shares,
        guesses=2,
        adopted=True,
        wasted=9,
    )
    row = Changes().fold([timed]).turns[("call_1", 1)]
    assert (row["latency"], row["shares"], row["guesses"], row["adopted"], row["wasted"]) == (0.8, shares, 2, True, 9)


def test_folding_twice_changes_nothing() -> None:
    events = Story().whole()
    assert Changes().fold(events).fold(events) == Changes().fold(events)
