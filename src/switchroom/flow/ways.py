"""Where the ways of a flow lead: nodes that nobody reaches, and circles that no caller could leave."""

from collections.abc import Iterator, Mapping

from switchroom.flow.graph import Agent, Ask, Classify, Flow, targets
from switchroom.flow.problems import Problem


def unreachable(flow: Flow) -> Iterator[Problem]:
    """Find nodes to which no way leads."""
    starts = [start.name for start in flow.starts]
    reached = {*starts, flow.home}
    waiting = [*starts, flow.home, *flow.everywhere.values()]
    while waiting:
        name = waiting.pop()
        if name in flow.nodes:
            reached.add(name)
            waiting += [target for _, target in targets(flow.nodes[name]) if target not in reached]
    for name in flow.nodes:
        if name not in reached:
            yield Problem(name, "name", "no node leads here; add a route to it or remove it")


def circles(flow: Flow) -> Iterator[Problem]:
    """Find circles of nodes that never ask: no caller could leave them."""
    moving = {
        name: [target for _, target in targets(node) if target in flow.nodes]
        for name, node in flow.nodes.items()
        if not isinstance(node, Ask | Classify | Agent)
    }
    done: set[str] = set()
    for name in moving:
        circle = _circle(name, moving, (), done)
        if circle:
            yield Problem(
                name, "next", f"{' -> '.join(circle)} goes in a circle without asking; put an ask node into it"
            )
            return


def _circle(name: str, moving: Mapping[str, list[str]], path: tuple[str, ...], done: set[str]) -> tuple[str, ...]:
    if name in path:
        return (*path[path.index(name) :], name)
    if name in done or name not in moving:
        return ()
    for target in moving[name]:
        circle = _circle(target, moving, (*path, name), done)
        if circle:
            return circle
    done.add(name)
    return ()
