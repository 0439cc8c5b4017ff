"""Deciding what to say: prompts in, parts of a reply out."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, Protocol

from switchroom.errors import SwitchroomError
from switchroom.ports.errands import Errands
from switchroom.ports.leg import TransferOutcome
from switchroom.ports.speech import Hints


@dataclass(frozen=True, slots=True)
class CallerSaid:
    """The caller's committed turn. ``carried`` is how it begins if it goes on an earlier one whose reply nobody heard."""

    text: str
    confidence: float = 1.0
    carried: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class CallerTyped:
    """Digits, as the caller's committed turn."""

    digits: str


@dataclass(frozen=True, slots=True)
class CallerSilent:
    """The caller said nothing for a while, for the ``count``-th time in a row."""

    count: int


@dataclass(frozen=True, slots=True)
class CallerUnheard:
    """The caller said something and we failed to understand it for a reason of our own."""

    code: str


@dataclass(frozen=True, slots=True)
class CallOpened:
    """The call was just answered: greet."""


@dataclass(frozen=True, slots=True)
class TransferFailed:
    """Nobody took the caller over that ``TransferTo`` wanted to hand over: they are still here."""

    outcome: TransferOutcome


@dataclass(frozen=True, slots=True)
class MessageTaken:
    """The caller left the message that ``TakeMessage`` wanted, of so many seconds; 0: they said nothing.

    ``recording`` names its file, empty if none is kept.
    """

    seconds: float
    text: str = ""
    recording: str = ""


@dataclass(frozen=True, slots=True)
class ToolFinished:
    """A tool has come back that the caller was told not to wait for, and nobody is talking."""


Prompt = (
    ToolFinished | MessageTaken | CallOpened | CallerSaid | CallerTyped | CallerSilent | CallerUnheard | TransferFailed
)


@dataclass(frozen=True, slots=True)
class Say:
    """Say this. A ``protected`` sentence cannot be interrupted; a ``filler`` only bridges a wait."""

    text: str
    protected: bool = False
    filler: bool = False


@dataclass(frozen=True, slots=True)
class EndCall:
    """Hang up once everything has been said."""


@dataclass(frozen=True, slots=True)
class TransferTo:
    """Hand the caller over to ``target`` once everything has been said. TransferFailed is the next prompt, or the call is over.

    ``queue`` names whom they wait for, if it is nobody in particular: whoever knows queues lets them wait there; for who does
    not, ``target`` is who takes the queue's calls.
    """

    target: str
    queue: str = ""


@dataclass(frozen=True, slots=True)
class TakeMessage:
    """Record what the caller says once everything has been said. MessageTaken is the next prompt, or the call is over.

    It ends after ``limit`` seconds, after ``silence`` seconds without voice, or with the key ``#``.
    """

    limit: float = 120.0
    silence: float = 4.0
    beep: bool = True


@dataclass(frozen=True, slots=True)
class PressKeys:
    """Press these keys towards the other side, once everything before has been said."""

    digits: str


@dataclass(frozen=True, slots=True)
class PlayMusic:
    """Play music from now on until something is said, at most for so many seconds."""

    seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class ToolCalled:
    """The brain called a tool; ``key`` is what the errands know it by, "" if it was not even started."""

    tool: str
    arguments: Mapping[str, object]
    key: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class ToolAnswered:
    """The tool came back after ``took`` seconds, with a result or with the error it failed with."""

    tool: str
    took: float
    result: Mapping[str, object] = field(default_factory=dict)
    error: SwitchroomError | None = None
    key: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class ModelAnswered:
    """A language model has answered one request, and what that took."""

    model: str
    tokens_in: int
    tokens_out: int


@dataclass(frozen=True, slots=True)
class ModelFailed:
    """No answer came from a language model, or only a part of one; the brain goes on without."""

    model: str
    error: SwitchroomError


@dataclass(frozen=True, slots=True)
class Began:
    """The first word of the answer was written; nothing is said yet. For the timings: a brain need not tell it."""


ReplyPart = (
    Began
    | Say
    | EndCall
    | TransferTo
    | TakeMessage
    | PressKeys
    | PlayMusic
    | ToolCalled
    | ToolAnswered
    | ModelAnswered
    | ModelFailed
)


class Patience(Enum):
    """How soon a fallen-silent caller is taken to have finished."""

    SHORT = "short"  # a yes or no, a choice
    NORMAL = "normal"
    LONG = "long"  # digits, spelling, an address
    DICTATED = "dictated"  # a message: sentences, and after any of them there may be another


@dataclass(frozen=True, slots=True)
class Expecting:
    """What the brain awaits from the caller next."""

    hints: Hints
    patience: Patience | None = None
    """None: it is read from the agent's last question."""
    digits: int | None = None
    """Exactly so many keys complete a typed answer; None: ``#`` or a pause does."""


class Brain(Protocol):
    """What thinks for one call. Its state changes only while ``reply`` runs, and only one runs at a time.

    A branch is a brain of its own: what it thinks changes nothing here. If the guess it was made for comes true it takes this one's
    place, even in the middle of its reply; else it is closed and forgotten.
    """

    @property
    def expecting(self) -> Expecting: ...

    def reply(self, prompt: Prompt, heard: Sequence["Utterance"]) -> AsyncGenerator[ReplyPart, None]:
        """Answer ``prompt``; ``heard`` is the conversation so far, as it was really heard.

        Closing the generator early (the caller interrupted) must leave the brain able to take the next prompt; a tool that was
        already called is not undone and not forgotten.
        """
        ...

    def branch(self, errands: Errands) -> "Brain | None":
        """Return a private copy that thinks ahead about a turn that is only guessed; None if this brain cannot.

        Asked while no reply runs here. The copy has its tools run by ``errands``, which only read until the guess is true.
        """
        ...


@dataclass(frozen=True, slots=True)
class Utterance:
    """One thing that was said and heard. ``start`` and ``end`` are seconds since the call was connected.

    A ``note`` was said by nobody on the line: the brain alone is to know it.
    """

    who: Literal["caller", "agent", "note"]
    text: str
    start: float
    end: float
    interrupted: bool = False
