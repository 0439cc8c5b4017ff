"""Taking in what the caller said, typed, or did not say, at the node that asked.

Pure: it decides where the conversation turns and what is to be said first. The order of claims on a sentence: an intent that is
sure; values for the open slots; an intent that is likely; nothing, which costs a try and brings the next wording of the question.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from switchroom import ports
from switchroom.flow.graph import BACK, REPEAT, Ask, Classify, HangUp
from switchroom.flow.intents import NO_GUESS, Guess, Intents
from switchroom.flow.replies import read_answer, without_answer
from switchroom.flow.slots import CORRECTION, Reading, fits, read, typed
from switchroom.flow.state import State
from switchroom.flow.walk import Scene, turn_to
from switchroom.flow.words import plain
from switchroom.ports import Value

CLEAR = 0.8
"""An intent this clear outweighs even an answer to the question."""

NOWHERE = State(at="")

DOUBT = 0.4
"""What a recogniser believes less than this was not said: a question asked again costs less than a wrong answer taken."""

DEEPEST = 4
"""So many digressions may lie inside one another; the oldest is forgotten."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What follows from a prompt: say ``says``, then walk from ``state``, unless it still waits or is over.

    ``held`` is where the conversation stands until the walk has got somewhere: should the caller break in before, the answer is
    kept and what they say now is heard at the same question. ``thinks``: the node's language model has the word.
    """

    state: State
    says: tuple[str, ...] = ()
    held: State = field(default=NOWHERE)
    thinks: bool = False

    def __post_init__(self) -> None:
        if self.held is NOWHERE:
            object.__setattr__(self, "held", self.state)

    @property
    def moves(self) -> bool:
        """Whether there is a way to walk."""
        return not self.state.waiting and not self.state.over


def listen(scene: Scene, intents: Intents, state: State, prompt: ports.Prompt) -> Turn:
    """Return what follows from ``prompt`` at the node where ``state`` waits."""
    node = scene.flow.nodes[state.at]
    assert isinstance(node, Ask | Classify)
    turn = _turn(scene, intents, state, prompt)
    if isinstance(node, Ask) and state.answered and not turn.moves and not turn.state.over:
        return Turn(
            turn_to(scene.flow, state, node.next)
        )  # answered before the caller broke in: go on with that answer
    return turn


def attend(scene: Scene, intents: Intents, state: State, prompt: ports.Prompt) -> Turn:
    """Return what follows from ``prompt`` where a language model listens: mostly, that it is for the model to say.

    Without it the caller is nudged, followed where they surely want to go from everywhere, and asked again when we were deaf.
    """
    flow = scene.flow
    match prompt:
        case ports.CallerSilent(count=count):
            if count > len(flow.sentences.silence):
                return Turn(replace(state, over=True), (flow.sentences.goodbye,))
            return Turn(state, (flow.sentences.silence[count - 1],))
        case ports.CallerUnheard():
            return Turn(state, (flow.sentences.unheard,))
        case ports.CallerTyped(digits=digits):
            state = replace(state, message=digits)
            intent = flow.keys.get(digits if digits in {"#", "*"} else digits.rstrip("#"), "")
        case ports.CallerSaid(text=text):
            state = replace(state, message=text)
            guess = intents.guess(plain(text), flow.everywhere.keys())
            intent = guess.intent if guess.sure and guess.score >= CLEAR else ""
        case ports.CallOpened() | ports.TransferFailed() | ports.MessageTaken() | ports.ToolFinished():
            intent = ""
        case _:
            assert_never(prompt)
    return _digress(scene, state, intent) if intent else Turn(state, thinks=True)


def _digress(scene: Scene, state: State, intent: str) -> Turn:
    target = scene.flow.everywhere[intent]
    state = replace(state, intent=intent)
    if target == REPEAT:
        return Turn(state, state.said)
    if target != BACK:
        state = replace(state, back=(*state.back, state.at)[-DEEPEST:])
    return Turn(turn_to(scene.flow, state, target))


def _turn(scene: Scene, intents: Intents, state: State, prompt: ports.Prompt) -> Turn:
    node = scene.flow.nodes[state.at]
    assert isinstance(node, Ask | Classify)
    match prompt:
        case ports.CallOpened() | ports.TransferFailed() | ports.MessageTaken() | ports.ToolFinished():
            return Turn(state, (_question(scene, node, state),))
        case ports.CallerUnheard():
            return Turn(state, (scene.flow.sentences.unheard, _question(scene, node, state)))
        case ports.CallerSilent(count=count):
            return _silence(scene, node, state, count)
        case ports.CallerTyped(digits=digits):
            return _keys(scene, intents, node, state, digits)
        case ports.CallerSaid(text=text, confidence=confidence):
            dictated = isinstance(node, Ask) and scene.flow.slots[node.slot].kind == "text"
            believed = text if dictated or confidence >= DOUBT else ""
            return _speech(scene, intents, node, replace(state, message=text), believed)
        case _:
            assert_never(prompt)


def _question(scene: Scene, node: Ask | Classify, state: State) -> str:
    """The wording for so many failures: each once, then the re-wordings in turn."""
    tries, prompts = state.tries, node.prompts
    index = tries if tries < len(prompts) else 1 + (tries - 1) % (len(prompts) - 1) if len(prompts) > 1 else 0
    return scene.text(prompts[index], state)


def _silence(scene: Scene, node: Ask | Classify, state: State, count: int) -> Turn:
    sentences = scene.flow.sentences
    if count > len(sentences.silence):
        return Turn(replace(state, over=True), (sentences.goodbye,))
    asked = replace(state, tries=max(count, state.tries))
    return Turn(state, (sentences.silence[count - 1], _question(scene, node, asked)))


def _keys(scene: Scene, intents: Intents, node: Ask | Classify, state: State, digits: str) -> Turn:
    state = replace(state, message=digits)
    pressed = digits if digits in {"#", "*"} else digits.rstrip("#")
    if pressed in node.digits:
        if isinstance(node, Classify):
            return _follow(scene, node, state.forgets(node.forget), node.digits[pressed])
        return _speech(scene, intents, node, state, node.digits[pressed])
    if pressed in scene.flow.keys:
        return _follow(scene, node, state, scene.flow.keys[pressed])
    if isinstance(node, Ask):
        value = typed(pressed, scene.flow.slots[node.slot], scene.now)
        if value is not None:
            return _fill(scene, node, state, {node.slot: value})
    return _lost(scene, node, state)


def _speech(scene: Scene, intents: Intents, node: Ask | Classify, state: State, text: str) -> Turn:
    if isinstance(node, Classify):
        return _open_answer(scene, intents, node, state, text)
    return _answer(scene, intents, node, state, text)


def _open_answer(scene: Scene, intents: Intents, node: Classify, state: State, text: str) -> Turn:
    flow = scene.flow
    reading = read(text, [flow.slots[name] for name in node.slots], scene.now)
    intent = _intended(scene, intents, node, reading.shape, text) if scene.judged is None else scene.judged
    if intent and intent not in node.routes:
        return _follow(scene, node, state, intent)
    filled = state.forgets(node.forget).knows(reading.values)
    if intent:
        return _follow(scene, node, filled, intent)
    if reading.values and node.filled:
        return Turn(turn_to(flow, replace(filled, intent=""), node.filled))
    return _lost(scene, node, state)


def _intended(scene: Scene, intents: Intents, node: Classify, shape: str, text: str) -> str:
    return _guess(scene, intents, node, shape).intent or _yes_or_no(node, text)


def _yes_or_no(node: Ask | Classify, text: str) -> str:
    answer = read_answer(plain(text))
    intent = "" if answer is None else "yes" if answer else "no"
    return intent if intent in node.routes else ""


def _answer(scene: Scene, intents: Intents, node: Ask, state: State, text: str) -> Turn:
    flow = scene.flow
    asked = flow.slots[node.slot]
    reading = _read(scene, node, state, text)
    guess = _guess(scene, intents, node, without_answer(reading.shape) if asked.kind == "yes_no" else reading.shape)
    if asked.kind == "text" and guess.score < CLEAR:
        guess = NO_GUESS
    answered = node.slot in reading.values
    if guess.intent and (guess.score >= CLEAR or (guess.sure and (not answered or asked.kind == "yes_no"))):
        return _follow(scene, node, state, guess.intent)
    if reading.values:
        return _fill(scene, node, state, reading.values)
    if guess.intent:
        return _follow(scene, node, state, guess.intent)
    if answer := _yes_or_no(node, text):
        return _follow(scene, node, state, answer)
    if node.agree and read_answer(reading.shape) and (value := state.value(node.agree, scene.exchange)) is not None:
        return _fill(scene, node, state, {node.slot: value})
    return _lost(scene, node, state)


def _read(scene: Scene, node: Ask, state: State, text: str) -> Reading:
    """Read for the slot asked and those beside it; "no, six" may also correct the slot filled before."""
    slots = scene.flow.slots
    here = [slots[name] for name in (node.slot, *node.also)]
    if state.last_slot in node.also and CORRECTION.match(plain(text)):
        reading = read(text, here, scene.now, slots[state.last_slot])
        if reading.values.keys() - {node.slot}:
            return reading
    return read(text, here, scene.now, slots[node.slot])


def _guess(scene: Scene, intents: Intents, node: Ask | Classify, shape: str) -> Guess:
    """Return the intent of ``shape`` here; one that hangs up must be sure."""
    flow = scene.flow
    guess = intents.guess(shape, node.routes.keys() | flow.everywhere.keys())
    target = node.routes.get(guess.intent) or flow.everywhere.get(guess.intent, "")
    return NO_GUESS if isinstance(flow.nodes.get(target), HangUp) and not guess.sure else guess


def _fill(scene: Scene, node: Ask, state: State, values: Mapping[str, Value]) -> Turn:
    """Take ``values`` in: on to the next node, to ``changed`` if an earlier answer was corrected, or ask again."""
    slots = scene.flow.slots
    if node.slot in values and not fits(slots[node.slot], values[node.slot]):
        return Turn(turn_to(scene.flow, state.knows(values), node.unfit)) if node.unfit else _lost(scene, node, state)
    others = {name: value for name, value in values.items() if name != node.slot}
    changed = any(state.values.get(name) not in {None, value} for name, value in others.items())
    if changed and node.changed:
        kept = others if slots[node.slot].kind == "yes_no" else values
        return Turn(turn_to(scene.flow, state.knows(kept), node.changed))
    last = node.slot if node.slot in values else next(iter(others))
    state = replace(state.knows(values), last_slot=last)
    held = replace(state, answered=node.slot in values)
    return Turn(turn_to(scene.flow, state, node.next if node.slot in values else node.name), held=held)


def _follow(scene: Scene, node: Ask | Classify, state: State, intent: str) -> Turn:
    """Go where ``intent`` leads; one that is open everywhere is a digression that may come ``back``."""
    flow = scene.flow
    state = replace(state, intent=intent)
    if intent not in node.routes:
        return _digress(scene, state, intent)
    if node.routes[intent] == REPEAT:
        return Turn(state, state.said)
    return Turn(turn_to(flow, state, node.routes[intent]))


def _lost(scene: Scene, node: Ask | Classify, state: State) -> Turn:
    state = replace(state, tries=state.tries + 1)
    if node.lost and state.tries >= len(node.prompts):
        return Turn(turn_to(scene.flow, state, node.lost))
    return Turn(state, (_question(scene, node, state),))
