"""Functions a flow may call.

A tool is an async method or function under :func:`tool`: its first argument is the :class:`Occasion`, the others are named like
the variables they take. The flow never waits by itself: it hands every call to the call's :class:`Errands`, which impose the time
limit, catch what breaks, and keep working when the reply that asked is broken off. The key makes asking twice harmless.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar, get_type_hints

from pydantic import ConfigDict, Field, create_model

from switchroom.errors import SwitchroomError
from switchroom.flow.graph import Exchange
from switchroom.ports import Outcome, Values

LIMIT = 8.0
"""Seconds a tool may take unless it says otherwise."""

Run = Callable[..., Awaitable[Values]]
F = TypeVar("F", bound=Callable[..., Awaitable[Values]])


@dataclass(frozen=True, slots=True)
class Occasion:
    """When and for whom a tool is called. ``key`` is the same if the same call is ever made twice."""

    exchange: Exchange
    key: str
    now: datetime


class DirectErrands:
    """Awaits the tool in place, without a limit: for rehearsals and tests, where nothing can be late."""

    def __init__(self) -> None:
        self._outcomes: dict[str, Outcome] = {}

    async def run(
        self,
        key: str,
        work: Callable[[], Awaitable[Values]],
        limit: float,  # noqa: ARG002
        *,
        read_only: bool = False,  # noqa: ARG002
    ) -> Outcome:
        """Run ``work`` once per key. Cancelling cancels the work."""
        if key not in self._outcomes:
            try:
                self._outcomes[key] = Outcome(0.0, await work())
            except SwitchroomError as error:
                self._outcomes[key] = Outcome(0.0, error=error)
        return self._outcomes[key]


@dataclass(frozen=True, slots=True)
class Declaration:
    """What ``@tool`` says about a function."""

    returns: tuple[str, ...]
    filler: str = ""
    limit: float = LIMIT
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool, ready to be called. ``parameters`` are its arguments and their types, ``required`` those without a default.

    ``schema`` says the same as JSON Schema, for a language model.
    """

    name: str
    description: str
    run: Run
    parameters: Mapping[str, object]
    required: frozenset[str]
    declared: Declaration
    schema: Mapping[str, object]


Tools = Mapping[str, ToolSpec]


def tool(
    *, returns: tuple[str, ...], filler: str = "", limit: float = LIMIT, read_only: bool = False
) -> Callable[[F], F]:
    """Make a function a tool.

    ``returns`` names its results, ``filler`` is said while it works, ``limit`` is in seconds. A ``read_only`` tool changes
    nothing, so it may be called for a turn that is only guessed.
    """

    def declare(function: F) -> F:
        function.__dict__["declared_tool"] = Declaration(returns, filler, limit, read_only)
        return function

    return declare


def tools_of(*owners: object) -> Tools:
    """Return the tools that are methods of ``owners``, by name."""
    return {spec.name: spec for owner in owners for spec in _methods(owner)}


def _methods(owner: object) -> Iterator[ToolSpec]:
    for name, function in inspect.getmembers(type(owner), inspect.isfunction):
        declared = function.__dict__.get("declared_tool")
        if isinstance(declared, Declaration):
            hints = get_type_hints(function)
            given = list(inspect.signature(function).parameters.values())[2:]  # after self and the occasion
            yield ToolSpec(
                name=name,
                description=inspect.getdoc(function) or "",
                run=getattr(owner, name),
                parameters={parameter.name: hints[parameter.name] for parameter in given},
                required=frozenset(p.name for p in given if p.default is inspect.Parameter.empty),
                declared=declared,
                schema=_schema({parameter.name: (hints[parameter.name], parameter.default) for parameter in given}),
            )


def _schema(parameters: Mapping[str, tuple[object, object]]) -> Mapping[str, object]:
    """Return the JSON Schema of arguments by name, each with its type and its default (``Parameter.empty`` for none)."""
    fields = {
        name: (kind, Field(... if default is inspect.Parameter.empty else default))
        for name, (kind, default) in parameters.items()
    }
    return create_model("Arguments", __config__=ConfigDict(extra="forbid"), **fields).model_json_schema()  # type: ignore[call-overload,no-any-return]
