"""Going through the graph until somebody else must act: the caller, a tool, or nobody any more.

Pure: a state in, sentences and a state out. What was said by the caller is dealt with in ``listening``; here the conversation
moves by itself.

    node        effect                                         then
    Start       -                                              next
    Say         its sentence                                   next
    Branch      -                                              the case of its variable, else otherwise
    Ask         slot known and not fresh: -                    next (unfit if out of bounds)
                else its first prompt                          stop: Wait
    Classify    its first prompt                               stop: Wait
    Agent       its opening                                    stop: Wait
                without one: -                                 stop: Think
    Tool        -                                              stop: CallTool
    Transfer    its sentence, protected                        stop: HandOver
                nobody to hand over to: -                      failed
    Queue       its sentence, protected                        stop: HandOver
                nobody takes its calls: -                      failed
    Voicemail   its sentence, protected                        stop: TakeDown
    Assign      slots emptied, slots set                       next
    HangUp      its sentence                                   stop: End
    any, entered more than three times in one turn             stop: Stuck
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never

from switchroom import ports
from switchroom.errors import Bug
from switchroom.flow.graph import (
    BACK,
    RESTART,
    RETURN,
    Agent,
    Ask,
    Assign,
    Branch,
    Classify,
    Desk,
    Exchange,
    Flow,
    HangUp,
    Node,
    Queue,
    Say,
    Start,
    SubFlow,
    Tool,
    Transfer,
    Voicemail,
)
from switchroom.flow.slots import fits
from switchroom.flow.state import State
from switchroom.flow.templates import render
from switchroom.flow.values import label
from switchroom.ports import Value

ROUNDS = 3
"""So often may one node be entered during one turn."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The caller is asked ``question``."""

    question: str


@dataclass(frozen=True, slots=True)
class Think:
    """The model of ``node`` has the word; the caller may speak to it from now on."""

    node: Agent


@dataclass(frozen=True, slots=True)
class CallTool:
    """A tool must be called for ``node``."""

    node: Tool


@dataclass(frozen=True, slots=True)
class HandOver:
    """The caller is to be handed over to ``target``."""

    target: str
    queue: str = ""


@dataclass(frozen=True, slots=True)
class TakeDown:
    """The caller is to leave a message for ``node``."""

    node: Voicemail


@dataclass(frozen=True, slots=True)
class End:
    """The conversation is over."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """``node`` was entered too often: the flow goes in circles."""

    node: str


Stop = Wait | Think | CallTool | HandOver | TakeDown | End | Stuck


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of the way: what is said on it, where it leads, why it stops."""

    says: tuple[ports.Say, ...]
    state: State
    stop: Stop


@dataclass(frozen=True, slots=True)
class Scene:
    """What does not change during a turn."""

    flow: Flow
    exchange: Exchange
    now: datetime
    prompt: ports.Prompt = field(default_factory=ports.CallOpened)
    heard: Sequence[ports.Utterance] = ()
    judged: str | None = None
    """The intent that a model has named; None: none was asked, or it was late."""

    def text(self, template: str, state: State) -> str:
        """Return ``template`` filled from ``state``; figures that are no number are said one by one."""
        return render(template, lambda name: self._told(name, state.value(name, self.exchange)), self.now)

    def _told(self, name: str, value: Value) -> Value:
        slot = self.flow.slots.get(name)
        return " ".join(value) if slot is not None and slot.kind == "digits" and isinstance(value, str) else value


def walk(scene: Scene, state: State) -> Stretch:
    """Go on from where ``state`` stands."""
    says: list[ports.Say] = []
    while True:
        node = scene.flow.nodes[state.at]
        visits = state.visits.get(state.at, 0) + 1
        if visits > ROUNDS:
            return Stretch(tuple(says), state.goes(scene.flow.home), Stuck(node.name))
        state = replace(state, visits={**state.visits, state.at: visits})
        state, stop = _enter(scene, node, state, says)
        if stop is not None:
            return Stretch(tuple(says), state, stop)


