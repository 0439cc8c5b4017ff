"""Tools that live elsewhere: a server of the Model Context Protocol, as a tenant set it up, and what such a server lists."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from switchroom.identity import TenantId


@dataclass(frozen=True, slots=True)
class Program:
    """A server that we start and end, spoken to over its standard input and output. ``command`` is the operator's."""

    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server that is reached by streamable HTTP. ``private``: it may be at an address that is not of the public internet."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    private: bool = False


@dataclass(frozen=True, slots=True)
class ToolRules:
    """What a tenant wants of a server's tools, by their names or globs (``*``, ``find_*``).

    ``tools`` are those that may be used at all. ``limit`` is in seconds and ``limits`` the exceptions from it; so ``filler`` and
    ``fillers``. ``read_only`` overrides what the server says of itself. A longer result than ``most`` characters is cut. With
    ``progress``, what a server reports of its work is said to the caller.
    """

    tools: tuple[str, ...] = ("*",)
    limit: float = 8.0
    limits: Mapping[str, float] = field(default_factory=dict)
    filler: str = ""
    fillers: Mapping[str, str] = field(default_factory=dict)
    read_only: Mapping[str, bool] = field(default_factory=dict)
    most: int = 8000
    progress: bool = False


@dataclass(frozen=True, slots=True)
class RemoteTool:
    """A tool as its server lists it; ``schema`` is of the arguments, ``output`` of the result (empty: free text)."""

    name: str
    description: str
    schema: Mapping[str, object]
    output: Mapping[str, object] = field(default_factory=dict)
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class ToolServer:
    """A tenant's server. ``known`` is what it listed last, so that its tools are known while it is away."""

    id: str
    tenant: TenantId
    name: str
    reach: Program | Endpoint
    rules: ToolRules = ToolRules()
    known: tuple[RemoteTool, ...] = ()
