"""YAML as flow files use it: texts, truths, nothing, lists and mappings, from whoever may write one.

An alias costs a few letters and stands for as much as it names, and of aliases of aliases a short text can stand for more than
there is memory. So what a text stands for is counted while it is read, and its depth, before anything is made of it.
"""

import re
from collections.abc import Hashable

import yaml

from switchroom.flow.problems import FlowUnreadable, Problem

MOST = 200_000
"""Values that a text may stand for."""
DEEPEST = 40
"""So many lists and mappings may be inside one another."""

_TAGS = ("str", "bool", "null", "seq", "map")


class _Loader(yaml.SafeLoader):
    """YAML with only the types the format needs."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - a table of PyYAML's

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._sizes: dict[yaml.Node, int] = {}
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: object) -> yaml.Node | None:
        """Compose as PyYAML does, within MOST and DEEPEST."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise _too_much(f"it has more than {DEEPEST} lists and mappings inside one another", self.line)
        node: yaml.Node | None = super().compose_node(parent, index)  # type: ignore[arg-type]
        self._depth -= 1
        if node is not None and node not in self._sizes:
            self._sizes[node] = size = 1 + sum(self._sizes.get(part, 1) for part in _parts(node))
            if size > MOST:
                raise _too_much(f"it stands for more than {MOST} values: use fewer aliases", node.start_mark.line)
        return node


def _parts(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _too_much(message: str, line: int) -> FlowUnreadable:
    return FlowUnreadable([Problem("", "", message, line + 1)])


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Hashable, object]:
    known: set[Hashable] = set()
    for written, _ in node.value:
        key = loader.construct_object(written)
        if isinstance(key, Hashable) and key in known:
            message = f"{key!r} is written twice in the same place; keep one"
            raise FlowUnreadable([Problem("", "", message, node.start_mark.line + 1)])
        known |= {key} if isinstance(key, Hashable) else set()
    return loader.construct_mapping(node, deep=True)


_Loader.yaml_constructors = {
    tag: make
    for tag, make in yaml.SafeLoader.yaml_constructors.items()
    if tag is None or tag.rpartition(":")[2] in _TAGS
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""])
_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read(text: str) -> object:
    """Return what a text says. Raises FlowUnreadable."""
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
        line = mark.line + 1 if mark is not None else 0
        raise FlowUnreadable([Problem("", "", f"not YAML: {error}", line)]) from error
    except LookupError as error:  # a truth value that is none
        raise FlowUnreadable([Problem("", "", f"not YAML: {error} is no truth value")]) from error
