"""What goes through the pipes between the process of the calls and a worker: frames of a JSON head and raw bytes.

Eight bytes say how long both are, so neither side ever guesses; nothing in a frame can be executed, so a broken
worker can do no more harm than to be replaced.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO, cast

PREFIX = struct.Struct("<II")
MOST_HEAD = 64 * 1024
MOST_BODY = 16 * 1024 * 1024

Head = Mapping[str, object]


class BrokenFrame(ValueError):
    """The bytes are not a frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message. ``body`` is audio (16-bit PCM) or text, as ``head`` says."""

    head: Head
    body: bytes = b""

    def number(self, name: str, otherwise: float = 0.0) -> float:
        """Return a number of the head."""
        value = self.head.get(name, otherwise)
        return float(value) if isinstance(value, int | float) else otherwise

    def word(self, name: str) -> str:
        """Return a string of the head; empty if it is none."""
        value = self.head.get(name, "")
        return value if isinstance(value, str) else ""


def pack(frame: Frame) -> bytes:
    """Return the frame as bytes."""
    head = json.dumps(dict(frame.head), separators=(",", ":")).encode()
    return PREFIX.pack(len(head), len(frame.body)) + head + frame.body


def sizes(prefix: bytes) -> tuple[int, int]:
    """Return the lengths of head and body. Raises BrokenFrame if they are absurd."""
    head, body = PREFIX.unpack(prefix)
    if not 2 <= head <= MOST_HEAD or body > MOST_BODY:
        raise BrokenFrame(f"a frame with a head of {head} and a body of {body} bytes")
    return head, body


def unpack(head: bytes, body: bytes) -> Frame:
    """Return the frame of these parts. Raises BrokenFrame."""
    try:
        fields = json.loads(head)
    except ValueError as error:
        raise BrokenFrame("the head of a frame is not JSON") from error
    if not isinstance(fields, dict):
        raise BrokenFrame("the head of a frame is not an object")
    return Frame(cast("Head", fields), body)


def read(pipe: BinaryIO) -> Frame | None:
    """Wait for the next frame; None at the end. For workers. Raises BrokenFrame."""
    prefix = pipe.read(PREFIX.size)
    if not prefix:
        return None
    if len(prefix) < PREFIX.size:
        raise BrokenFrame("the pipe ended inside a frame")
    head, body = sizes(prefix)
    rest = pipe.read(head + body)
    if len(rest) < head + body:
        raise BrokenFrame("the pipe ended inside a frame")
    return unpack(rest[:head], rest[head:])
