"""What was written in the catalogue: told with every write of a row by which calls are answered."""

from dataclasses import dataclass

from switchroom.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueChanged(Event):
    """A thing of the catalogue was made, changed or removed: ``item`` is its id, ``kind`` what it is (agent, number, flow ...).

    It says that, not how: who wants to know reads it again. ``item`` is empty where several were written at once.
    """

    topic = "catalogue.changed"
    kind: str
    item: str
