"""What is done while the caller waits for the agent, so that they never hear long silence and never wait for ever.

Every wait has an owner: (``stt``, ``llm``, ``tool book_table``, ``tts``, ``wire``). Told what becomes of a reply:

    silent since             and                                     decided
    the end of speech        the reply is likely to be in time       Fill shortly before ``no_silence`` is over, if it is not
    the end of speech        it is likely to be far too late         Fill at half of that
    a filler                 ``no_silence`` passed again             Fill: a sentence that asks for patience
    that sentence            ``again`` passed                        the same, every time
    anything                 nothing moved for ``stalled``           Stall (a tool may take ``tool``)
    a pause of ours          the same                                Stall

Sound, progress and a caller who speaks put it off; hold puts everything off. A short answer is not met with a filler ("let me see"
after a "yes" sounds odd) but with the sentence.
"""

from dataclasses import dataclass
from math import inf
from typing import Literal, assert_never


@dataclass(frozen=True, slots=True)
class Promise:
    """What callers are promised. Seconds."""

    no_silence: float = 1.2
    """From the end of the caller's speech, or of what the agent said last, to its next sound."""
    lead: float = 0.06
    """A sentence is begun so much earlier, to be heard in time."""
    again: float = 4.0
    """The caller is asked for patience again after so much silence."""
    stalled: float = 8.0
    """Nothing came from who is awaited for so long: it will not come."""
    tool: float = 12.0
    """The same for a tool, which has a limit of its own."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A reply is owed; the caller has heard nothing ``since``. ``expected`` is when its first sound is likely.

    ``short``: it follows a yes or no. Not ``bridged``: silence may last, for the caller awaits nothing (a greeting, a reminder).
    """

    since: float
    expected: float
    short: bool = False
    bridged: bool = True


@dataclass(frozen=True, slots=True)
class Awaited:
    """Something moved: ``owner`` is awaited from now on."""

    owner: str


@dataclass(frozen=True, slots=True)
class Sounds:
    """The agent is heard."""


@dataclass(frozen=True, slots=True)
class Silent:
    """What there was of the reply has been heard; more is to come. ``asked``: it ends in a question, so silence is the caller's."""

    asked: bool = False


@dataclass(frozen=True, slots=True)
class Busy:
    """The caller speaks, or what we say is paused: nothing more may be said now."""


@dataclass(frozen=True, slots=True)
class Free:
    """The caller listens again."""


@dataclass(frozen=True, slots=True)
class Away:
    """The caller is on hold, or being handed over: nobody waits."""


@dataclass(frozen=True, slots=True)
class Done:
    """The reply is over. Not ``well``: it had been given up."""

    well: bool = True


Told = Owed | Awaited | Sounds | Silent | Busy | Free | Away | Done


@dataclass(frozen=True, slots=True)
class Fill:
    """Say something that was rendered before: a ``filler``, or a sentence that asks for ``patience``. ``owner`` is awaited."""

    what: Literal["filler", "patience"]
    owner: str


@dataclass(frozen=True, slots=True)
class Stall:
    """Nothing moved for ``waited`` seconds: give the reply up. ``count`` is how many were given up in a row."""

    owner: str
    waited: float
    count: int


class Deadlines:
    """Watches over the replies of one call. Call ``expire`` once ``deadline`` has passed."""

    def __init__(self, promise: Promise | None = None) -> None:
        self._promise = promise or Promise()
        self._owed: Owed | None = None
        self._line: Literal["free", "busy", "away"] = "free"
        self._sounding = False
        self._silent = 0.0  # since when
        self._moved = 0.0  # when anything did
        self._owner = "llm"
        self._fills = 0
        self._bridging = False  # what is heard was said for want of a reply
        self._asked = False
        self._stalls = 0

    @property
    def deadline(self) -> float | None:
        """When something is to be done, unless something happens before."""
        if self._owed is None or self._sounding or self._line == "away":
            return None
        stall, fill = self._stall_due(), self._fill_due()
        return stall if fill is None else min(stall, fill)

    def handle(self, told: Told, now: float) -> None:
        """Take what happened."""
        match told:
            case Owed():
                self._owed, self._silent, self._moved = told, told.since, now
                self._owner, self._sounding, self._fills, self._asked, self._bridging = "llm", False, 0, False, False
            case Awaited(owner):
                self._owner, self._moved, self._bridging = owner, now, False
            case Sounds():
                self._sounding, self._asked = True, False
                self._moved = self._moved if self._bridging else now
            case Silent(asked):
                self._sounding, self._asked, self._silent = False, asked, now
                self._moved = self._moved if self._bridging else now
            case Busy() | Away():
                self._line = "busy" if isinstance(told, Busy) else "away"
            case Free():
                self._line, self._silent, self._moved = "free", max(self._silent, now), now
            case Done(well):
                self._owed = None
                self._stalls = 0 if well else self._stalls
            case _:
                assert_never(told)

    def expire(self, now: float) -> list[Fill | Stall]:
        """Say what to do now. Harmless when called early."""
        deadline = self.deadline
        if deadline is None or now < deadline:
            return []
        if now >= self._stall_due():
            return [self._give_up(now)]
        short = self._owed is not None and self._owed.short
        what: Literal["filler", "patience"] = "patience" if short or self._fills else "filler"
        self._fills += 1
        self._bridging = True
        self._silent = (
            now + self._promise.lead
        )  # until it is heard; without a sentence to say, silence goes on from here
        return [Fill(what, self._owner)]

    def _give_up(self, now: float) -> Stall:
        self._stalls += 1
        waited, self._moved = now - self._moved, now
        return Stall(self._owner, round(waited, 3), self._stalls)

    def _stall_due(self) -> float:
        if self._owner == "stt":  # the turn machine waits for it, and not for ever
            return inf
        return self._moved + (self._promise.tool if self._owner.startswith("tool") else self._promise.stalled)

    def _fill_due(self) -> float | None:
        owed, promise = self._owed, self._promise
        if owed is None or not owed.bridged or self._line != "free" or self._asked or self._owner in {"voice", "wire"}:
            return None
        if self._fills > 1:
            return self._silent + promise.again
        late = not self._fills and owed.expected > owed.since + 2 * promise.no_silence
        return self._silent + promise.no_silence * (0.5 if late else 1.0) - promise.lead
