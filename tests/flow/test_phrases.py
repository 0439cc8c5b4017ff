"""What a recogniser is told to expect."""

from datetime import datetime

import pytest

from switchroom.flow.graph import Ask, Classify
from switchroom.flow.names import FIRST_NAMES
from switchroom.flow.phrases import MOST, Phrases
from switchroom.flow.slots import read
from switchroom.ports import Hints
from tests.flow.test_intents import FLOW

NOW = datetime(2026, 11, 24, 15, 0)  # noqa: DTZ001
PHRASES = Phrases(FLOW)
POINTS = [node for node in FLOW.nodes.values() if isinstance(node, Ask | Classify)]


def _at(name: str) -> Hints:
    node = FLOW.nodes[name]
    assert isinstance(node, Ask | Classify)
    return PHRASES.at(node)


@pytest.mark.parametrize("node", POINTS, ids=lambda node: node.name)
def test_hints_are_bounded_plain_and_complete(node: Ask | Classify) -> None:
    hints = PHRASES.at(node)
    assert 100 < len(hints.sentences) <= MOST
    assert all(set(sentence) <= set("abcdefghijklmnopqrstuvwxyz' ") for sentence in hints.sentences)
    assert set(" ".join(hints.sentences).split()) <= set(hints.words)
    assert len(hints.words) <= 1200


@pytest.mark.parametrize("node", POINTS, ids=lambda node: node.name)
def test_what_may_be_said_anywhere_is_always_in_it(node: Ask | Classify) -> None:
    sentences = set(PHRASES.at(node).sentences)
    assert {"never mind", "start over", "can i speak to a person", "say that again please", "goodbye"} <= sentences


def test_equal_flows_have_equal_hints() -> None:
    again = Phrases(FLOW)
    assert [again.at(node) for node in POINTS] == [PHRASES.at(node) for node in POINTS]
    assert len({PHRASES.at(node).id for node in POINTS}) > 5


def test_the_answer_to_the_question_weighs_more_than_the_rest() -> None:
    sentences = _at("party").sentences
    assert sentences.count("four") > sentences.count("goodbye")
    assert sum("four" in sentence.split() for sentence in sentences) > 50


@pytest.mark.parametrize("node", ["party", "day", "time", "name"])
def test_nearly_every_answer_that_is_expected_is_understood(node: str) -> None:
    ask = FLOW.nodes[node]
    assert isinstance(ask, Ask)
    slots = [FLOW.slots[name] for name in (ask.slot, *ask.also)]
    own = Phrases(FLOW)._slot(ask.slot)
    missed = [sentence for sentence in own if ask.slot not in read(sentence, slots, NOW, FLOW.slots[ask.slot]).values]
    assert len(missed) <= 0.03 * len(own), missed[:20]


def test_sentences_with_everything_at_once_are_expected_at_the_beginning() -> None:
    sentences = _at("menu").sentences
    assert any("table for" in s and " at " in s and " on " in s and "name is" in s for s in sentences)


def test_names_can_be_heard_where_they_are_asked_for() -> None:
    words = set(_at("name").words)
    assert set(FIRST_NAMES) <= words
    assert "miller" in words
