"""What the caller of a rehearsal does, one step after the other; each class is one kind of step of the file.

A step of speech waits for the agent to have finished, unless it says when: ``at`` seconds into the call, ``over`` so many seconds
of the agent's speech, or ``once`` a phrase was heard of it. ``after`` comes on top.
"""

from typing import Annotated, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag
from pydantic.dataclasses import dataclass

from switchroom.rehearsal.expectations import Expectation, kind_among

_STRICT = ConfigDict(extra="forbid")

Seconds = Annotated[float, Field(ge=0, le=3600)]
Keys = Annotated[str, Field(pattern=r"^[0-9*#A-D]+$")]


@dataclass(frozen=True, slots=True, config=_STRICT)
class Pause:
    """A hesitation inside a sentence."""

    pause: Seconds


@dataclass(frozen=True, slots=True, config=_STRICT)
class Clip:
    """Recorded speech: a part of a wav file, one channel of it if it has two."""

    file: str
    channel: Literal["left", "right", "both"] = "both"
    start: Seconds = 0.0
    end: Seconds | None = None


@dataclass(frozen=True, slots=True, config=_STRICT, kw_only=True)
class SayLine:
    """Say something: a text, or texts with pauses between them.

    The rest is for text mode: ``heard`` is what the recogniser makes of it, ``partials`` what it guesses on the way (else: the
    words as they are said), ``confidence`` how sure it is, ``final`` how long it takes to be so. ``unheard``: it fails.
    ``seconds`` is how long the line takes to say, ``level`` how loud it is in dB. ``hang_up``: so many seconds into it the caller
    is gone.
    """

    say: str | tuple[str | Pause, ...]
    at: Seconds | None = None
    over: Seconds | None = None
    once: str | None = None
    after: Seconds | None = None
    heard: str | None = None
    partials: tuple[str, ...] = ()
    confidence: Annotated[float, Field(ge=0, le=1)] = 1.0
    final: Seconds = 0.15
    unheard: bool = False
    seconds: Annotated[float, Field(gt=0, le=600)] | None = None
    level: Annotated[float, Field(ge=-60, le=6)] = 0.0
    hang_up: Seconds | None = None
    clip: Clip | None = None


@dataclass(frozen=True, slots=True, config=_STRICT, kw_only=True)
class MakeSound:
    """Make a sound that is no turn: a cough, an "mhm" while listening."""

    sound: Literal["cough", "mhm"]
    at: Seconds | None = None
    over: Seconds | None = None
    once: str | None = None
    after: Seconds | None = None
    seconds: Annotated[float, Field(gt=0, le=10)] = 0.4


@dataclass(frozen=True, slots=True, config=_STRICT, kw_only=True)
class PressKeys:
    """Press keys, one every ``every`` seconds."""

    digits: Keys
    at: Seconds | None = None
    over: Seconds | None = None
    once: str | None = None
    after: Seconds | None = None
    every: Seconds = 0.25


@dataclass(frozen=True, slots=True, config=_STRICT)
class StaySilent:
    """Say nothing for so many seconds, whatever the agent does."""

    silence: Seconds


@dataclass(frozen=True, slots=True, config=_STRICT)
class MakeNoise:
    """Let there be noise behind the caller from now on, in dB below full scale; 0 ends it."""

    noise: Annotated[float, Field(ge=-90, le=0)]


@dataclass(frozen=True, slots=True, config=_STRICT)
class Wait:
    """Wait until the agent was heard to say this, at most ``within`` seconds."""

    wait_for: str
    within: Seconds = 20.0


@dataclass(frozen=True, slots=True, config=_STRICT)
class Hold:
    """Put the agent on hold for so many seconds."""

    hold: Seconds


@dataclass(frozen=True, slots=True, config=_STRICT, kw_only=True)
class HangUp:
    """Be gone."""

    hang_up: Literal[True]
    at: Seconds | None = None
    over: Seconds | None = None
    once: str | None = None
    after: Seconds | None = None


@dataclass(frozen=True, slots=True, config=_STRICT)
class Expect:
    """Wait until the agent has finished, and see whether all of this holds of what happened since the caller's last step."""

    expect: tuple[Expectation, ...]


Spoken = SayLine | MakeSound
Timed = SayLine | MakeSound | PressKeys | HangUp


@dataclass(frozen=True, slots=True, config=_STRICT)
class Compare:
    """The same as Expect, but what does not hold is only told: the rehearsal goes as expected all the same."""

    compare: tuple[Expectation, ...]


STEPS = ("say", "sound", "digits", "silence", "noise", "wait_for", "hold", "expect", "compare", "hang_up")
"""The words by which steps are told apart; the first that a step has is its kind."""

Step = Annotated[
    Annotated[SayLine, Tag("say")]
    | Annotated[MakeSound, Tag("sound")]
    | Annotated[PressKeys, Tag("digits")]
    | Annotated[StaySilent, Tag("silence")]
    | Annotated[MakeNoise, Tag("noise")]
    | Annotated[Wait, Tag("wait_for")]
    | Annotated[Hold, Tag("hold")]
    | Annotated[Expect, Tag("expect")]
    | Annotated[Compare, Tag("compare")]
    | Annotated[HangUp, Tag("hang_up")],
    Discriminator(
        kind_among(STEPS),
        custom_error_type="step",
        custom_error_message=f"this is no step; a step has one of: {', '.join(STEPS)}",
    ),
]
