"""What is kept of calls as sound, and how long: where it is, who may hear it by a link, and what deletes it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from switchroom.errors import Denied, NotFound, Unavailable
from switchroom.history.deleting import Deletions
from switchroom.history.retention import Retention
from switchroom.identity import CallId, TenantId
from switchroom.storage.blobs import Blobs
from switchroom.storage.journal import Journal
from switchroom.storage.vault import Vault

_LINK = "link to a recording"


@dataclass(frozen=True, slots=True)
class Linked:
    """Which recording a link gives, and until when."""

    call: CallId
    tenant: TenantId
    until: float


class Links:
    """Links that give one recording to whoever has them, for a while: all that they say is sealed in themselves."""

    def __init__(self, vault: Vault, wall: Callable[[], float]) -> None:
        self._vault = vault
        self._wall = wall

    def make(self, call: CallId, tenant: TenantId, seconds: float) -> tuple[str, float]:
        """Return what is to stand in the link, and when it ends."""
        until = self._wall() + seconds
        return self._vault.seal({"call": call, "tenant": tenant, "until": repr(until)}, _LINK), until

    def open(self, token: str) -> Linked:
        """Return what a link gives. Raises NotFound for what is none of ours, Denied once it has expired."""
        try:
            said = self._vault.open(token, _LINK)
            linked = Linked(CallId(said["call"]), TenantId(said["tenant"]), float(said["until"]))
        except (Unavailable, KeyError, ValueError) as error:
            raise NotFound("there is no such link") from error
        if linked.until <= self._wall():
            raise Denied("this link has expired: ask for a new one", code="link_expired")
        return linked


@dataclass(frozen=True, slots=True)
class CallArchive:
    """What the web needs of all that."""

    blobs: Blobs
    links: Links
    deletions: Deletions
    retention: Retention


def archive(journal: Journal, blobs: Blobs, vault: Vault, folder: Path, wall: Callable[[], float]) -> CallArchive:
    """Return the archive of a database. ``folder`` is where recordings are written."""
    deletions = Deletions(journal, blobs, folder, wall)
    return CallArchive(blobs, Links(vault, wall), deletions, Retention(journal.database, deletions, wall))
