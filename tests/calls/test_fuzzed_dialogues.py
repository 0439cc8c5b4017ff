"""Whatever happens in a dialogue, at whatever moment: one reply per turn, and no word that was understood is lost."""

import os

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.calls.dialogues import Dialogue

DIALOGUES = int(os.environ.get("SWITCHROOM_DIALOGUES", "1000" if settings().max_examples > 1000 else "30"))
"""So many a run; the long run of ``make fuzz`` has a thousand."""
_DELAYS = st.sampled_from([0.05, 0.2, 0.6, 1.5, 3.0])


class AnyDialogue(RuleBasedStateMachine):
    """A caller, a recogniser, a model, a voice and a line, none of which can be relied upon."""

    def __init__(self) -> None:
        super().__init__()
        self.dialogue = Dialogue()
        self.holds = 0

    def up(self) -> bool:
        return self.dialogue.hung_up is None

    @precondition(up)
    @rule(seconds=st.sampled_from([0.3, 0.8, 2.0]), delay=_DELAYS)
    def speak(self, seconds: float, delay: float) -> None:
        self.dialogue.say("words", seconds, delay)

    @precondition(up)
    @rule(seconds=st.sampled_from([0.3, 0.8, 2.0]), delay=_DELAYS, wait=st.sampled_from([0.3, 0.6, 1.0, 2.0, 5.0]))
    def take_a_turn(self, seconds: float, delay: float, wait: float) -> None:
        self.dialogue.say("words", seconds, delay)
        self.dialogue.wait(wait)

    @precondition(up)
    @rule(delay=_DELAYS)
    def hum(self, delay: float) -> None:
        self.dialogue.say("nod", 0.4, delay)

    @precondition(up)
    @rule(seconds=st.sampled_from([0.2, 0.6, 1.6]), delay=_DELAYS)
    def cough(self, seconds: float, delay: float) -> None:
        self.dialogue.say("cough", seconds, delay)

    @precondition(up)
    @rule(delay=_DELAYS)
    def be_misheard(self, delay: float) -> None:
        self.dialogue.say("lost", 0.8, delay)

    @rule(seconds=st.sampled_from([0.02, 0.1, 0.25, 0.5, 1.0, 3.0, 8.0]))
    def wait(self, seconds: float) -> None:
        self.dialogue.wait(seconds)

    @precondition(lambda self: self.up() and len(self.dialogue.pressed) < 2)
    @rule(digit=st.sampled_from("17#"))
    def press(self, digit: str) -> None:
        self.dialogue.press(digit)

    @precondition(lambda self: self.up() and self.holds < 1)
    @rule()
    def hold(self) -> None:
        self.holds += 1
        self.dialogue.hold()

    @precondition(up)
    @rule(trouble=st.sampled_from(["brain", "slow", "tool"]))
    def trouble_the_model(self, trouble: str) -> None:
        self.dialogue.mind.trouble.append(trouble)  # type: ignore[arg-type]

    @precondition(up)
    @rule(trouble=st.sampled_from(["voice", "slow"]))
    def trouble_the_voice(self, trouble: str) -> None:
        self.dialogue.voice.trouble.append(trouble)  # type: ignore[arg-type]

    @precondition(up)
    @rule()
    def hang_up(self) -> None:
        self.dialogue.hang_up()

    def teardown(self) -> None:
        self.dialogue.finish()


TestAnyDialogue = AnyDialogue.TestCase
TestAnyDialogue.settings = settings(max_examples=DIALOGUES, stateful_step_count=14, deadline=None)
