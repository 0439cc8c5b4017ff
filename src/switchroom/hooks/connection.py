"""One connection to one address: HTTP/1.1 as h11 speaks it, over a stream that goes where it was told and nowhere else.

The address was checked by who opens it; the name it was checked for is what the certificate is verified against. A few hundred
deliveries a second are mostly this file, which is why it is not a general client (docs/decisions).
"""

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import h11

EXCERPT, MOST_BYTES = 500, 65536
"""So many characters of an answer are kept, and so many bytes read before the connection is closed instead."""

_CHUNK = 16384

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where to connect, and whom to expect there: ``host`` is what a certificate must be for, empty without TLS."""

    address: str
    port: int
    host: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered: the status, ``retry-after`` as it came, and how the content begins."""

    status: int
    retry_after: str
    excerpt: str


class Connection:
    """Opened by ``connect``; one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.CLIENT)
        self.heard = False
        """Whether anything came back for the latest request."""
        self.good = True
        """Whether another request may follow."""

    async def post(self, target: bytes, headers: Headers, body: bytes) -> Reply:
        """Send a request and return the answer. Raises h11.RemoteProtocolError, OSError. After a cancellation, close it."""
        self.good, self.heard = False, False
        http = self._http
        head = http.send(h11.Request(method=b"POST", target=target, headers=list(headers)))
        self._writer.write(b"".join(part or b"" for part in (head, http.send(h11.Data(data=body)))))
        http.send(h11.EndOfMessage())
        await self._writer.drain()
        reply = await self._reply()
        if http.our_state is h11.DONE and http.their_state is h11.DONE:
            http.start_next_cycle()
            self.good = True
        return reply

    async def _reply(self) -> Reply:
        """Return the answer, read to its end if that is near: then the connection can be used again."""
        status, later, taken, most = 0, "", bytearray(), MOST_BYTES
        while len(taken) <= most:
            event = await self._event()
            if isinstance(event, h11.Response):
                status = event.status_code
                later = next((value.decode("latin-1") for name, value in event.headers if name == b"retry-after"), "")
            elif isinstance(event, h11.Data):
                taken += event.data
            elif isinstance(event, h11.EndOfMessage):
                break
        text = bytes(taken[: EXCERPT * 4]).decode("utf-8", "replace").replace("\0", "\ufffd")
        return Reply(status, later, text[:EXCERPT])

    async def _event(self) -> object:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            data = await self._reader.read(_CHUNK)
            self.heard |= bool(data)
            self._http.receive_data(data)
        return event

    def idle(self) -> bool:
        """Return whether the far side still keeps it open."""
        return self.good and not self._reader.at_eof() and not self._writer.is_closing()

    def close(self) -> None:
        """Let go of it."""
        transport = self._writer.transport
        transport.abort()


async def connect(place: Place) -> Connection:
    """Open a connection. Raises OSError, ssl.SSLError."""
    if place.host:
        made = await asyncio.open_connection(place.address, place.port, ssl=_trust(), server_hostname=place.host)
    else:
        made = await asyncio.open_connection(place.address, place.port)
    return Connection(*made)


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()
