"""From what both sides noted to figures: what each line of the dialogue came to on the wire, and what it cost."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan, nan
from typing import Any

from bench import dialogue
from bench.dialogue import Line
from bench.figures import Figure, gathered, known, mean, share
from switchroom.flow.speech import Chunker

_SOON = 3.5  # seconds after a turn in which its reply must have begun
_IDEAL = dialogue.ENDPOINTING + dialogue.MODEL + dialogue.VOICE
_WARM_UP = 1.0


@dataclass(frozen=True, slots=True)
class Recorded:
    """What ``subject`` and ``callers`` printed, the engine's memory before the calls, and by how much it had grown amid them.

    ``model`` is how long the model took until its first word.
    """

    noticed: Mapping[str, Any]
    heard: Mapping[str, Any]
    memory: tuple[float, float]
    seconds: float
    model: float = dialogue.MODEL


class Ear:
    """What one caller heard: when sound began and ceased."""

    def __init__(self, sounds: Sequence[tuple[float, bool]]) -> None:
        self._times = [at for at, _ in sounds]
        self._states = [bool(sounding) for _, sounding in sounds]

    def sounding(self, at: float) -> bool:
        """Whether there was sound."""
        place = bisect_right(self._times, at) - 1
        return place >= 0 and self._states[place]

    def next(self, at: float, sounding: bool) -> float:
        """Return when it next began to be (or already was) so; not a number if never."""
        if self.sounding(at) is sounding:
            return at
        place = bisect_left(self._times, at)
        return next((self._times[i] for i in range(place, len(self._times)) if self._states[i] is sounding), nan)


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of one call, with what followed. Times are those of the wall clock; ``told`` are the call's events."""

    line: Line
    start: float
    end: float
    ear: Ear
    told: Sequence[Mapping[str, Any]]
    ideal: float = _IDEAL

    def events(self, kind: str, start: float, end: float) -> list[Mapping[str, Any]]:
        """Return the events of a kind in a time."""
        return [event for event in self.told if event["kind"] == kind and start <= event["at"] <= end]

    @property
    def added(self) -> float:
        """Milliseconds of a reply's wait that nobody asked for; not a number if it never came."""
        quiet = self.ear.next(self.end, sounding=False)
        began = self.ear.next(quiet, sounding=True)
        return (began - self.end - self.ideal) * 1e3 if began - self.end < _SOON else nan

    @property
    def writing(self) -> float:
        """Milliseconds that the model wrote on, after its first word, before there was enough to be spoken."""
        chunker = Chunker()
        words = dialogue.reply_to(self.line.text).split()
        places = (place for place, word in enumerate(words) if chunker.feed(f" {word}"))
        return next(places, len(words) - 1) * dialogue.PER_WORD * 1e3

    @property
    def paused(self) -> float:
        """Milliseconds from the onset over the agent's speech until nothing was heard of it."""
        return (self.ear.next(self.start, sounding=False) - self.start) * 1e3

    @property
    def gap(self) -> float:
        """Milliseconds of silence that a sound over the agent's speech caused."""
        silent = self.ear.next(self.start, sounding=False)
        return (self.ear.next(silent, sounding=True) - silent) * 1e3 if silent < self.end + 1.0 else 0.0

    @property
    def cut_off(self) -> float:
        """Milliseconds from the onset until the agent's reply was given up; not a number if it was not."""
        ends = self.events("ReplyInterrupted", self.start, self.end + 2.0)
        return (ends[0]["at"] - self.start) * 1e3 if ends else nan


def reckon(recorded: Recorded) -> dict[str, Figure]:
    """Return all figures of a run."""
    happened = list(_happened(recorded))
    return gathered(
        [*_cost(recorded), *_replies(happened), *_guessed(recorded), *_floor(happened), *_whole(recorded, happened)]
    )


