"""What callers may say at each point of a flow, for the recogniser.

The examples that understanding compares with and the forms that the slot readers read are written out as sentences: a recogniser
that learned them hears what the flow can use. What is asked now is repeated, so that it weighs more than what may be said at any
time. Everything is deterministic: equal flows have equal hints with equal ids.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import time, timedelta
from itertools import cycle, islice
from typing import assert_never

from switchroom.flow.days import MONTHS, WEEKDAYS
from switchroom.flow.graph import Agent, Ask, Classify, Flow, Voicemail
from switchroom.flow.names import COMMON_NAMES, FIRST_NAMES, SURNAMES
from switchroom.flow.picking import phrases
from switchroom.flow.slots import Kind, Slot
from switchroom.flow.templates import variables
from switchroom.flow.times import ways_to_say
from switchroom.flow.words import cardinal, ordinal, plain
from switchroom.ports import Hints

MOST = 4000
"""Sentences per point, at most."""

ASKED = 1.5
"""Sentences that answer the question, for each that says something else."""

ALONE = 3
"""How often a value stands alone, for each of the forms it is dressed in."""

TOGETHER = 160
"""Sentences with several slots at once."""

_FRAMES: dict[Kind, tuple[str, ...]] = {
    "party": ("{}", "for {}", "{} people", "a table for {}", "we are {}", "there will be {} of us", "no for {}",
              "no {} people", "make it {} people", "for {} people please", "a party of {}", "{} guests", "just {}",
              "actually {} people"),
    "day": ("{}", "on {}", "{} please", "no on {}", "for {}", "make it {}", "this {}", "next {}", "can we do {}", "how about {}"),
    "time": ("{}", "at {}", "{} please", "make it {}", "no at {}", "around {}", "at about {}", "{} in the evening", "{} p m",
             "{} tonight", "how about {}", "could we do {}", "can we come at {}"),
    "name": ("{}", "the name is {}", "my name is {}", "it's {}", "under {}", "{} please", "this is {}", "i'm {}"),
    "yes_no": ("{}", "{} please"),
    "phone": ("{}", "my number is {}", "it's {}"),
    "text": ("{}", "{} please"),
    "number": ("{}", "it's {}", "{} please", "about {}", "make it {}"),
    "digits": ("{}", "it's {}", "the number is {}"),
    "email": ("{}", "it's {}", "my e mail is {}", "the address is {}"),
    "choice": ("{}", "{} please", "the {}", "i'd like {}", "make it {}"),
}  # fmt: skip
_MARKS = {
    "party": ("for {}", "for {} people"),
    "day": ("on {}",),
    "time": ("at {}",),
    "name": ("under {}", "the name is {}"),
}
_LEADS = {"to", "from", "by", "until", "on", "at", "is", "for", "under"}
_UNLED = ("today", "tonight", "tomorrow", "tomorrow evening", "this evening", "the day after tomorrow", "in two weeks")
_YES_NO = (
    "yes", "yes please", "yeah", "yep", "sure", "correct", "that's right", "yes that's right", "yes that's correct", "exactly",
    "of course", "okay", "ok", "fine", "that's fine", "perfect", "sounds good", "go ahead", "please do", "that works",
    "no", "nope", "no thanks", "no thank you", "not quite", "that's wrong", "that's not right",
    "no that's wrong", "no that's not right",
    "yes it is", "no it isn't", "absolutely", "definitely", "great", "right",
)  # fmt: skip
_MESSAGES = (
    "please call me back", "could you call me back please", "could somebody call me back", "i left my coat there",
    "i would like to talk about a private party", "it's about a birthday party", "i lost something at your restaurant",
    "it's about my bill", "please ask the manager to call me", "i have a question about allergies", "we will be late",
    "it's about my reservation", "tell them i called",
)  # fmt: skip


class Phrases:
    """The hints of one flow."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._values = {name: tuple(_spoken_values(slot)) for name, slot in flow.slots.items()}

    def at(self, node: Ask | Classify | Agent | Voicemail) -> Hints:
        """Return what may be heard while ``node`` asks."""
        flow = self._flow
        match node:
            case Ask():
                asked = [*self._slot(node.slot), *map(plain, node.hints)]
                beside = [sentence for name in node.also for sentence in self._beside(name)]
                beside += self._together((node.slot, *node.also))
            case Classify():
                asked = [sentence for intent in node.routes for sentence in self._intent(intent, 12)]
                beside = [sentence for name in node.slots for sentence in self._beside(name)]
                beside += self._together(node.slots)
            case Agent():
                asked = [*map(plain, node.hints), *_YES_NO]
                beside = [sentence for name in flow.slots for sentence in self._beside(name)]
                beside += [sentence for intent in flow.intents for sentence in self._intent(intent, 2)]
            case Voicemail():
                asked = list(_MESSAGES)
                beside = [sentence for name in flow.slots for sentence in self._beside(name)]
            case _:
                assert_never(node)
        intents = {**flow.everywhere, **(node.routes if isinstance(node, Ask) else {})}
        rest = [*beside, *(sentence for intent in intents for sentence in self._intent(intent, 2))]
        weight = max(1, round(ASKED * len(rest) / max(len(asked), 1)))
        return _hints([*rest, *asked * max(1, min(weight, MOST // max(len(asked), 1)))], self._names(node))

    def _slot(self, name: str) -> list[str]:
        """Return every value alone, and in several of the forms in which answers are given."""
        slot = self._flow.slots[name]
        frames, values = _FRAMES[slot.kind][1:], self._values[name]
        rounds = max(1, min(len(frames), 600 // len(values)))
        framed = [frames[(n + turn) % len(frames)].format(v) for turn in range(rounds) for n, v in enumerate(values)]
        return [*values * min(ALONE, rounds), *framed, *_unlikely(slot)]

    def _beside(self, name: str) -> list[str]:
        """Return how a slot is mentioned that was not asked for: every value once, marked."""
        slot = self._flow.slots[name]
        frames = _FRAMES[slot.kind][1:] or _FRAMES[slot.kind]
        values = COMMON_NAMES * 2 + FIRST_NAMES if slot.kind == "name" else self._values[name]
        return [frame.format(value) for frame, value in zip(cycle(frames), values, strict=False)]

    def _intent(self, name: str, times: int) -> Iterator[str]:
        """Yield the examples of an intent, those with slots ``times`` times with various values."""
        if name not in self._flow.intents:
            yield from (_YES_NO if name in {"yes", "no"} else ())
            return
        for turn, example in enumerate(self._flow.intents[name].examples):
            kinds = variables(example)
            for again in range(times if kinds else 1):
                text = example
                for kind in kinds:
                    text = self._filled(text, kind, turn * 7 + again * 5)
                yield plain(text)

    def _filled(self, text: str, kind: str, number: int) -> str:
        """Put a value into the first gap for ``kind``, with the word before it that callers say."""
        values = [values for name, values in self._values.items() if self._flow.slots[name].kind == kind]
        before, _, after = text.partition(f"{{{kind}}}")
        value = values[0][number % len(values[0])] if values else ""
        marks = () if _LEADS.intersection(before.split()[-1:]) or value in _UNLED else _MARKS.get(kind, ())
        mark = marks[number % len(marks)] if marks else "{}"
        return before + mark.format(value) + after

    def _together(self, names: Sequence[str]) -> Iterator[str]:
        """Yield sentences with several slots at once, each value turning up with changing others."""
        slots: dict[str, tuple[str, ...]] = {self._flow.slots[name].kind: self._values[name] for name in names}
        frames = [frame for frame in _TOGETHER if slots.keys() >= set(variables(frame))]
        for number in range(TOGETHER if frames else 0):
            text = frames[number % len(frames)]
            for offset, kind in enumerate(variables(text)):
                values = slots[kind]
                text = text.replace(f"{{{kind}}}", values[(number * (offset + 3)) % len(values)], 1)
            yield plain(text)

    def _names(self, node: Ask | Classify | Agent | Voicemail) -> tuple[str, ...]:
        asked = isinstance(node, Ask) and self._flow.slots[node.slot].kind == "name"
        return FIRST_NAMES + SURNAMES if asked else ()


_TOGETHER = (
    "a table for {party} {day} at {time}", "for {party} {day} at {time}", "{party} people on {day} at {time}", "{day} at {time}",
    "{day} at {time} for {party} people", "a table for {party} at {time}", "for {party} at {time} the name is {name}",
    "a table for {party} on {day} at {time} the name is {name}", "{day} at {time} under {name}", "{party} people {day}",
    "no for {party} at {time}", "no {day} at {time}", "yes but make it {time}", "yes but for {party} people", "no make it {day}",
)  # fmt: skip


def _hints(sentences: Iterable[str], names: Sequence[str]) -> Hints:
    kept = tuple(islice((sentence for sentence in sentences if sentence), MOST))
    words = sorted({word for sentence in kept for word in sentence.split()} | set(names))
    digest = hashlib.sha256("\n".join((*kept, "", *words)).encode()).hexdigest()
    return Hints(digest[:16], kept, tuple(words))


def _spoken_values(slot: Slot) -> Iterator[str]:
    match slot.kind:
        case "party":
            yield from (cardinal(n).replace("-", " ") for n in range(slot.least, min(slot.most, 30) + 1))
        case "day":
            yield from _days()
        case "time":
            yield from _times(slot)
        case "name":
            yield from COMMON_NAMES
            yield from FIRST_NAMES
            yield from SURNAMES
            yield from (f"{first} {last}" for first, last in zip(cycle(FIRST_NAMES), SURNAMES, strict=False))
        case "yes_no":
            yield from _YES_NO
        case "phone":
            yield from _spelled(10)
        case "text":
            yield from _MESSAGES
        case _:
            yield from _given_values(slot)


def _given_values(slot: Slot) -> Iterator[str]:
    match slot.kind:
        case "number":
            yield from (cardinal(n).replace("-", " ") for n in _some_numbers(slot))
        case "digits":
            yield from _spelled(slot.length or max(slot.least, min(slot.most, 6)))
        case "email":
            yield from _emails()
        case "choice":
            yield from (wording for wording, _ in phrases(slot.choices))
            nth = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
            yield from (f"the {place} one" for place, _ in zip(nth, slot.choices, strict=False))


def _some_numbers(slot: Slot) -> Iterator[int]:
    """Yield numbers of every size within the bounds: what is not among them is put together of their words."""
    for n in (*range(101), *range(110, 1000, 30), *range(1000, 10_000, 900)):
        if slot.least <= n <= slot.most:
            yield n


def _emails() -> Iterator[str]:
    hosts = (
        "g mail dot com",
        "gmail dot com",
        "hot mail dot com",
        "out look dot com",
        "yahoo dot com",
        "web dot d e",
        "i cloud dot com",
    )
    for first, last, host in zip(COMMON_NAMES, cycle(SURNAMES), cycle(hosts), strict=False):
        yield f"{first} dot {last} at {host}"
        yield f"{first} underscore {last} at {host}"
        yield f"{' '.join(first)} at {host}"


def _unlikely(slot: Slot) -> Iterator[str]:
    """Yield what is out of bounds but must be heard, so that it can be refused."""
    if slot.kind == "party":
        for n in range(slot.most + 1, slot.most + 13):
            yield from (cardinal(n).replace("-", " "), f"{cardinal(n).replace('-', ' ')} people")


def _days() -> Iterator[str]:
    yield from (
        "today",
        "tonight",
        "tomorrow",
        "tomorrow evening",
        "this evening",
        "the day after tomorrow",
        "in two weeks",
    )
    for _ in range(3):
        yield from WEEKDAYS
    yield from (f"{weekday} evening" for weekday in WEEKDAYS)
    yield from (f"next {weekday}" for weekday in WEEKDAYS)
    for n in range(1, 32):
        nth = ordinal(n).replace("-", " ")
        yield f"the {nth}"
        yield f"{WEEKDAYS[n % 7]} the {nth}"
        yield f"the {nth} of {MONTHS[n % 12]}"
        yield f"{MONTHS[(n + 5) % 12]} {nth}"


def _times(slot: Slot) -> Iterator[str]:
    steps = (timedelta(minutes=15 * n) for n in range(96))
    for step in steps:
        at = time(step.seconds // 3600, step.seconds // 60 % 60)
        if slot.first <= at <= slot.last:
            yield from ways_to_say(at)


def _spelled(length: int) -> Iterator[str]:
    figures = ("oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "double", "zero")
    for n in range(60):
        yield " ".join(figures[(n * 7 + step * (n % 5 + 1)) % 12] for step in range(length)).replace(
            "double double", "double"
        )
