"""What distinguishes two versions of a flow, in words, and that nothing is missed."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchroom.errors import Invalid
from switchroom.flow.changes import changes, text_changes
from switchroom.flow.file import parse
from tests.flow.small import SMALL

EDITS = [
    ('greeting: "Good day."', 'greeting: "Hello."', "node start: greeting was 'Good day.', is 'Hello.'"),
    ("routes: {count: party}", "routes: {count: day}", "node menu: routes.count was 'party', is 'day'"),
    ('digits: {"1": count}', 'digits: {"2": count}', "node menu: digits.1 removed: 'count'"),
    ("[goodbye, bye bye]", "[goodbye, so long]", "intent bye: examples added: 'so long'"),
    ("[goodbye, bye bye]", "[bye bye, goodbye]", "intent bye: examples was ['goodbye', 'bye bye'], is ['bye bye', 'goodbye']"),
    ("least: 1, most: 8", "least: 2, most: 8", "slot party: least was 1, is 2"),
    ("slot: party, fresh: true", "slot: party", "node party_again: fresh was true, is false"),
    ("type: say, text: That is too many., next: menu", "type: hang_up", "node too_many: type was say, is hangup"),
    ('keys: {"*": repeat}', 'keys: {"#": repeat}', "flow: keys.# added: 'repeat'"),
    ("flow: counter", "flow: counter\nshop: {till: 1}", "section shop added"),
    ("flow: counter", "flow: counter\nsentences: {unheard: Pardon}", "flow: sentences.unheard was"),
    ("  bye: {type: hang_up, text: Goodbye.}\n", "", "node bye removed"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "words"), EDITS)
def test_a_change_is_told_in_words(old: str, new: str, words: str) -> None:
    assert old in SMALL
    told = [str(change) for change in changes(parse(SMALL), parse(SMALL.replace(old, new, 1)))]
    assert any(line.startswith(words) for line in told), told


def test_a_flow_does_not_differ_from_itself_written_otherwise() -> None:
    rewritten = "# a comment\n" + SMALL.replace("least: 1, most: 8", "most: 8, least: 1").replace(
        '"It rains."', "It rains."
    )
    assert changes(parse(SMALL), parse(rewritten)) == ()
    assert "+# a comment" in text_changes(SMALL, rewritten, "1", "2")


WORDS = sorted(set(re.findall(r"[a-z]+|\d", SMALL)))
SWAPS = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(WORDS), st.integers(0, 8)), max_size=3)


def _edited(swaps: list[tuple[str, str, int]]) -> str:
    text = SMALL
    for old, new, place in swaps:
        found = [match.start() for match in re.finditer(rf"\b{old}\b", text)]
        if found:
            start = found[place % len(found)]
            text = text[:start] + new + text[start + len(old) :]
    return text


@given(SWAPS, SWAPS)
@settings(max_examples=300, deadline=None)
def test_nothing_is_told_exactly_when_two_flows_are_equal(
    one: list[tuple[str, str, int]], other: list[tuple[str, str, int]]
) -> None:
    try:
        old, new = parse(_edited(one)), parse(_edited(other))
    except Invalid:
        return
    told = changes(old, new)
    assert (not told) == (old == new)
    assert len(told) == len(changes(new, old))
    assert all(str(change) for change in told)