def _happened(recorded: Recorded) -> Iterator[Happened]:
    told = _by_caller(recorded.noticed["told"])
    tracks = {voice: dialogue.make(voice).cut(recorded.seconds) for voice in dialogue.VOICES}
    for caller in recorded.heard["callers"]:
        ear, began = Ear(caller["sounds"]), caller["began"]
        for line in tracks[caller["voice"]].lines:
            if began:
                events = told.get(caller["number"], [])
                ideal = _IDEAL - dialogue.MODEL + recorded.model
                yield Happened(line, began + line.start, began + line.end, ear, events, ideal)


def _by_caller(told: Sequence[Mapping[str, Any]]) -> dict[int, list[Mapping[str, Any]]]:
    numbers: dict[str, int] = {}
    for event in told:
        if event["kind"] == "CallStarted":
            numbers[event["call"]] = int(event["caller"].partition("bench-")[2].partition("@")[0])
    found: dict[int, list[Mapping[str, Any]]] = {}
    for event in told:
        found.setdefault(numbers[event["call"]], []).append(event)
    return found


def _cost(recorded: Recorded) -> Iterator[tuple[str, float, str]]:
    """What it took while all calls were up."""
    callers = [caller for caller in recorded.heard["callers"] if caller["began"]]
    start = max((caller["began"] for caller in callers), default=0.0) + _WARM_UP
    end = min((caller["ended"] for caller in callers), default=0.0)
    usage = [entry for entry in recorded.noticed["usage"] if start <= entry[0] <= end]
    ticks = [tick for tick in recorded.noticed["ticks"] if start <= tick[0] <= end]
    if len(usage) < 2 or not ticks:
        return
    first, last = usage[0], usage[-1]
    call_seconds = len(callers) * (last[0] - first[0])
    yield "cpu_per_call_second", (last[1] - first[1]) * 1e3 / call_seconds, "ms"
    yield "cpu_of_voice_network", (last[2] - first[2]) * 1e3 / call_seconds, "ms per call-second"
    yield "cpu_per_call_minute", (last[1] - first[1]) * 60 / call_seconds, "s"
    yield "core_use", (last[1] - first[1]) / (last[0] - first[0]), "cores"
    for name, column in (("tick_late", 1), ("tick_work", 2)):
        values = [tick[column] * 1e3 for tick in ticks]
        for label, part in (("p50", 0.5), ("p99", 0.99), ("longest", 1.0)):
            yield f"{name}_{label}", share(values, part), "ms"


def _replies(happened: Sequence[Happened]) -> Iterator[tuple[str, float, str]]:
    turns = [one for one in happened if one.line.answered]
    came = known(one.added for one in turns)
    ours = known(one.added - one.writing for one in turns)
    yield "reply_added_p50", share(came, 0.5), "ms"
    yield "reply_added_p95", share(came, 0.95), "ms"
    yield "reply_added_p99", share(came, 0.99), "ms"
    yield "reply_added_less_writing_p50", share(ours, 0.5), "ms"
    yield "reply_added_less_writing_p95", share(ours, 0.95), "ms"
    yield "replies_expected", len(turns), "replies"
    yield "replies_missing", len(turns) - len(came), "replies"
    yield from _stages(turns)


def _stages(turns: Sequence[Happened]) -> Iterator[tuple[str, float, str]]:
    """Where the added time went, in medians."""
    stages: dict[str, list[float]] = {"hearing": [], "decision": [], "text": [], "voice": [], "wire": []}
    for one in turns:
        ended = [
            event for kind in ("ReplySpoken", "ReplyInterrupted") for event in one.events(kind, one.end, one.end + 12)
        ]
        for event in ended[:1]:
            took = event["timings"]
            if {"decision", "brain", "voice", "sent"} <= took.keys() and not isnan(one.added):
                stages["hearing"].append(one.added / 1e3 + one.ideal - took["sent"])
                stages["decision"].append(took["decision"] - dialogue.ENDPOINTING)
                stages["text"].append(took["brain"] - took["decision"] - dialogue.MODEL)
                stages["voice"].append(took["voice"] - took["brain"] - dialogue.VOICE)
                stages["wire"].append(took["sent"] - took["voice"])
    for stage, values in stages.items():
        yield f"added_by_{stage}_p50", share(values, 0.5) * 1e3, "ms"
        yield f"added_by_{stage}_p95", share(values, 0.95) * 1e3, "ms"