def _enter(scene: Scene, node: Node, state: State, says: list[ports.Say]) -> tuple[State, Stop | None]:
    match node:
        case Start() | Say() | Assign() | Branch():
            return _pass(scene, node, state, says), None
        case Ask() | Classify() | Agent():
            known = _known(scene, node, state) if isinstance(node, Ask) else ""
            return (turn_to(scene.flow, state, known), None) if known else _wait(scene, node, state)
        case Tool():
            return state, CallTool(node)
        case Transfer() | Queue():
            return _hand_over(scene, node, state, says)
        case Voicemail():
            _append(says, scene.text(node.text, state))
            _protect(says)
            return replace(turn_to(scene.flow, state, node.next), transfer=node.name), TakeDown(node)
        case HangUp():
            _append(says, scene.text(node.text, state))
            return replace(state, over=True), End()
        case SubFlow():
            raise Bug(f"node {node.name!r}: the flow was not joined with flow {node.flow!r} before it ran")
        case _:
            assert_never(node)


def _pass(scene: Scene, node: Start | Say | Assign | Branch, state: State, says: list[ports.Say]) -> State:
    """Return ``state`` behind a node that leads on by itself."""
    match node:
        case Start():
            return turn_to(scene.flow, state, node.next)
        case Say():
            _append(says, scene.text(node.text, state), protected=node.protected)
            return turn_to(scene.flow, state, node.next)
        case Assign():
            values = {name: state.value(source, scene.exchange) for name, source in node.values.items()}
            known = {name: value for name, value in values.items() if value is not None}
            return turn_to(scene.flow, state.forgets(node.forget).knows(known), node.next)
        case Branch():
            value = label(state.value(node.by, scene.exchange))
            return turn_to(scene.flow, state, node.cases.get(value, node.otherwise))
        case _:
            assert_never(node)


def _hand_over(
    scene: Scene, node: Transfer | Queue, state: State, says: list[ports.Say]
) -> tuple[State, HandOver | None]:
    """Stand where the conversation goes on if nobody takes the caller; until then they cannot break in."""
    desk = scene.flow.queues.get(node.queue, Desk()) if isinstance(node, Queue) else Desk(node.to)
    target = desk.to or scene.flow.person
    ahead = turn_to(scene.flow, state, node.failed)
    if not target:
        return ahead.knows({f"{node.name}.outcome": "unreachable"}), None
    _append(says, scene.text(node.text or desk.hold, state))
    _protect(says)
    return replace(ahead, transfer=node.name), HandOver(target, node.queue if isinstance(node, Queue) else "")


def _protect(says: list[ports.Say]) -> None:
    says[:] = [replace(say, protected=True) for say in says]


def _known(scene: Scene, node: Ask, state: State) -> str:
    """Return where a slot leads that needs no asking; empty if it must be asked for."""
    value = state.values.get(node.slot)
    if node.fresh or value is None:
        return ""
    return node.next if fits(scene.flow.slots[node.slot], value) else node.unfit


def _wait(scene: Scene, node: Ask | Classify | Agent, state: State) -> tuple[State, Wait | Think]:
    back = () if node.name == scene.flow.home else state.back
    question = node.opening if isinstance(node, Agent) else node.prompts[0]
    stop = Wait(scene.text(question, state)) if question or not isinstance(node, Agent) else Think(node)
    return replace(state, waiting=True, tries=0, back=back), stop


def _append(says: list[ports.Say], text: str, *, protected: bool = False) -> None:
    if text:
        says.append(ports.Say(text, protected=protected))


def turn_to(flow: Flow, state: State, target: str) -> State:
    """Return ``state`` with the walk at ``target``, which may be ``back`` or ``restart``."""
    if target == BACK:
        return replace(state, back=state.back[:-1]).goes(state.back[-1] if state.back else flow.home)
    if target == RETURN:
        return state.goes(flow.home)
    if target == RESTART:
        return State(at=flow.home, turn=state.turn, said=state.said, visits=state.visits, calls=state.calls)
    return state.goes(target)


def arguments(node: Tool, parameters: Mapping[str, object], state: State, exchange: Exchange) -> dict[str, Value]:
    """Return what ``node`` hands to its tool: each parameter from the variable given for it, or of its name."""
    values = {name: state.value(node.source(name), exchange) for name in parameters}
    return {name: value for name, value in values.items() if value is not None}
