"""One flow of several: every sub-flow node is replaced by the nodes of the flow that it runs, under names of its own.

So nothing that walks, checks, listens or expects has to know of sub flows, a walk in circles is found across them, and what runs
twice has two sets of slots. Node ``booking`` that runs a flow with a node ``day`` becomes

    booking          an assign node: empties the slots of the flow, and sets those that are given
    booking/day ...  the nodes that can be reached from where it starts; their slots, tools and variables are ``booking/...``, too
    booking/return   an assign node: sets the results, and leads to ``next``; where the flow goes to ``return``

Intents are shared where they have the same examples. What is open ``everywhere``, and ``home``, are the outer flow's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from switchroom.flow.graph import RETURN, Assign, Flow, Intent, Node, Start, SubFlow, Tool, targets
from switchroom.flow.problems import Problem
from switchroom.flow.renaming import Names, renamed

DEEPEST = 8
"""So many flows may run inside one another."""


def needed(flow: Flow) -> frozenset[str]:
    """Return the names of the flows that ``flow`` runs itself."""
    return frozenset(node.flow for node in flow.nodes.values() if isinstance(node, SubFlow))


def link(flow: Flow, others: Mapping[str, Flow], name: str = "") -> tuple[Flow, tuple[Problem, ...]]:
    """Return ``flow``, known as ``name``, with every flow it runs in it, and what is wrong with how it runs them."""
    problems: list[Problem] = []
    return _joined(flow, others, (name,) if name else (), problems), tuple(problems)


@dataclass(slots=True)
class _Whole:
    """What is put together."""

    nodes: dict[str, Node]
    flow: Flow


def _joined(flow: Flow, others: Mapping[str, Flow], path: tuple[str, ...], problems: list[Problem]) -> Flow:
    whole = _Whole({}, flow)
    for node in flow.nodes.values():
        if not isinstance(node, SubFlow):
            whole.nodes[node.name] = node
            continue
        wrong = _wrong(node, others, path)
        if wrong:
            problems.append(Problem(node.name, "flow", wrong))
            whole.nodes[node.name] = Assign(node.name, node.next)
            continue
        inner = _joined(others[node.flow], others, (*path, node.flow), problems)
        problems += _given(node, inner)
        _embed(whole, node, inner)
    return replace(whole.flow, nodes=whole.nodes)


def _wrong(node: SubFlow, others: Mapping[str, Flow], path: tuple[str, ...]) -> str:
    if node.flow in path:
        circle = " -> ".join((*path[path.index(node.flow) :], node.flow))
        return f"{circle} runs itself; no caller could leave it"
    if len(path) > DEEPEST:
        return f"more than {DEEPEST} flows inside one another"
    return (
        ""
        if node.flow in others
        else f"there is no flow {node.flow!r}; publish it first, or write the file beside this"
    )


def _given(node: SubFlow, inner: Flow) -> Iterator[Problem]:
    for slot in node.given:
        if slot not in inner.slots:
            known = ", ".join(inner.slots) or "none"
            yield Problem(node.name, f"given.{slot}", f"flow {node.flow!r} has no slot {slot!r}; it has {known}")


def _embed(whole: _Whole, node: SubFlow, inner: Flow) -> None:
    """Put ``inner`` in the place of ``node``."""
    outer, start, back = whole.flow, inner.starts[0], f"{node.name}/return"
    reached = dict(_reached(inner, start))
    intents = {name: _intent_name(node, intent, outer) for name, intent in inner.intents.items()}
    names = Names(f"{node.name}/", frozenset(inner.slots), frozenset(inner.nodes), intents, inner.person)
    forget = (*inner.slots, *(name for name, part in reached.items() if isinstance(part, Tool)))
    whole.nodes[node.name] = Assign(
        node.name,
        back if start.next == RETURN else names.target(start.next),
        {names.slot(slot): source for slot, source in node.given.items()},
        tuple(names.of(name) for name in forget),
    )
    for name, part in reached.items():
        whole.nodes[names.of(name)] = renamed(part, names)
    whole.nodes[back] = Assign(back, node.next, {slot: names.variable(source) for slot, source in node.results.items()})
    slots = {names.slot(name): replace(slot, name=names.slot(name)) for name, slot in inner.slots.items()}
    known = {intents[name]: replace(intent, name=intents[name]) for name, intent in inner.intents.items()}
    desks = {names.of(name): replace(desk, to=desk.to or inner.person) for name, desk in inner.queues.items()}
    whole.flow = replace(
        outer,
        slots={**outer.slots, **slots},
        intents={**known, **outer.intents},
        queues={**outer.queues, **desks},
    )


def _reached(flow: Flow, start: Start) -> Iterator[tuple[str, Node]]:
    """Yield the nodes that can be reached from behind ``start``."""
    seen: set[str] = set()
    waiting = [start.next]
    while waiting:
        name = waiting.pop()
        if name in seen or name not in flow.nodes:
            continue
        seen.add(name)
        yield name, flow.nodes[name]
        waiting += [target for _, target in targets(flow.nodes[name])]


def _intent_name(node: SubFlow, intent: Intent, outer: Flow) -> str:
    known = outer.intents.get(intent.name)
    return intent.name if known is None or known.examples == intent.examples else f"{node.name}/{intent.name}"
