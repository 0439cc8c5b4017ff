"""An MCP server as people and programs write it; ``build`` makes the record of it that connections are made from.

A tenant names either a URL or one of the programs that the operator has set up: never a command. Secrets (token, headers, variables
of the environment) can be written and never read: a form that is stored or shown has none.
"""

import re
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from switchroom.catalogue.forms import checked
from switchroom.egress import is_literal, is_public
from switchroom.errors import Invalid
from switchroom.identity import TenantId
from switchroom.ports.tool_server import Endpoint, Program, RemoteTool, ToolRules, ToolServer
from switchroom.settings import McpSettings

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
_OURS = ("host", "content-", "accept", "transfer-", "connection", "mcp-")
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,63}")
_PRINTED = re.compile(r"[ -~]*")


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.fragment:
        raise ValueError(f"{text!r} is no address of a server: write https://host/mcp, without a user or a password")
    return text


def _header(name: str) -> str:
    if not _HEADER.fullmatch(name) or name.lower().startswith(_OURS):
        raise ValueError(f"{name!r} is no header that may be set")
    return name.lower()


def _variable(name: str) -> str:
    if not _VARIABLE.fullmatch(name):
        raise ValueError(f"{name!r} is no variable: write capital letters, figures and _")
    return name


def _printed(secret: SecretStr) -> SecretStr:
    if not _PRINTED.fullmatch(secret.get_secret_value()):
        raise ValueError(
            "it has characters that cannot be sent: write it in one line of plain letters, figures and signs"
        )
    return secret


Secret = Annotated[SecretStr, Field(max_length=4000), AfterValidator(_printed)]
Glob = Annotated[str, Field(min_length=1, max_length=128)]
Seconds = Annotated[float, Field(ge=0.1, le=120.0)]
Sentence = Annotated[str, Field(max_length=200)]


class McpServerForm(BaseModel):
    """An MCP server, its secrets apart. Tools are meant by name or glob."""

    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,  # it may be a secret
        json_schema_extra={
            "example": {
                "name": "crm", "url": "https://crm.example.com/mcp", "token": "a long token", "tools": ["find_*", "get_customer"],
                "limit": 4.0, "filler": "Let me look that up.", "read_only": {"find_*": True},
            }
        },
    )  # fmt: skip

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$", description="stands before its tools' names: name.tool")
    enabled: bool = True
    url: Annotated[str, AfterValidator(_url)] | None = Field(None, max_length=2000, description="streamable HTTP")
    program: str | None = Field(None, max_length=64, description="one of the operator's programs, over stdio")
    token: Secret | None = Field(None, description="sent as Authorization: Bearer")
    credential: str = Field(
        "", max_length=64, description="name of a credential of the tenant, sent instead of a token"
    )
    headers: dict[Annotated[str, AfterValidator(_header)], Secret] = Field({}, max_length=16)
    environment: dict[Annotated[str, AfterValidator(_variable)], Secret] = Field({}, max_length=16)
    tools: list[Glob] = Field(["*"], max_length=200, description="which of its tools may be used")
    limit: Seconds = Field(8.0, description="seconds that a call may take")
    limits: dict[Glob, Seconds] = Field({}, max_length=200, description="exceptions from limit")
    filler: Sentence = Field("", description="said while a tool works")
    fillers: dict[Glob, Sentence] = Field({}, max_length=200, description="exceptions from filler")
    read_only: dict[Glob, bool] = Field(
        {}, max_length=200, description="tools that change nothing, where the server is wrong about it"
    )
    most: int = Field(8000, ge=100, le=200_000, description="characters of a result beyond which it is cut")
    progress: bool = Field(default=False, description="what the server reports of its work is said to the caller")

    @model_validator(mode="after")
    def _one_way(self) -> "McpServerForm":
        if (self.url is None) == (self.program is None):
            raise ValueError("url or program: one of them says where the server is, and not both")
        return self

    def secrets(self) -> Mapping[str, str]:
        """Return the secrets that were given, by their place; "" is one to be forgotten."""
        given = {} if "token" not in self.model_fields_set else {"token": self.token or SecretStr("")}
        given |= {f"headers.{name}": secret for name, secret in self.headers.items()}
        given |= {f"environment.{name}": secret for name, secret in self.environment.items()}
        return {place: secret.get_secret_value() for place, secret in given.items()}

    def shown(self) -> Mapping[str, object]:
        """Return everything but the secrets, as JSON."""
        return self.model_dump(mode="json", exclude={"token", "headers", "environment"})


def read(values: Mapping[str, object], settings: McpSettings) -> McpServerForm:
    """Return the form of these values. Raises Invalid, saying which field is wrong and why."""
    form = checked(McpServerForm, values)
    if form.program is not None:
        program = settings.programs.get(form.program)
        if program is None:
            known = ", ".join(settings.programs) or "none: the operator sets them up with SWITCHROOM_MCP__PROGRAMS"
            raise Invalid(f"program: there is no {form.program!r}; there are {known}")
        for name in form.environment:
            if name not in program.environment:
                allowed = ", ".join(program.environment) or "nothing"
                raise Invalid(f"environment.{name}: {form.program!r} may be given {allowed}")
    if form.url is not None and not settings.private and _is_private(urlsplit(form.url).hostname or ""):
        raise Invalid(
            "url: it is no address of the public internet; the operator may allow it with SWITCHROOM_MCP__PRIVATE"
        )
    return form


def build(
    ids: tuple[str, TenantId],
    form: McpServerForm,
    secrets: Mapping[str, str],
    known: tuple[RemoteTool, ...],
    settings: McpSettings,
) -> ToolServer:
    """Return the record of a checked form."""
    rules = ToolRules(
        tuple(form.tools), form.limit, form.limits, form.filler, form.fillers, form.read_only, form.most, form.progress
    )
    return ToolServer(ids[0], ids[1], form.name, _reach(form, secrets, settings), rules, known)


def _reach(form: McpServerForm, secrets: Mapping[str, str], settings: McpSettings) -> Program | Endpoint:
    if form.program is not None:
        return Program(settings.programs[form.program].command, _below("environment.", secrets))
    headers = dict(_below("headers.", secrets))
    if "token" in secrets:
        headers["authorization"] = f"Bearer {secrets['token']}"
    return Endpoint(form.url or "", headers, settings.private)


def _below(prefix: str, secrets: Mapping[str, str]) -> Mapping[str, str]:
    return {name.removeprefix(prefix): value for name, value in secrets.items() if name.startswith(prefix)}


def _is_private(host: str) -> bool:
    """Return whether a host is an address that is plainly not public; names are looked at when they are resolved."""
    if is_literal(host):
        return not is_public(host)
    return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))
