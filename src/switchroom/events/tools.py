"""What was done on the caller's behalf, and by which model."""

from collections.abc import Mapping
from dataclasses import dataclass

from switchroom.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolStarted(Event):
    """A tool was called on the caller's behalf."""

    topic = "tool.started"
    personal = frozenset({"arguments"})
    turn: int
    tool: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolFinished(Event):
    """The tool answered after ``took`` seconds."""

    topic = "tool.finished"
    personal = frozenset({"result"})
    turn: int
    tool: str
    result: Mapping[str, object]
    took: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolFailed(Event):
    """The tool did not answer usefully."""

    topic = "tool.failed"
    turn: int
    tool: str
    code: str
    message: str
    took: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAnswered(Event):
    """A language model answered one request of a turn, for so many tokens."""

    topic = "model.answered"
    turn: int
    model: str
    tokens_in: int
    tokens_out: int
