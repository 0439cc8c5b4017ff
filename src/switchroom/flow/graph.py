"""A flow as a value: nodes by name, the intents and slots they use, and where each leads.

Every node kind is one frozen class; the walk, the validation and the phrases `match` over their union, so a new kind cannot be
forgotten anywhere. A target is a node's name or one of four words: ``back`` (to where a digression left the conversation),
``repeat`` (say the last reply again), ``restart`` (forget everything and begin after the start node) and ``return`` (to the flow
that runs this one as a part of it; home where none does).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from switchroom.flow.slots import Slot
from switchroom.ports import Patience, Value

Receiver = Literal["phone_gateway", "browser", "text"]

BACK, REPEAT, RESTART, RETURN = "back", "repeat", "restart", "return"
WORDS = frozenset({BACK, REPEAT, RESTART, RETURN})


@dataclass(frozen=True, slots=True)
class Start:
    """Where a conversation begins. ``greeting`` is said before anything is asked and stands for the first question."""

    name: str
    next: str
    greeting: str = ""
    receivers: frozenset[Receiver] = frozenset({"phone_gateway", "browser", "text"})


@dataclass(frozen=True, slots=True)
class Classify:
    """Ask openly and go where the intent leads.

    ``slots`` are filled from the same sentence, the slots and tool results in ``forget`` being emptied first. ``filled`` is
    where a sentence leads that has values but no intent. ``digits`` give an intent by key. After ``len(prompts)`` failures
    in a row: ``lost``. ``by`` says who decides: the examples, or the language model called ``model`` (empty: the agent's own).
    """

    name: str
    prompts: tuple[str, ...]
    routes: Mapping[str, str]
    digits: Mapping[str, str] = field(default_factory=dict)
    slots: tuple[str, ...] = ()
    forget: tuple[str, ...] = ()
    filled: str = ""
    lost: str = ""
    by: Literal["examples", "model"] = "examples"
    model: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask for one slot unless it is known.

    ``also`` may be filled or corrected by the same answer; a change of one already known leads to ``changed``. ``fresh`` asks
    even so. ``digits`` are keys that stand for spoken answers; other digits are read by the slot's kind. ``agree`` names
    a variable whose value a plain "yes" takes over.
    """

    name: str
    slot: str
    prompts: tuple[str, ...]
    next: str
    also: tuple[str, ...] = ()
    changed: str = ""
    fresh: bool = False
    routes: Mapping[str, str] = field(default_factory=dict)
    digits: Mapping[str, str] = field(default_factory=dict)
    hints: tuple[str, ...] = ()
    agree: str = ""
    unfit: str = ""
    lost: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """Say something."""

    name: str
    text: str
    next: str
    protected: bool = False


@dataclass(frozen=True, slots=True)
class Tool:
    """Call a tool. Its results are variables ``name.result``; those in ``fill`` also go into empty slots of that name.

    ``within`` stands before the names of slots in a flow that is part of another (``linking``).
    """

    name: str
    tool: str
    next: str
    failed: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    fill: tuple[str, ...] = ()
    within: str = ""

    def source(self, parameter: str) -> str:
        """Return the variable that ``parameter`` is taken from."""
        return self.arguments.get(parameter, self.within + parameter)

    def result(self, slot: str) -> str:
        """Return the result that fills ``slot``."""
        return slot.removeprefix(self.within)


@dataclass(frozen=True, slots=True)
class Branch:
    """Go where the value of variable ``by`` leads."""

    name: str
    by: str
    cases: Mapping[str, str]
    otherwise: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call, after a last sentence."""

    name: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Hand the caller over ``to`` a SIP address (empty: the flow's ``person``), after a sentence that is heard to its end.

    ``failed`` is where they go on with us when nobody takes them, or there is no address; why is the variable ``name.outcome``.
    """

    name: str
    failed: str
    to: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """Let the caller wait for whoever takes the calls of ``queue``, after a sentence that is heard to its end.

    Without ``text`` it is the queue's own. ``failed`` is where they go on when nobody takes them, and why is ``name.outcome``.
    """

    name: str
    queue: str
    failed: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Voicemail:
    """Take a message: say ``text``, beep, and record until ``#``, ``silence`` seconds without voice, or ``limit`` seconds.

    What was understood is ``name.text``; ``name.seconds`` is 0 if the caller said nothing.
    """

    name: str
    next: str
    text: str = ""
    limit: float = 120.0
    silence: float = 4.0
    beep: bool = True


@dataclass(frozen=True, slots=True)
class Assign:
    """Set slots to the values of variables; before that, empty the slots and tool results in ``forget``."""

    name: str
    next: str
    values: Mapping[str, str] = field(default_factory=dict)
    forget: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SubFlow:
    """Run another ``flow`` until it goes to ``return``, then go on at ``next``.

    ``given`` are slots of that flow, set from variables of this one; ``results`` slots of this one, set from variables of that.
    """

    name: str
    flow: str
    next: str
    given: Mapping[str, str] = field(default_factory=dict)
    results: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """A way out of an agent node: ``to`` a target, taken when the model sees what ``when`` describes."""

    to: str
    when: str = ""


@dataclass(frozen=True, slots=True)
class Agent:
    """Let a language model talk with the caller until it takes one of ``routes``, which it is offered beside its ``tools``.

    ``prompt`` are its instructions. ``model`` is the name of a model, empty for the agent's own; ``quick`` of one that takes its
    place while replies are late. ``opening`` is said on entering; empty: the model begins. ``failed`` is where the conversation
    goes when no model answers, ``lost`` when one gives neither words nor a tool; empty: an apology is said and the caller may go
    on. ``hints`` are what a recogniser should expect beside the intents open everywhere. ``within`` so many seconds the tools of
    one turn must be back; then the caller need not wait.
    """

    name: str
    prompt: str
    tools: tuple[str, ...] = ()
    routes: Mapping[str, Route] = field(default_factory=dict)
    model: str = ""
    quick: str = ""
    temperature: float | None = None
    opening: str = ""
    failed: str = ""
    lost: str = ""
    hints: tuple[str, ...] = ()
    voice_tools: bool = True
    within: float = 10.0


Node = Start | Classify | Ask | Agent | Say | Assign | Tool | Branch | Transfer | Queue | Voicemail | SubFlow | HangUp


@dataclass(frozen=True, slots=True)
class Desk:
    """Who takes the calls of a queue: a SIP address (empty: the flow's ``person``), and what its callers are told."""

    to: str = ""
    hold: str = ""


@dataclass(frozen=True, slots=True)
class Intent:
    """What a caller may want, by example. Slots in examples are written ``{kind}``."""

    name: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sentences:
    """What the flow says about the conversation itself.

    ``waiting`` bridges the time a tool takes, one after the other; ``late`` is said when the caller should wait no longer,
    ``blank`` when a language model had nothing to say.
    """

    silence: tuple[str, ...]
    unheard: str
    stuck: str
    goodbye: str
    waiting: tuple[str, ...]
    late: str
    blank: str


@dataclass(frozen=True, slots=True)
class Flow:
    """The whole. ``settings`` are the sections of the file that belong to tool sets (``restaurant`` ...).

    ``person`` is the SIP address of somebody who can take a caller over, "" for nobody; ``zone`` is where the flow's days are.
    """

    name: str
    language: str
    start: str
    home: str
    nodes: Mapping[str, Node]
    intents: Mapping[str, Intent]
    slots: Mapping[str, Slot]
    everywhere: Mapping[str, str]
    keys: Mapping[str, str]
    sentences: Sentences
    settings: Mapping[str, object] = field(default_factory=dict)
    person: str = ""
    zone: str = "UTC"
    queues: Mapping[str, Desk] = field(default_factory=dict)

    @property
    def starts(self) -> tuple[Start, ...]:
        """Where conversations begin: the start node, then the others that begin one for other receivers."""
        found = [node for node in self.nodes.values() if isinstance(node, Start)]
        return tuple(sorted(found, key=lambda node: node.name != self.start))

    def entry(self, receiver: Receiver) -> Start | None:
        """Return where a conversation over ``receiver`` begins; None if this flow takes none."""
        return next((start for start in self.starts if receiver in start.receivers), None)


def needs_model(node: Node) -> bool:
    """Return whether ``node`` thinks with a language model."""
    return isinstance(node, Agent) or (isinstance(node, Classify) and node.by == "model")


def targets(node: Node) -> Iterator[tuple[str, str]]:
    """Yield every (field, target) of ``node``."""
    match node:
        case Start(next=then) | Say(next=then) | Assign(next=then) | Voicemail(next=then) | SubFlow(next=then):
            yield "next", then
        case Classify() | Ask() | Agent():
            yield from _after_answers(node)
        case Tool(next=then, failed=failed):
            yield from _given(next=then, failed=failed)
        case Transfer(failed=failed) | Queue(failed=failed):
            yield "failed", failed
        case Branch(cases=cases, otherwise=otherwise):
            yield from ((f"cases.{value}", target) for value, target in cases.items())
            yield "otherwise", otherwise
        case HangUp():
            return


def _after_answers(node: Classify | Ask | Agent) -> Iterator[tuple[str, str]]:
    match node:
        case Classify(filled=filled, lost=lost):
            yield from _given(filled=filled, lost=lost)
        case Ask(next=then, changed=changed, unfit=unfit, lost=lost):
            yield "next", then
            yield from _given(changed=changed, unfit=unfit, lost=lost)
        case Agent(failed=failed, lost=lost):
            yield from _given(failed=failed, lost=lost)
    for name, route in node.routes.items():
        yield f"routes.{name}", route.to if isinstance(route, Route) else route


def _given(**fields: str) -> Iterator[tuple[str, str]]:
    yield from ((name, target) for name, target in fields.items() if target)


def patience(node: Node, slots: Mapping[str, Slot]) -> Patience | None:
    """Return how long a caller may think at ``node``; None where what is asked is not known beforehand."""
    if not isinstance(node, Ask):
        return Patience.NORMAL if isinstance(node, Classify) else None
    match slots[node.slot].kind:
        case "yes_no" | "choice":
            return Patience.SHORT
        case "name" | "phone" | "digits" | "email":
            return Patience.LONG
        case "text":
            return Patience.DICTATED
        case _:
            return Patience.NORMAL


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a conversation knows about where it happens.

    ``facts`` are further variables: what came with a call, by the name behind ``exchange.``. ``agent`` is who answers it.
    """

    tenant: str
    call: str
    caller: str = ""
    source: Receiver = "text"
    facts: Mapping[str, str] = field(default_factory=dict)
    agent: str = ""

    def value(self, name: str) -> Value:
        """Return variable ``exchange.name``."""
        known: Mapping[str, Value] = {"channel.source_type": self.source, "caller": self.caller, "call": self.call}
        return known[name] if name in known else self.facts.get(name)
