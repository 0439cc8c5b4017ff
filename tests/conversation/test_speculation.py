"""When a reply is begun in private, row by row of docs/turns.md, and what holds whatever happens."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchroom.conversation.moves import Commit, Decision, Input, VoiceStarted, VoiceStopped
from switchroom.conversation.speculation import Adopt, Drop, Eagerness, Speculate, Speculation
from switchroom.conversation.turns import TurnMachine
from switchroom.conversation.words import tokens
from switchroom.ports import Heard
from tests.conversation.positions import LAG, STEP
from tests.conversation.positions import TOLD as _KNOWN

_DOCUMENT = Path(__file__).parents[2] / "docs" / "turns.md"

_TOLD: dict[str, Input] = {
    **_KNOWN,
    "partial: begun": Heard("a table for", final=False),
    "partial: whole": Heard("A table for two.", final=False),
    "partial: more": Heard("a table for two on friday", final=False),
    "final: begun": Heard("a table for", final=True),
    "final: more": Heard("a table for two on Friday", final=True),
    "final: unsure": Heard("a table for two", final=True, confidence=0.4),
    "final: hesitation": Heard("um", final=True),
    "partial: begun, sounds whole": Heard("a table for", final=False, whole=0.9),
    "partial: begun, sounds open": Heard("a table for", final=False, whole=0.3),
}

Guessed = Speculate | Drop | Adopt


class Two:
    """A turn machine and its speculation, told the same as a call tells them."""

    def __init__(self, eagerness: Eagerness | None = None) -> None:
        self.turns = TurnMachine()
        self.ahead = Speculation(eagerness)
        self.now = 100.0
        self.committed: list[Commit] = []

    def tell(self, name: str) -> list[Guessed]:
        self.now += STEP
        if name == "time":
            return self.wait()
        told = _TOLD[name]
        match told:
            case VoiceStarted(_, remaining):
                told = VoiceStarted(self.now - LAG, remaining)
            case VoiceStopped():
                told = VoiceStopped(self.now - LAG)
            case _:
                pass
        guessed: list[Guessed] = [*self.ahead.handle(told, self.now)]
        decided = self.turns.handle(told, self.now)
        return [*guessed, *self._pass_on(decided)]

    def wait(self) -> list[Guessed]:
        due = [deadline for deadline in (self.turns.deadline, self.ahead.deadline) if deadline is not None]
        self.now = max(self.now, min(due, default=self.now))
        return self._pass_on(self.turns.expire(self.now))

    def _pass_on(self, decided: list[Decision]) -> list[Guessed]:
        guessed: list[Guessed] = []
        for decision in decided:
            guessed += self.ahead.handle(decision, self.now)
            if isinstance(decision, Commit):
                self.committed.append(decision)
        return [*guessed, *self.ahead.expire(self.now)]


def _rows() -> list[tuple[str, str]]:
    section = _DOCUMENT.read_text(encoding="utf-8").split("## Thinking ahead\n", 1)[1].split("\n## ", 1)[0]
    table = section.split("| told ", 1)[1]
    lines = [line for line in table.splitlines() if line.startswith("|")]
    return [(cells[0].strip(), cells[1].strip()) for cells in (line.strip("|").split("|") for line in lines[1:])]


@pytest.mark.parametrize(("told", "decided"), _rows())
def test_thinking_ahead_goes_as_documented(told: str, decided: str) -> None:
    two = Two()
    guessed = [guess for name in told.split("; ") for guess in two.tell(name)]
    assert [type(guess).__name__ for guess in guessed] == [name.strip() for name in decided.split(",") if name.strip()]


def test_the_last_guess_of_a_turn_is_kept_for_its_final_transcript() -> None:
    two = Two()
    guesses: list[Guessed] = []
    two.tell("voice")
    for text in ("i want a table", "i want a table tonight", "i want a table tonight please", "i want it at seven"):
        two.now += 1.0
        two.ahead.handle(Heard(text, final=False), two.now)
        two.now += 1.0
        guesses += two.ahead.expire(two.now)
    assert len(guesses) == 2
    assert two.tell("voice ends") == []
    (last,) = two.tell("final: words")
    assert isinstance(last, Speculate)
    assert (last.turn.text, last.attempt) == ("a table for two", 3)


def test_what_was_said_in_a_withdrawn_turn_is_part_of_the_guess() -> None:
    two = Two()
    for name in ("writing", "voice", "partial: begun", "voice ends"):
        two.tell(name)
    (guess,) = two.tell("final: more")
    assert isinstance(guess, Speculate)
    assert (guess.turn.text, guess.turn.continues) == ("a table for two a table for two on Friday", 1)
    assert [type(guess) for guess in two.tell("time")] == [Adopt]
    assert two.committed[-1].continues == 1


def test_nobody_guesses_who_may_not() -> None:
    two = Two(Eagerness(most=0))
    assert not any(two.tell(name) for name in ("voice", "partial: whole", "voice ends", "final: words", "time"))


_SCRIPTS = st.lists(st.tuples(st.sampled_from([*_TOLD, "time"]), st.floats(0.0, 1.5)), max_size=60)


@settings(max_examples=400, deadline=None)
@given(_SCRIPTS)
def test_one_guess_at_a_time_three_in_a_turn_and_adopted_only_for_the_words_it_was_made_for(
    script: list[tuple[str, float]],
) -> None:
    two = Two()
    guess: Speculate | None = None
    in_turn = 0
    for name, after in script:
        two.now += after
        turns = len(two.committed)
        for decided in two.tell(name):
            match decided:
                case Speculate(attempt=attempt):
                    assert guess is None, "what is guessed is dropped before something else is"
                    in_turn = 1 if len(two.committed) > turns or attempt == 1 else in_turn + 1
                    assert attempt == in_turn <= 3
                    guess = decided
                case Drop():
                    assert guess is not None
                    guess = None
                case Adopt():
                    assert guess is not None
                    assert len(two.committed) == turns + 1, "only a commit adopts"
                    assert tokens(two.committed[-1].text) == tokens(guess.turn.text)
                    guess = None
        assert not (two.ahead.deadline is not None and guess is not None)


def test_what_was_begun_in_another_language_is_not_adopted() -> None:
    two = Two()
    guessed = [one for name in ("voice", "partial: whole", "voice ends", "time") for one in two.tell(name)]
    assert [type(one) for one in guessed] == [Speculate]
    two.ahead.change_language("de")
    turn = Commit(1, "A table for two.", "", 1.0, 99.0, 101.0)
    assert two.ahead.handle(turn, two.now) == []
