import math

from hypothesis import given
from hypothesis import strategies as st

from switchroom.providers.local.arpa import trigrams

Gram = tuple[str, ...]


class Model:
    """Reads a model as a recogniser does, with back-off."""

    def __init__(self, text: str) -> None:
        self.probability: dict[Gram, float] = {}
        self.weight: dict[Gram, float] = {}
        for line in text.splitlines():
            if "\t" in line:
                probability, gram, *weight = line.split("\t")
                self.probability[tuple(gram.split())] = 10 ** float(probability)
                self.weight[tuple(gram.split())] = 10 ** float(weight[0]) if weight else 1.0

    def of(self, word: str, history: Gram) -> float:
        if (*history, word) in self.probability:
            return self.probability[(*history, word)]
        return self.weight.get(history, 1.0) * self.of(word, history[1:])


def test_what_was_said_is_likelier_than_what_was_not() -> None:
    model = Model(trigrams(["a table for two", "a table for four", "a chair"], ["sofa"]))
    assert model.of("two", ("table", "for")) > model.of("chair", ("table", "for")) > 0
    assert model.of("sofa", ("a",)) > 0


def test_the_head_counts_the_lines() -> None:
    text = trigrams(["one two", "two"])
    assert "ngram 1=4" in text
    assert "ngram 2=4" in text
    assert "ngram 3=3" in text
    assert text.endswith("\\end\\\n")


def test_an_empty_model_is_a_model() -> None:
    model = Model(trigrams([], ["yes", "no"]))
    assert math.isclose(model.of("yes", ()), 1 / 3, rel_tol=1e-3)


words = st.sampled_from(["a", "b", "c", "d"])


@given(st.lists(st.lists(words, min_size=1, max_size=5).map(" ".join), max_size=12), st.lists(words, max_size=2))
def test_after_every_history_the_probabilities_add_up_to_one(sentences: list[str], history: list[str]) -> None:
    model = Model(trigrams(sentences, ["a", "b", "c", "d"]))
    total = sum(model.of(word, tuple(history)) for word in ["a", "b", "c", "d", "</s>"])
    assert math.isclose(total, 1.0, rel_tol=2e-3)
