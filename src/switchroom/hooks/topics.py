"""Which events an endpoint wants to hear: topics, and patterns that end in ``*``.

    pattern             is
    *                   everything but ``webhook.*``
    call.*              every topic that begins with ``call.``
    call.ended          this topic

What happens to webhooks has to be named: an endpoint that takes everything and fails would otherwise be told of each failure.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

OURS = "webhook."
TESTED = "webhook.tested"
"""Goes to the endpoint that is tried, whatever it wants to hear."""


def matches(pattern: str, topic: str) -> bool:
    """Return whether who asked for the pattern hears of the topic."""
    if topic == TESTED:
        return False
    if pattern == "*":
        return not topic.startswith(OURS)
    return topic.startswith(pattern[:-1]) if pattern.endswith(".*") else topic == pattern


def unknown(patterns: Iterable[str], topics: Collection[str]) -> list[str]:
    """Return the patterns that no topic matches: misspelt ones, mostly."""
    return [pattern for pattern in patterns if not any(matches(pattern, topic) for topic in topics)]


class Subscriptions:
    """Who wants to hear what, for one reading of the endpoints."""

    def __init__(self, wanted: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        """Take the patterns by endpoint by tenant."""
        self._wanted = wanted
        self._found: dict[tuple[str, str], tuple[str, ...]] = {}

    def of(self, tenant: str, topic: str) -> tuple[str, ...]:
        """Return the endpoints of the tenant that want the topic."""
        found = self._found.get((tenant, topic))
        if found is None:
            endpoints = self._wanted.get(tenant, {}).items()
            found = tuple(
                endpoint for endpoint, patterns in endpoints if any(matches(pattern, topic) for pattern in patterns)
            )
            self._found[tenant, topic] = found
        return found
