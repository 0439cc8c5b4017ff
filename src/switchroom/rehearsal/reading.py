"""Reading rehearsals from YAML: every problem with its file, line, place, and what to do.

Only ``true`` and ``false`` are booleans; everything else is a text until a field wants a number, so ``0123`` stays what it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml
from pydantic import TypeAdapter, ValidationError

from switchroom.errors import Invalid
from switchroom.rehearsal.comparing import pattern
from switchroom.rehearsal.expectations import Expectation
from switchroom.rehearsal.play import Rehearsal
from switchroom.rehearsal.scalars import BOOLEANS, NO_VALUE
from switchroom.rehearsal.steps import Compare, Expect

_REHEARSAL = TypeAdapter(Rehearsal)

_SAID = {
    "Field required": "this is missing",
    "Unexpected keyword argument": "there is no such field here; `switchroom rehearse --schema` lists those there are",
}
_AGENTS = {"path", "file", "database"}

_QUOTES = "inside {...} and [...] a text with ?, a comma, a colon or a brace needs quotes"

Place = tuple[str | int, ...]
Lines = dict[Place, int]


@dataclass(frozen=True, slots=True)
class Piece:
    """A rehearsal and the file it was read from; ``lines`` says where each step and expectation begins."""

    path: Path
    rehearsal: Rehearsal
    lines: Mapping[Place, int]


def schema() -> dict[str, object]:
    """Return the JSON Schema of rehearsal files."""
    return _REHEARSAL.json_schema(by_alias=True)


def load(path: Path) -> Piece:
    """Read one file. Raises Invalid."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{path}: cannot be read: {error}") from error
    return parse(text, path)


def parse(text: str, path: Path) -> Piece:
    """Read the text of ``path``. Raises Invalid: all problems, each with its line."""
    lines: Lines = {}
    try:
        node = yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise Invalid(f"{path}: not YAML: {error}\n{path}: {_QUOTES}") from error
    if not isinstance(node, yaml.MappingNode):
        raise Invalid(f"{path}: a rehearsal is a mapping with rehearsal, agent and script; this is something else")
    content = _plain(node, (), lines, path)
    try:
        rehearsal = _REHEARSAL.validate_python(content)
    except ValidationError as error:
        problems = [_complaint(path, problem["loc"], problem["msg"], lines) for problem in error.errors()]
        raise Invalid("\n".join(dict.fromkeys(problems))) from error
    _check_patterns(path, rehearsal, lines)
    return Piece(path, rehearsal, lines)


def _check_patterns(path: Path, rehearsal: Rehearsal, lines: Lines) -> None:
    """See that every regular expression is one. Raises Invalid."""
    places: list[tuple[Place, Expectation]] = [(("expect", n), one) for n, one in enumerate(rehearsal.expect)]
    for number, step in enumerate(rehearsal.script):
        if isinstance(step, Expect):
            places += [(("script", number, "expect", n), one) for n, one in enumerate(step.expect)]
        elif isinstance(step, Compare):
            places += [(("script", number, "compare", n), one) for n, one in enumerate(step.compare)]
    for place, expectation in places:
        for text in _texts(asdict(expectation)):
            try:
                pattern(text)
            except Invalid as error:
                raise Invalid(f"{path}:{lines[place]}: {'.'.join(map(str, place))}: {error}") from error


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)


def _plain(node: yaml.Node, place: Place, lines: Lines, path: Path) -> object:
    lines[place] = node.start_mark.line + 1
    match node:
        case yaml.MappingNode():
            return dict(_pairs(node, place, lines, path))
        case yaml.SequenceNode():
            return [_plain(item, (*place, index), lines, path) for index, item in enumerate(node.value)]
        case yaml.ScalarNode():
            return _scalar(node)
        case _:
            raise Invalid(f"{path}:{node.start_mark.line + 1}: this is no text, list or mapping")


def _pairs(node: yaml.MappingNode, place: Place, lines: Lines, path: Path) -> Iterator[tuple[str, object]]:
    seen: set[str] = set()
    for key, value in node.value:
        name = str(key.value)
        if name in seen:
            line = key.start_mark.line + 1
            raise Invalid(f"{path}:{line}: {name!r} is written twice in the same place; keep one")
        seen.add(name)
        yield name, _plain(value, (*place, name), lines, path)


def _scalar(node: yaml.ScalarNode) -> object:
    if node.style is None and node.value in BOOLEANS:
        return BOOLEANS[node.value]
    return None if node.style is None and node.value in NO_VALUE else node.value


def _complaint(path: Path, place: Sequence[str | int], message: str, lines: Lines) -> str:
    """Return a problem with the line of the innermost part of its place that the file has."""
    known: Place = ()
    rest = list(_without_kinds(place))
    while rest and (*known, rest[0]) in lines:
        known = (*known, rest.pop(0))
    where = ".".join(map(str, (*known, *(part for part in rest[:1] if message == "Field required"))))
    said = _SAID.get(message, message)
    return f"{path}:{lines[known]}: {where}: {said}" if where else f"{path}: {said}"


def _without_kinds(place: Sequence[str | int]) -> Iterator[str | int]:
    """Leave out what is no part of the file: which kind of step, expectation or agent it was taken for."""
    for before, part in zip((None, *place), place, strict=False):
        if not (isinstance(before, int) and isinstance(part, str)) and not (before == "agent" and part in _AGENTS):
            yield part
