"""What a sentence says about the slots that are open.

The idea: every kind of slot has *marked* readings that stand on their own ("for six people", "at half past seven", "the name is
Anna") and *bare* ones that count only as the answer to a question ("six", "seven", "anna"). Marked readings are cut out of the
sentence first, clearest kind first; what is left may answer the question that was asked. So one sentence can fill several slots,
and a correction can fill one that was not asked for.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal

from switchroom.flow.days import read_days, typed_day
from switchroom.flow.emails import as_spoken, read_emails
from switchroom.flow.figures import read_digits, read_numbers
from switchroom.flow.people import bare_name, bare_party, is_only_a_name, read_names, read_parties, weak_party
from switchroom.flow.picking import Choices, read_choices, read_places, typed_choice
from switchroom.flow.replies import read_answer, read_phone
from switchroom.flow.times import read_times, typed_time
from switchroom.flow.words import plain
from switchroom.ports import Value

Kind = Literal["party", "day", "time", "name", "yes_no", "phone", "text", "number", "digits", "email", "choice"]

CORRECTION = re.compile(r"^(?:oh )?(?:no|sorry|actually|wait|i mean|i meant|not|make (?:it|that))\b")
_PART_OF_DAY = re.compile(r"morning|lunchtime|lunch|afternoon|evening|night|tonight")
_ORDER: tuple[Kind, ...] = ("email", "phone", "digits", "name", "day", "time", "choice", "party", "yes_no")
_BOUNDS: Mapping[Kind, tuple[int, int]] = {"number": (0, 999_999_999), "digits": (1, 32)}


@dataclass(frozen=True, slots=True)
class Slot:
    """A named place for a value.

    ``first`` and ``last`` bound a time, ``least`` and ``most`` a party, a number, or how many digits there are: exactly ``length``,
    if that is given. ``choices`` are what can be picked, each with other words for it.
    """

    name: str
    kind: Kind
    least: int = 1
    most: int = 99
    first: time = time(0, 0)
    last: time = time(23, 59)
    length: int = 0
    choices: Choices = ()


def slot(name: str, kind: Kind, least: int | None, most: int | None, **more: object) -> Slot:
    """Return a slot with the bounds that are usual for its kind where none are given."""
    usual = _BOUNDS.get(kind, (1, 99))
    bounds = (usual[0] if least is None else least, usual[1] if most is None else most)
    return Slot(name, kind, *bounds, **more)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Found:
    """A value and where in the plain text it stands."""

    value: Value
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found: values by slot, and the text with each found place replaced by ``{kind}``."""

    values: Mapping[str, Value]
    shape: str


Reader = Callable[[str, Slot, datetime], Iterator[Found]]


def _times(text: str, slot: Slot, now: datetime) -> Iterator[Found]:  # noqa: ARG001 - readers share a shape
    for found in read_times(text):
        yield Found(found.clock.within(slot.first, slot.last), found.start, found.end)


def _bare_times(text: str, slot: Slot, now: datetime) -> Iterator[Found]:  # noqa: ARG001
    for found in read_times(text, bare=True):
        yield Found(found.clock.within(slot.first, slot.last), found.start, found.end)


def _days(text: str, slot: Slot, now: datetime) -> Iterator[Found]:  # noqa: ARG001
    for found in read_days(text, now.date()):
        yield Found(found.day, found.start, found.end)


def _parties(text: str, slot: Slot, now: datetime) -> Iterator[Found]:  # noqa: ARG001
    for value, start, end in read_parties(text):
        yield Found(value, start, end)


def _bare_parties(text: str, slot: Slot, now: datetime) -> Iterator[Found]:  # noqa: ARG001
    for value, start, end in bare_party(text):
        yield Found(value, start, end)


def _weak_parties(text: str, slot: Slot, now: datetime) -> Iterator[Found]:  # noqa: ARG001
    for value, start, end in weak_party(text):
        yield Found(value, start, end)


def _names(text: str, slot: Slot, now: datetime) -> Iterator[Found]:  # noqa: ARG001
    for value, start, end in read_names(text):
        yield Found(value, start, end)


def _bare_names(text: str, slot: Slot, now: datetime) -> Iterator[Found]:  # noqa: ARG001
    for value, start, end in bare_name(text):
        yield Found(value, start, end)


def _phones(text: str, slot: Slot, now: datetime) -> Iterator[Found]:  # noqa: ARG001
    for value, start, end in read_phone(text):
        yield Found(value, start, end)


def _numbers(text: str, slot: Slot, now: datetime) -> Iterator[Found]:  # noqa: ARG001
    for value, start, end in read_numbers(text):
        yield Found(value, start, end)


def _bare_digits(text: str, slot: Slot, now: datetime) -> Iterator[Found]:  # noqa: ARG001
    for value, start, end in read_digits(text):
        yield Found(value, start, end)


def _digits(text: str, slot: Slot, now: datetime) -> Iterator[Found]:  # noqa: ARG001
    for value, start, end in read_digits(text):
        if len(value) == slot.length:  # a run of another length may be anything
            yield Found(value, start, end)


def _emails(text: str, slot: Slot, now: datetime) -> Iterator[Found]:  # noqa: ARG001
    for value, start, end in read_emails(text):
        yield Found(value, start, end)


