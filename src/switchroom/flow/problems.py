"""What is wrong with a flow: where, and what to do about it.

A problem names node and field; from the text of the file it also gets its line, so that an editor can point at it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import yaml

from switchroom.errors import Invalid

Place = tuple[str, ...]
"""Keys and numbers on the way from the top of a file to a value."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with which field of which node (empty: of the flow), and what to do. ``line`` 0: it is not known."""

    node: str
    field: str
    message: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.node or 'flow'}.{self.field}: {self.message}"


class FlowUnreadable(Invalid):
    """The text is not a flow file; ``problems`` says where and why."""

    code = "flow_unreadable"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(_told(problem) for problem in problems))
        self.problems = tuple(problems)


def _told(problem: Problem) -> str:
    place = ".".join(part for part in (f"nodes.{problem.node}" if problem.node else "", problem.field) if part)
    return ": ".join(part for part in (f"line {problem.line}" if problem.line else "", place, problem.message) if part)


def located(problems: Iterable[Problem], text: str) -> tuple[Problem, ...]:
    """Return ``problems`` with the line of ``text`` that each is about, as near as it can be told, in the order of lines."""
    problems = tuple(problems)
    lines = (
        line_numbers(text) if any(not problem.line for problem in problems) else {}
    )  # or it may be too much to look at
    found = [problem if problem.line else replace(problem, line=_line(problem, lines)) for problem in problems]
    return tuple(sorted(found, key=lambda problem: problem.line or len(text)))


def _line(problem: Problem, lines: Mapping[Place, int]) -> int:
    node = (
        ("nodes", problem.node.split("/")[0]) if problem.node else ()
    )  # what is behind "/" is in the file of another flow
    field = tuple(part for part in problem.field.split(".") if part)
    return nearest((*node, *field), lines)


def nearest(place: Place, lines: Mapping[Place, int]) -> int:
    """Return the line of ``place``, or of the nearest value around it that is there; 0 for the whole file."""
    for end in range(len(place), 0, -1):
        if place[:end] in lines:
            return lines[place[:end]]
    return 0


def line_numbers(text: str) -> Mapping[Place, int]:
    """Return the line (from 1) at which each value of a YAML text is written; nothing for what is no YAML."""
    lines: dict[Place, int] = {}
    try:
        root = yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError:
        return lines
    waiting: list[tuple[Place, yaml.Node]] = [((), root)] if root is not None else []
    while waiting:
        place, node = waiting.pop()
        match node:
            case yaml.MappingNode():
                for key, value in node.value:
                    inner = (*place, str(key.value))
                    lines.setdefault(inner, key.start_mark.line + 1)
                    waiting.append((inner, value))
            case yaml.SequenceNode():
                for number, value in enumerate(node.value):
                    lines[(*place, str(number))] = value.start_mark.line + 1
                    waiting.append(((*place, str(number)), value))
    return lines
