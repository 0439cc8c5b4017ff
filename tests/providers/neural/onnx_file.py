"""Writes small ONNX files, byte by byte: no weights can be fetched here, and what is tested is everything around them."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

FLOAT, INT64 = 1, 7
Shape = Sequence[int | str]


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _block(field: int, value: bytes | str) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _tensor(name: str, values: npt.NDArray[np.generic]) -> bytes:
    kind = INT64 if values.dtype == np.int64 else FLOAT
    dims = b"".join(_number(1, size) for size in values.shape)
    return dims + _number(2, kind) + _block(8, name) + _block(9, values.tobytes())


def _value(name: str, kind: int, shape: Shape) -> bytes:
    dims = b"".join(_block(1, _number(1, size) if isinstance(size, int) else _block(2, size)) for size in shape)
    return _block(1, name) + _block(2, _block(1, _number(1, kind) + _block(2, dims)))


def _attribute(name: str, value: int | float | Sequence[int]) -> bytes:
    head = _block(1, name)
    if isinstance(value, int):
        return head + _number(3, value) + _number(20, 2)
    if isinstance(value, float):
        return head + _varint(2 << 3 | 5) + struct.pack("<f", value) + _number(20, 1)
    return head + b"".join(_number(8, one) for one in value) + _number(20, 7)


@dataclass(frozen=True)
class Node:
    """One operation."""

    op: str
    takes: Sequence[str]
    gives: Sequence[str]
    how: Mapping[str, int | float | Sequence[int]]

    def packed(self) -> bytes:
        """Return the message."""
        parts = [_block(1, name) for name in self.takes] + [_block(2, name) for name in self.gives]
        parts.append(_block(4, self.op))
        parts += [_block(5, _attribute(name, value)) for name, value in self.how.items()]
        return b"".join(parts)


def node(op: str, takes: str, gives: str, **how: int | float | Sequence[int]) -> Node:
    """Return an operation; names are separated by blanks."""
    return Node(op, takes.split(), gives.split(), how)


def write(
    path: Path,
    nodes: Sequence[Node],
    takes: Mapping[str, tuple[int, Shape]],
    gives: Mapping[str, tuple[int, Shape]],
    constants: Mapping[str, npt.NDArray[np.generic]],
    metadata: Mapping[str, object],
) -> None:
    """Write a model."""
    graph = b"".join(
        [
            *[_block(1, one.packed()) for one in nodes],
            _block(2, "small"),
            *[_block(5, _tensor(name, values)) for name, values in constants.items()],
            *[_block(11, _value(name, *what)) for name, what in takes.items()],
            *[_block(12, _value(name, *what)) for name, what in gives.items()],
        ]
    )
    properties = b"".join(_block(14, _block(1, name) + _block(2, str(value))) for name, value in metadata.items())
    path.write_bytes(_number(1, 8) + _block(7, graph) + _block(8, _number(2, 13)) + properties)
