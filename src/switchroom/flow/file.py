"""Reading a flow from YAML: pydantic at the edge, frozen records behind it.

The format is described in docs/flows.md. Only ``true`` and ``false`` are booleans and ``17:00`` is a text, whatever YAML 1.1
says; a key that is written twice is an error.
"""

import re
from collections.abc import Callable, Mapping
from datetime import time
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from switchroom.errors import Invalid
from switchroom.flow import graph
from switchroom.flow.linking import needed
from switchroom.flow.problems import FlowUnreadable, Place, Problem, located
from switchroom.flow.slots import Kind, Slot, slot
from switchroom.flow.words import plain
from switchroom.flow.yaml_file import read


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Start(_Part):
    type: Literal["start"]
    next: str
    greeting: str = ""
    receivers: frozenset[graph.Receiver] = frozenset({"phone_gateway", "browser", "text"})


class _Classify(_Part):
    type: Literal["classify"]
    prompts: tuple[str, ...]
    routes: dict[str, str]
    digits: dict[str, str] = {}
    slots: tuple[str, ...] = ()
    forget: tuple[str, ...] = ()
    filled: str = ""
    lost: str = ""
    by: Literal["examples", "model"] = "examples"
    model: str = ""


class _Ask(_Part):
    type: Literal["ask"]
    slot: str
    prompts: tuple[str, ...]
    next: str
    also: tuple[str, ...] = ()
    changed: str = ""
    fresh: bool = False
    routes: dict[str, str] = {}
    digits: dict[str, str] = {}
    hints: tuple[str, ...] = ()
    agree: str = ""
    unfit: str = ""
    lost: str = ""


class _Route(_Part):
    to: str
    when: str = ""


def _route(given: object) -> object:
    """Let a target stand for a route without a description."""
    return {"to": given} if isinstance(given, str) else given


class _Agent(_Part):
    type: Literal["agent"]
    prompt: str
    tools: tuple[str, ...] = ()
    routes: dict[str, Annotated[_Route, BeforeValidator(_route, json_schema_input_type=str | _Route)]] = {}
    model: str = ""
    quick: str = ""
    temperature: float | None = Field(default=None, ge=0, le=2)
    within: float = Field(default=10.0, gt=0, le=60)
    opening: str = ""
    failed: str = ""
    lost: str = ""
    hints: tuple[str, ...] = ()
    voice_tools: bool = True


class _Say(_Part):
    type: Literal["say"]
    text: str
    next: str
    protected: bool = False


class _Tool(_Part):
    type: Literal["tool"]
    tool: str
    next: str
    failed: str
    arguments: dict[str, str] = {}
    fill: tuple[str, ...] = ()


class _Branch(_Part):
    type: Literal["branch"]
    by: str
    cases: dict[str, str]
    otherwise: str


class _Transfer(_Part):
    type: Literal["transfer"]
    failed: str
    to: str = ""
    text: str = ""


class _HangUp(_Part):
    type: Literal["hang_up"]
    text: str = ""


class _Assign(_Part):
    type: Literal["assign"]
    next: str
    values: dict[str, str] = {}
    forget: tuple[str, ...] = ()


class _Queue(_Part):
    type: Literal["queue"]
    queue: str
    failed: str
    text: str = ""


class _Voicemail(_Part):
    type: Literal["voicemail"]
    next: str
    text: str = ""
    limit: float = Field(default=120.0, ge=1, le=600)
    silence: float = Field(default=4.0, ge=1, le=30)
    beep: bool = True


class _SubFlow(_Part):
    type: Literal["sub_flow"]
    flow: str
    next: str
    given: dict[str, str] = {}
    results: dict[str, str] = {}


class _Desk(_Part):
    to: str = ""
    hold: str = "All our people are busy. Please hold the line."


_Node = Annotated[
    _Start
    | _Classify
    | _Ask
    | _Agent
    | _Say
    | _Assign
    | _Tool
    | _Branch
    | _Transfer
    | _Queue
    | _Voicemail
    | _SubFlow
    | _HangUp,
    Field(discriminator="type"),
]


class _Slot(_Part):
    kind: Kind
    least: int | None = None
    most: int | None = None
    first: time = time(0, 0)
    last: time = time(23, 59)
    length: int = Field(default=0, ge=0, le=64)
    choices: dict[str, tuple[str, ...]] | tuple[str, ...] = ()


class _Sentences(_Part):
    silence: tuple[str, ...] = ("Are you still there?", "I can't hear you at the moment.", "Hello?")
    unheard: str = "I'm sorry, I had some trouble hearing you."
    stuck: str = "I'm sorry, something went wrong on my side."
    waiting: tuple[str, ...] = (
        "One moment, please.",
        "I'm still on it.",
        "It takes a little longer, please bear with me.",
    )
    late: str = "I'm sorry, that takes longer than it should. I'll tell you as soon as I know more."
    blank: str = "I'm sorry, I lost my thread. Could you say that again?"
    goodbye: str = "I can't hear you, so I'll hang up now. Please call again. Goodbye."


class _File(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)

    flow: str
    language: str = "en"
    zone: str = "UTC"
    start: str = "start"
    home: str
    intents: dict[str, tuple[str, ...]] = {}
    slots: dict[str, _Slot] = {}
    everywhere: dict[str, str] = {}
    keys: dict[str, str] = {}
    person: str = ""
    queues: dict[str, _Desk] = {}
    sentences: _Sentences = _Sentences()
    nodes: dict[str, _Node]


