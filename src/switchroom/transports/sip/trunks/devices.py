"""Devices: the bindings of our registrar as people look at them."""

import hashlib
from dataclasses import dataclass

from switchroom.sip.registration.registrar import Binding


@dataclass(frozen=True, slots=True)
class Device:
    """A telephone that is registered for another ``expires`` seconds. ``id`` names it for as long as it is.

    ``record`` is its ``user@realm``; ``contact`` what it is called by, ``address`` where it is, ``name`` what it says it is.
    """

    id: str
    record: str
    contact: str
    transport: str
    address: str
    name: str
    expires: float
    q: float = 1.0


def described(binding: Binding, now: float) -> Device:
    """Return what there is to say of a binding."""
    contact, peer = str(binding.contact.uri.requestable), binding.peer
    text = f"{binding.record} {contact}".encode("utf-8", "replace")
    return Device(
        id=hashlib.blake2b(text, digest_size=8).hexdigest(),
        record=binding.record,
        contact=contact,
        transport=peer.transport,
        address=f"[{peer.host}]:{peer.port}" if ":" in peer.host else f"{peer.host}:{peer.port}",
        name=binding.device,
        expires=binding.until - now,
        q=binding.q,
    )
