"""What distinguishes one version of a flow from another: meaning, not lines.

Two flows are the same exactly when nothing is listed. Things with a name (nodes, intents, slots, sections) are added, removed or
changed; what changed is told field by field, a mapping by its keys and a list by its members where that says it all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from difflib import unified_diff
from typing import Literal

from switchroom.flow.graph import Flow

What = Literal["flow", "node", "intent", "slot", "section"]
How = Literal["added", "removed", "changed"]

_NAMED: Mapping[str, What] = {"nodes": "node", "intents": "intent", "slots": "slot", "settings": "section"}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``name`` and ``field`` are empty where the whole is meant; so are ``before`` and ``after``."""

    how: How
    what: What
    name: str = ""
    field: str = ""
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        thing = " ".join(part for part in (self.what, self.name) if part)
        match self.how:
            case "changed":
                return f"{thing}: {self.field} was {self.before}, is {self.after}"
            case _ if not self.field:
                return f"{thing} {self.how}"
            case "added":
                return f"{thing}: {self.field} added: {self.after}"
            case "removed":
                return f"{thing}: {self.field} removed: {self.before}"


def changes(old: Flow, new: Flow) -> tuple[Change, ...]:
    """Return what turns ``old`` into ``new``; nothing exactly if they are equal."""
    return tuple(_changes(old, new))


def text_changes(old: str, new: str, old_name: str, new_name: str) -> str:
    """Return the lines that differ, as ``diff -u`` writes them."""
    lines = unified_diff(old.splitlines(), new.splitlines(), old_name, new_name, lineterm="")
    return "\n".join(lines)


def _changes(old: Flow, new: Flow) -> Iterator[Change]:
    for field in fields(Flow):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if field.name in _NAMED:
            yield from _things(_NAMED[field.name], before, after)
        else:
            yield from _value("flow", "", field.name, before, after)


def _things(what: What, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[Change]:
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield Change("removed", what, name)
        elif name not in old:
            yield Change("added", what, name)
        elif old[name] != new[name]:
            yield from _thing(what, name, old[name], new[name])


def _thing(what: What, name: str, old: object, new: object) -> Iterator[Change]:
    if type(old) is not type(new):
        yield Change("changed", what, name, "type", _kind(old), _kind(new))
    elif is_dataclass(old):
        for field in fields(old):
            yield from _value(what, name, field.name, getattr(old, field.name), getattr(new, field.name))
    else:
        yield from _value(what, name, "value", old, new)


def _value(what: What, name: str, field: str, old: object, new: object) -> Iterator[Change]:
    match old, new:
        case _ if old == new:
            return
        case Mapping(), Mapping():
            for key in sorted(old.keys() | new.keys(), key=str):
                yield from _entry(what, name, f"{field}.{key}", old.get(key, _ABSENT), new.get(key, _ABSENT))
        case tuple(), tuple():
            yield from _members(what, name, field, old, new)
        case list(), list():
            yield from _members(what, name, field, old, new)
        case _ if type(old) is type(new) and is_dataclass(old):
            for part in fields(old):
                yield from _value(what, name, f"{field}.{part.name}", getattr(old, part.name), getattr(new, part.name))
        case _:
            yield Change("changed", what, name, field, _told(old), _told(new))


_ABSENT = object()


def _entry(what: What, name: str, field: str, old: object, new: object) -> Iterator[Change]:
    if new is _ABSENT:
        yield Change("removed", what, name, field, before=_told(old))
    elif old is _ABSENT:
        yield Change("added", what, name, field, after=_told(new))
    else:
        yield from _value(what, name, field, old, new)


def _members(what: What, name: str, field: str, old: Sequence[object], new: Sequence[object]) -> Iterator[Change]:
    """Tell members that came and went; a list that is in another order, or repeats a member, is told as a whole."""
    gone = [member for member in old if member not in new]
    come = [member for member in new if member not in old]
    if [member for member in old if member in new] != [member for member in new if member in old]:
        yield Change("changed", what, name, field, _told(old), _told(new))
        return
    yield from (Change("removed", what, name, field, before=_told(member)) for member in gone)
    yield from (Change("added", what, name, field, after=_told(member)) for member in come)


def _kind(value: object) -> str:
    return type(value).__name__.lower()


def _told(value: object) -> str:
    match value:
        case str():
            return f"'{value}'"
        case bool() | None:
            return str(value).lower()
        case frozenset():
            return "[" + ", ".join(sorted(map(str, value))) + "]"
        case list() | tuple():
            return "[" + ", ".join(map(_told, value)) + "]"
        case Mapping():
            return "{" + ", ".join(f"{key}: {_told(inner)}" for key, inner in sorted(value.items())) + "}"
        case _:
            return str(value)