def load(path: Path) -> graph.Flow:
    """Read the flow in ``path``. Raises Invalid, naming the file, the place and what to do."""
    try:
        return parse(path.read_text(encoding="utf-8"))
    except (Invalid, OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{path}: {error}") from error


def load_parts(path: Path, flow: graph.Flow) -> Mapping[str, graph.Flow]:
    """Return the flows that ``flow``, read from ``path``, runs as parts of itself: the files of their names beside it.

    Raises Invalid for one that cannot be read; one that is not there is not among them.
    """
    found: dict[str, graph.Flow] = {}
    waiting = sorted(needed(flow))
    while waiting:
        name = waiting.pop()
        beside = part_file(path, name)
        if name not in found and beside.is_file():
            found[name] = load(beside)
            waiting += sorted(needed(found[name]) - found.keys())
    return found


def part_file(path: Path, name: str) -> Path:
    """Return where the flow called ``name`` is looked for by one that was read from ``path``."""
    return path.with_name(f"{Path(name).name}.yaml")


def parse(text: str) -> graph.Flow:
    """Read a flow from YAML. Raises FlowUnreadable. Whether it can run is for ``check`` to say."""
    content = read(text)
    if not isinstance(content, dict):
        message = "a flow file is a mapping with flow, home and nodes; this is something else"
        raise FlowUnreadable([Problem("", "", message)])
    try:
        return _flow(_File.model_validate(content))
    except ValidationError as error:
        raise FlowUnreadable(located((_complaint(dict(part)) for part in error.errors()), text)) from error


def schema() -> Mapping[str, object]:
    """Return the format of flow files as JSON Schema, for editors and other programs."""
    described = _File.model_json_schema()
    described["title"] = "Switchroom flow"
    for part, kind in _KINDS.items():
        described["$defs"][part.__name__] |= {"title": _tag(part), "description": kind.__doc__}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **described}


def _complaint(problem: Mapping[str, object]) -> Problem:
    """Return what pydantic says about a value as a problem of its node; what kind the node is of is no part of the place."""
    loc = problem["loc"]
    place = tuple(map(str, loc)) if isinstance(loc, tuple) else ()
    message = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        message = f"there is no such field here{_meant(place)}"
    if place[:1] == ("nodes",) and len(place) > 1:
        return Problem(place[1], ".".join(place[3:]), message)
    return Problem("", ".".join(place), message)


def _meant(place: Place) -> str:
    """Return a hint at the field that was probably meant by the unknown one at ``place``."""
    known = next((list(part.model_fields) for part in _KINDS if place[2:3] == (_tag(part),)), list[str]())
    alike = get_close_matches(place[-1], known, n=1)
    return f"; did you mean {alike[0]!r}?" if alike else ""


def _tag(part: type[_Part]) -> str:
    """Return what stands behind ``type`` for this kind of node."""
    return str(get_args(part.model_fields["type"].annotation)[0])


def _flow(file: _File) -> graph.Flow:
    return graph.Flow(
        name=file.flow,
        language=file.language,
        zone=file.zone,
        start=file.start,
        home=file.home,
        nodes={name: _node(name, node) for name, node in file.nodes.items()},
        intents={name: graph.Intent(name, tuple(map(_shape, examples))) for name, examples in file.intents.items()},
        slots={name: _as_slot(name, given) for name, given in file.slots.items()},
        everywhere=file.everywhere,
        keys=file.keys,
        sentences=graph.Sentences(**file.sentences.model_dump()),
        settings=file.model_extra or {},
        person=file.person,
        queues={name: graph.Desk(desk.to, desk.hold) for name, desk in file.queues.items()},
    )


def _as_slot(name: str, given: _Slot) -> Slot:
    choices = given.choices if isinstance(given.choices, dict) else dict.fromkeys(given.choices, ())
    return slot(
        name,
        given.kind,
        given.least,
        given.most,
        first=given.first,
        last=given.last,
        length=given.length,
        choices=tuple(choices.items()),
    )


def _shape(example: str) -> str:
    """Return an example as plain text, its slots kept."""
    return " ".join(part if part.startswith("{") else plain(part) for part in re.split(r"(\{\w+\})", example)).strip()


def _agent(name: str, /, *, routes: Mapping[str, _Route], **fields: object) -> graph.Agent:
    given = {route: graph.Route(way.to, way.when) for route, way in routes.items()}
    return graph.Agent(name, routes=given, **fields)  # type: ignore[arg-type]


_KINDS: Mapping[type[_Part], Callable[..., graph.Node]] = {
    _Start: graph.Start,
    _Classify: graph.Classify,
    _Ask: graph.Ask,
    _Agent: _agent,
    _Say: graph.Say,
    _Assign: graph.Assign,
    _Tool: graph.Tool,
    _Branch: graph.Branch,
    _Transfer: graph.Transfer,
    _Queue: graph.Queue,
    _Voicemail: graph.Voicemail,
    _SubFlow: graph.SubFlow,
    _HangUp: graph.HangUp,
}


def _node(name: str, node: _Node) -> graph.Node:
    values = {field: getattr(node, field) for field in type(node).model_fields if field != "type"}
    return _KINDS[type(node)](name, **values)
