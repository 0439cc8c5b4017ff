"""What is offered as a tool: a function of who asks and what is wanted, with the scope that it takes."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue, TypeAdapter

from switchroom.accounts.api_keys import Scope, allows
from switchroom.accounts.tokens import Identity
from switchroom.catalogue.forms import checked
from switchroom.identity import TenantId, UserId
from switchroom.web.services import Services

Answer = Mapping[str, JsonValue]
"""What a tool gives back: an object."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, and the services to answer with. ``key`` is the same if the same call is ever made twice."""

    who: Identity
    services: Services
    key: str

    @property
    def tenant(self) -> TenantId:
        """Whose things may be seen."""
        return self.who.tenant

    @property
    def user(self) -> UserId:
        """Who did it, for what is written down."""
        return self.who.user

    def may(self, scope: Scope) -> bool:
        """Return whether who asks may do what needs ``scope``."""
        return allows(self.who, scope)


class Arguments(BaseModel):
    """What a tool takes."""

    model_config = ConfigDict(extra="forbid")


class Nothing(Arguments):
    """No arguments."""


W = TypeVar("W", bound=Arguments)


@dataclass(frozen=True, slots=True)
class Offer(Generic[W]):
    """A tool of ours. Its description is the function's docstring; it only reads unless it needs a scope to write."""

    scope: Scope
    wanted: type[W]
    work: Callable[[Asked, W], Awaitable[Answer]]

    @property
    def name(self) -> str:
        """What it is called."""
        return self.work.__name__

    @property
    def description(self) -> str:
        """What it does, for a model to read."""
        return self.work.__doc__ or ""

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.scope.endswith(":read")

    async def run(self, asked: Asked, arguments: Mapping[str, object]) -> Answer:
        """Do it. Raises Invalid, naming the argument that cannot be used."""
        return await self.work(asked, checked(self.wanted, arguments))


_ADAPTERS: dict[type[object], TypeAdapter[object]] = {}  # each takes milliseconds to make


def plain(record: object, *without: str) -> dict[str, JsonValue]:
    """Return a record as JSON has it, less some of its fields."""
    kind = type(record)
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    told: dict[str, JsonValue] = _ADAPTERS[kind].dump_python(record, mode="json")
    return {name: value for name, value in told.items() if name not in without}