def _guessed(recorded: Recorded) -> Iterator[tuple[str, float, str]]:
    """What thinking ahead was good for."""
    timed = [event for event in recorded.noticed["told"] if event["kind"] == "TurnTimed"]
    adopted = [event["stages"] for event in timed if event["adopted"]]
    in_time = [stages for stages in adopted if stages["voice"] <= stages["decision"]]
    yield "replies_guessed", len(adopted), f"of {len(timed)}"
    yield "guesses_dropped", sum(event["kind"] == "SpeculationDropped" for event in recorded.noticed["told"]), "guesses"
    yield "guessed_in_time", len(in_time), "replies"
    waits = [(stages["sent"] - stages["decision"]) * 1e3 for stages in in_time]
    yield "guessed_after_decision_p50", share(waits, 0.5), "ms"
    yield "guessed_after_decision_p95", share(waits, 0.95), "ms"


def _floor(happened: Sequence[Happened]) -> Iterator[tuple[str, float, str]]:
    """Who got the floor."""
    barged = [one for one in happened if one.line.kind == "barge_in"]
    for name, values in (("pause", [one.paused for one in barged]), ("decision", [one.cut_off for one in barged])):
        yield f"barge_in_{name}_p50", share(known(values), 0.5), "ms"
        yield f"barge_in_{name}_p95", share(known(values), 0.95), "ms"
    missed = sum(not one.cut_off < 2000 for one in barged)
    yield "barge_ins_missed", missed, f"of {len(barged)}"
    for kind in ("nod", "cough"):
        noises = [one for one in happened if one.line.kind == kind]
        yield f"{kind}_gap_p50", share([one.gap for one in noises], 0.5), "ms"
        yield f"{kind}_gap_p95", share([one.gap for one in noises], 0.95), "ms"
    noises = [one for one in happened if one.line.kind in {"nod", "cough"}]
    yield "false_interruptions", len(known(one.cut_off for one in noises)), f"of {len(noises)}"


def _whole(recorded: Recorded, happened: Sequence[Happened]) -> Iterator[tuple[str, float, str]]:
    """What concerns calls as a whole, the machine and the load."""
    callers = recorded.heard["callers"]
    greeted = [(c["sounds"][0][0] - c["invited"]) * 1e3 for c in callers if c["sounds"]]
    yield "invite_to_greeting_p50", share(greeted, 0.5), "ms"
    yield "invite_to_greeting_p95", share(greeted, 0.95), "ms"
    yield "calls_failed", sum(not c["sounds"] for c in callers), "calls"
    last = [one for one in happened if one.line.kind == "last"]
    yield "last_words_lost", sum(not _has_last_words(one) for one in last), "calls"
    yield "events_lost", sum(recorded.noticed["lost"].values()), "events"
    base, grown = recorded.memory
    yield "memory_base", base, "MiB PSS"
    yield "memory_per_call", grown / max(len(callers), 1), "MiB"
    gaps = [caller["longest_gap"] * 1e3 for caller in callers]
    yield "longest_gap_heard_p95", share(gaps, 0.95), "ms"
    yield "load_late_p95", share([caller["late"] * 1e3 for caller in callers], 0.95), "ms"
    yield "calibration", mean(recorded.noticed["calibrations"]), "ms CPU"


def _has_last_words(one: Happened) -> bool:
    word = one.line.text.split()[-1]
    return any(word in event["text"] for event in one.told if event["kind"] == "TranscriptFinal")
