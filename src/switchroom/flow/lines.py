"""What an agent of a flow says, as a recogniser on the other end of the line may expect it.

A caller of our own (``switchroom call``) hears the agent through a telephone; knowing its lines, it can write them down.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, time, timedelta
from itertools import cycle

from switchroom.flow.days import spoken_day
from switchroom.flow.graph import Flow, Node
from switchroom.flow.names import NAMES
from switchroom.flow.times import spoken_time
from switchroom.flow.words import cardinal, plain
from switchroom.ports import Hints

_GAP = re.compile(r"\{([^{}]*)\}")
_SENTENCE = re.compile(r"(?<=[.?!])\s+")
_VARIANTS = 30  # of a line with gaps
_DAYS = 21


def lines(flow: Flow, today: date) -> Hints:
    """Return every line of ``flow``, those with gaps filled in turn with parties, times, names and the days to come."""
    fillings = {
        "party": cycle(cardinal(number) for number in range(1, 13)),
        "day": cycle(spoken_day(today + timedelta(days=n), today) for n in range(1, _DAYS)),
        "time": cycle(spoken_time(time(hour, minute)) for hour in range(11, 23) for minute in (0, 15, 30, 45)),
        "name": cycle(sorted(NAMES)[::7]),
    }

    def filled(line: str) -> str:
        return _GAP.sub(lambda gap: next(fillings.get(gap.group(1).strip(), fillings["time"])), line)

    said = [
        plain(sentence)
        for line in _lines(flow)
        for _ in range(_VARIANTS if "{" in line else 1)
        for sentence in _SENTENCE.split(filled(line))
    ]
    sentences = tuple(sentence for sentence in said if sentence)
    words = tuple(sorted({word for sentence in sentences for word in sentence.split()}))
    return Hints(hashlib.sha256("\n".join(sentences).encode()).hexdigest()[:16], sentences, words)


def _lines(flow: Flow) -> Iterator[str]:
    sentences = flow.sentences
    yield from (*sentences.silence, sentences.unheard, sentences.stuck, sentences.goodbye)
    yield from (*sentences.waiting, sentences.late, sentences.blank)
    for node in flow.nodes.values():
        yield from _texts(node)


def _texts(node: Node) -> Iterator[str]:
    for field in fields(node):
        if field.name in {"greeting", "text", "prompts", "opening"}:
            value = getattr(node, field.name)
            yield from (value,) if isinstance(value, str) else value
