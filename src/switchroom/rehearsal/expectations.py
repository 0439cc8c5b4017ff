"""What must be so after a call, or after a step of it; each class is one kind of expectation of the file.

Texts are compared word by word, whatever the case and punctuation; one between slashes is a regular expression. Values are
compared as they are written.
"""

from collections.abc import Callable, Mapping
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field, Tag
from pydantic.dataclasses import dataclass

from switchroom.events.catalogue import EndReason

_STRICT = ConfigDict(extra="forbid")


def _as_written(value: object) -> object:
    """Return a value of YAML that is no text as the text that stands for it."""
    return "" if value is None else {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


Texts = Mapping[str, Annotated[str, BeforeValidator(_as_written)]]
"""Values by name, as they are written."""
Count = Annotated[int, Field(ge=0)]
Limit = Annotated[float, Field(gt=0)]


@dataclass(frozen=True, slots=True, config=_STRICT)
class Said:
    """The agent said this, or began to; the caller may have cut it short."""

    said: str


@dataclass(frozen=True, slots=True, config=_STRICT)
class NotSaid:
    """The agent said nothing like this."""

    not_said: str


@dataclass(frozen=True, slots=True, config=_STRICT)
class ReachedEar:
    """The caller heard this."""

    heard: str


@dataclass(frozen=True, slots=True, config=_STRICT)
class NotReachedEar:
    """The caller heard nothing like this."""

    not_heard: str


@dataclass(frozen=True, slots=True, config=_STRICT)
class Understood:
    """The caller was understood to say this, as one of their turns."""

    understood: str


@dataclass(frozen=True, slots=True, config=_STRICT, kw_only=True)
class ToolCalled:
    """The tool was called, with these arguments among others; ``times``: exactly so often (0: never).

    ``outcome`` is ``ok`` or the code of the error that it failed with; ``result`` is what it gave, among other things.
    """

    tool: str
    arguments: Texts = Field(default_factory=dict, alias="with")
    times: Count | None = None
    outcome: str | None = None
    result: Texts = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, config=_STRICT)
class Known:
    """The agent knows these values: slots and other variables. One that it does not know is an empty text."""

    value: Texts


@dataclass(frozen=True, slots=True, config=_STRICT, kw_only=True)
class RowsStand:
    """Rows like this stand in the tenant's table; ``count``: exactly so many (0: none). ``where`` names some columns."""

    rows: str
    where: Texts = Field(default_factory=dict)
    count: Count | None = None


@dataclass(frozen=True, slots=True, config=_STRICT)
class LatencyBelow:
    """Every reply was heard within so many seconds after the caller had finished."""

    latency: Limit


@dataclass(frozen=True, slots=True, config=_STRICT)
class Replies:
    """Every turn of the caller's got so many replies that were heard; one, as it should be."""

    replies: Count


@dataclass(frozen=True, slots=True, config=_STRICT)
class Turns:
    """The caller was understood to have had so many turns."""

    turns: Count


@dataclass(frozen=True, slots=True, config=_STRICT)
class Interrupted:
    """The caller cut the agent short, or did not."""

    interrupted: bool


@dataclass(frozen=True, slots=True, config=_STRICT)
class WentOn:
    """The agent paused at a sound and went on with its sentence, or did not."""

    resumed: bool


@dataclass(frozen=True, slots=True, config=_STRICT)
class EndedBy:
    """The call ended for this reason."""

    ended: EndReason


@dataclass(frozen=True, slots=True, config=_STRICT)
class SilenceBelow:
    """Nobody said anything for so many seconds at most: from the answer, or the caller's last step, on."""

    silence: Limit


@dataclass(frozen=True, slots=True, config=_STRICT)
class Happened:
    """An event of this topic happened, with these fields among others; ``times``: exactly so often."""

    event: str
    fields: Texts = Field(default_factory=dict, alias="with")
    times: Count | None = None


@dataclass(frozen=True, slots=True, config=_STRICT)
class JudgedTo:
    """A language model answers this question about the call with yes. The rehearsal names the judge."""

    judge: str


EXPECTATIONS: tuple[str, ...] = (
    "said", "not_said", "heard", "not_heard", "understood", "tool", "value", "rows", "latency", "replies", "turns",
    "interrupted", "resumed", "ended", "silence", "event", "judge",
)  # fmt: skip
"""The words by which expectations are told apart."""


def kind_among(words: tuple[str, ...]) -> Callable[[object], str | None]:
    """Return what finds the first of ``words`` that a mapping, or a record, has."""

    def kind(value: object) -> str | None:
        if isinstance(value, Mapping):
            return next((word for word in words if word in value), None)
        return next((word for word in words if hasattr(value, word)), None)

    return kind


Expectation = Annotated[
    Annotated[Said, Tag("said")]
    | Annotated[NotSaid, Tag("not_said")]
    | Annotated[ReachedEar, Tag("heard")]
    | Annotated[NotReachedEar, Tag("not_heard")]
    | Annotated[Understood, Tag("understood")]
    | Annotated[ToolCalled, Tag("tool")]
    | Annotated[Known, Tag("value")]
    | Annotated[RowsStand, Tag("rows")]
    | Annotated[LatencyBelow, Tag("latency")]
    | Annotated[Replies, Tag("replies")]
    | Annotated[Turns, Tag("turns")]
    | Annotated[Interrupted, Tag("interrupted")]
    | Annotated[WentOn, Tag("resumed")]
    | Annotated[EndedBy, Tag("ended")]
    | Annotated[SilenceBelow, Tag("silence")]
    | Annotated[Happened, Tag("event")]
    | Annotated[JudgedTo, Tag("judge")],
    Discriminator(
        kind_among(EXPECTATIONS),
        custom_error_type="expectation",
        custom_error_message=f"this is no expectation; one has one of: {', '.join(EXPECTATIONS)}",
    ),
]