def _choices(text: str, slot: Slot, now: datetime) -> Iterator[Found]:  # noqa: ARG001
    for value, start, end in read_choices(text, slot.choices):
        yield Found(value, start, end)


def _places(text: str, slot: Slot, now: datetime) -> Iterator[Found]:  # noqa: ARG001
    for value, start, end in read_places(text, slot.choices):
        yield Found(value, start, end)


def _answers(text: str, slot: Slot, now: datetime) -> Iterator[Found]:  # noqa: ARG001
    answer = read_answer(text)
    if answer is not None:
        yield Found(answer, 0, 0)


def _nothing(text: str, slot: Slot, now: datetime) -> Iterator[Found]:  # noqa: ARG001
    yield from ()


_MARKED: dict[Kind, Reader] = {
    "phone": _phones, "name": _names, "day": _days, "time": _times, "party": _parties, "yes_no": _answers, "text": _nothing,
    "number": _nothing, "digits": _digits, "email": _emails, "choice": _choices,
}  # fmt: skip
_BARE: dict[Kind, Reader] = {
    "name": _bare_names, "time": _bare_times, "party": _bare_parties, "number": _numbers, "digits": _bare_digits, "choice": _places,
}  # fmt: skip


def read(text: str, slots: Sequence[Slot], now: datetime, asked: Slot | None = None) -> Reading:
    """Read ``text`` for ``slots`` (one per kind); ``asked`` is the one whose value was asked for and may stand bare."""
    rest = plain(as_spoken(text) if any(slot.kind == "email" for slot in slots) else text)
    if asked is not None and asked.kind == "text":
        return Reading({asked.name: text.strip()} if rest else {}, rest)
    corrects = bool(CORRECTION.match(rest))
    values: dict[str, Value] = {}
    for slot in sorted(slots, key=lambda slot: _ORDER.index(slot.kind) if slot.kind in _ORDER else 99):
        rest = _take(rest, slot, _MARKED[slot.kind], now, values)
    if asked is not None and asked.kind == "time" and not corrects:
        rest = _take(rest, asked, _bare_times, now, values)
    for slot in (slot for slot in slots if slot.kind == "party"):
        rest = _take(rest, slot, _weak_parties, now, values)
    if asked is not None:
        rest = _take(rest, asked, _BARE.get(asked.kind, _nothing), now, values)
    if not values and is_only_a_name(rest):
        for slot in (slot for slot in slots if slot.kind == "name"):
            rest = _take(rest, slot, _bare_names, now, values)
    return Reading(values, rest)


def _take(text: str, slot: Slot, reader: Reader, now: datetime, values: dict[str, Value]) -> str:
    """Put the last mention into ``values`` (people correct themselves forwards); return ``text`` without any."""
    if slot.name in values:
        return text
    found: list[Found] = []
    for one in reader(text, slot, now):
        if all(one.end <= other.start or one.start >= other.end for other in found):
            found.append(one)
    if slot.kind == "yes_no" and found:
        values[slot.name] = found[0].value
        return text
    for one in sorted(found, key=lambda one: -one.start):
        values.setdefault(slot.name, one.value)
        kept = " ".join(_PART_OF_DAY.findall(text[one.start : one.end])) if slot.kind == "day" else ""
        text = " ".join(f"{text[: one.start]} {{{slot.kind}}} {kept} {text[one.end :]}".split())
    return text


def fits(slot: Slot, value: Value) -> bool:
    """Return whether ``value`` lies within the slot's bounds."""
    match value:
        case bool() | None:
            return True
        case int():
            return slot.least <= value <= slot.most
        case str() if slot.kind == "digits":
            return len(value) == slot.length if slot.length else slot.least <= len(value) <= slot.most
        case _:
            return True


def typed(digits: str, slot: Slot, now: datetime) -> Value:
    """Return the value that ``digits`` mean for ``slot``; None if they mean none."""
    reader = _TYPED.get(slot.kind)
    return None if reader is None else reader(digits.rstrip("#"), slot, now)


def _typed_number(digits: str, slot: Slot, now: datetime) -> Value:  # noqa: ARG001
    return int(digits) if digits.isdigit() and len(digits) <= (3 if slot.kind == "party" else 12) else None


def _typed_time(digits: str, slot: Slot, now: datetime) -> Value:  # noqa: ARG001
    clock = typed_time(digits)
    return clock.within(slot.first, slot.last) if clock else None


def _typed_digits(digits: str, slot: Slot, now: datetime) -> Value:  # noqa: ARG001
    return digits if digits.isdigit() and len(digits) >= (5 if slot.kind == "phone" else 1) else None


_TYPED: Mapping[Kind, Callable[[str, Slot, datetime], Value]] = {
    "party": _typed_number,
    "number": _typed_number,
    "day": lambda digits, _, now: typed_day(digits, now.date()),
    "time": _typed_time,
    "yes_no": lambda digits, *_: {"1": True, "2": False}.get(digits),
    "phone": _typed_digits,
    "digits": _typed_digits,
    "choice": lambda digits, slot, _: typed_choice(digits, slot.choices),
}
