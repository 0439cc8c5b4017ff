"""SIP over WebSocket (RFC 7118), our side of a browser's connection: one SIP message per WebSocket message, text or binary.

The handshake, masking, control frames and fragments are those of the ``websockets`` library, used without its I/O.
"""

from collections.abc import Iterable, Sequence

from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Origin, Subprotocol

from switchroom.sip.messages.stream import MAX_MESSAGE, PING, PONG, Framed, Ping, Pong, StreamFault

_SIP = Subprotocol("sip")
_NO_BYTES = b""


class WebSocketFraming:
    """The framing of one WebSocket. ``origins`` limits whose pages may connect; empty: any."""

    def __init__(self, origins: Sequence[str] = ()) -> None:
        # A client that is no browser sends no Origin (RFC 6455 §4.1): a list of pages does not shut it out.
        allowed = [None, *(Origin(origin) for origin in origins)] if origins else None
        self._protocol = ServerProtocol(origins=allowed, subprotocols=[_SIP], max_size=MAX_MESSAGE)
        self._partial = bytearray()
        self._over = False

    @property
    def over(self) -> bool:
        """Whether the closing handshake, or a refusal, is complete."""
        return self._over

    def feed(self, data: bytes) -> list[Framed]:
        """Take bytes and return the messages that became complete."""
        self._protocol.receive_data(data)
        found = list(self._events())
        # A handshake that is none and a frame that breaks the rules are told alike: the library has already written why.
        if self._protocol.parser_exc is not None or self._protocol.handshake_exc is not None:
            self._over = True
        return found

    def wrap(self, message: bytes) -> bytes:
        """Return a message as a frame: text where it is UTF-8 (RFC 7118 §5); nothing once the socket is closing."""
        if self._protocol.state is not State.OPEN:
            return _NO_BYTES
        try:
            message.decode()
        except UnicodeDecodeError:
            self._protocol.send_binary(message)
        else:
            self._protocol.send_text(message)
        return self.owed()

    def owed(self) -> bytes:
        """Return what the library has written; an empty piece in it means that nothing more follows."""
        pieces = self._protocol.data_to_send()
        self._over = self._over or _NO_BYTES in pieces
        return _NO_BYTES.join(pieces)

    def _events(self) -> Iterable[Framed]:
        for event in self._protocol.events_received():
            if isinstance(event, Request):
                self._protocol.send_response(self._protocol.accept(event))
            elif isinstance(event, Frame):
                yield from self._frame(event)

    def _frame(self, frame: Frame) -> Iterable[Framed]:
        if frame.opcode not in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            return
        self._partial += frame.data
        if not frame.fin:
            return
        message = bytes(self._partial)
        self._partial.clear()
        if message == PING:
            yield Ping()
        elif message == PONG:
            yield Pong()
        elif len(message) > MAX_MESSAGE:
            yield StreamFault("message too long")
        elif message:
            yield message
