"""Functions a flow or a language model may call.

A tool is an async method or function under :func:`tool`: its first argument is the :class:`Occasion`, the others are named like
the variables they take. The flow never waits by itself: it hands every call to the call's :class:`Errands`, which impose the time
limit, catch what breaks, and keep working when the reply that asked is broken off. The key makes asking twice harmless.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar, get_type_hints

from switchroom.errors import Conflict
from switchroom.flow.arguments import Accept, arguments_model
from switchroom.flow.graph import Exchange
from switchroom.ports import Values, Work

LIMIT = 8.0
"""Seconds a tool may take unless it says otherwise."""

Run = Callable[..., Awaitable[Values]]
F = TypeVar("F", bound=Callable[..., Awaitable[Values]])


def _nobody_listens(text: str) -> None:
    """Take a report where no caller waits for it."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """When and for whom a tool is called. ``key`` is the same if the same call is ever made twice.

    A tool that takes long calls ``progress`` with a sentence; who waits for it hears it. A report that nobody had time to say
    gives way to a newer one.
    """

    exchange: Exchange
    key: str
    now: datetime
    progress: Callable[[str], None] = _nobody_listens


Precondition = Callable[[Occasion, Mapping[str, object]], str]
"""Says why a tool may not be called now with these arguments; "" if it may."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """What ``@tool`` says about a function."""

    returns: tuple[str, ...]
    filler: str = ""
    limit: float = LIMIT
    read_only: bool = False
    precondition: Precondition | None = None


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool, ready to be called. ``parameters`` are its arguments and their types, ``required`` those without a default.

    ``schema`` says the same as JSON Schema, for a language model, and ``accept`` makes what a model wrote into arguments; without
    it, ``schema`` decides (``arguments.accepted``). A tool that comes from elsewhere has a schema only, and no ``parameters``.
    """

    name: str
    description: str
    run: Run
    parameters: Mapping[str, object]
    required: frozenset[str]
    declared: Declaration
    schema: Mapping[str, object]
    accept: Accept | None = None

    def work(self, occasion: Occasion, arguments: Mapping[str, object]) -> Work:
        """Return the call as something to be run. It raises Conflict (``not_now``) where the precondition does not hold."""

        async def work() -> Values:
            allowed = self.declared.precondition
            why = allowed(occasion, arguments) if allowed is not None else ""
            if why:
                raise Conflict(why, code="not_now")
            return await self.run(occasion, **arguments)

        return work


Tools = Mapping[str, ToolSpec]


def tool(
    *,
    returns: tuple[str, ...],
    filler: str = "",
    limit: float = LIMIT,
    read_only: bool = False,
    precondition: Precondition | None = None,
) -> Callable[[F], F]:
    """Make a function a tool.

    ``returns`` names its results, ``filler`` is said while it works, ``limit`` is in seconds. A ``read_only`` tool changes
    nothing, so it may be called for a turn that is only guessed. ``precondition`` is asked before every call.
    """

    def declare(function: F) -> F:
        function.__dict__["declared_tool"] = Declaration(returns, filler, limit, read_only, precondition)
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
            schema, accept = arguments_model({p.name: (hints[p.name], p.default) for p in given})
            yield ToolSpec(
                name=name,
                description=inspect.getdoc(function) or "",
                run=getattr(owner, name),
                parameters={parameter.name: hints[parameter.name] for parameter in given},
                required=frozenset(p.name for p in given if p.default is inspect.Parameter.empty),
                declared=declared,
                schema=schema,
                accept=accept,
            )
