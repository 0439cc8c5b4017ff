"""Models with a handful of weights, in the shapes that sherpa-onnx loads: one hears "yes" in whatever is loud, one speaks a hum."""

from pathlib import Path

import numpy as np

from tests.providers.neural.onnx_file import FLOAT, INT64, node, write

_LOUD = 9.0
RATE = 22_050


def recogniser(folder: Path) -> Path:
    """Write a streaming transducer whose words are "yes", once for every 320 ms that are loud."""
    folder.mkdir(parents=True)
    _encoder(folder / "encoder.onnx")
    _decoder(folder / "decoder.onnx")
    _joiner(folder / "joiner.onnx")
    (folder / "tokens.txt").write_text("<blk> 0\n▁YES 1\n▁NO 2\n", encoding="utf-8")
    return folder


def _encoder(path: Path) -> None:
    state = {"h": (FLOAT, (1, "N", 2)), "c": (FLOAT, (1, "N", 2))}
    write(
        path,
        [
            node("ReduceMean", "x", "encoder_out", axes=[1, 2], keepdims=1),
            node("Identity", "h", "new_h"),
            node("Identity", "c", "new_c"),
        ],
        {"x": (FLOAT, ("N", 39, 80)), **state},
        {"encoder_out": (FLOAT, ("N", 1, 1)), "new_h": state["h"], "new_c": state["c"]},
        {},
        {
            "model_type": "lstm",
            "num_encoder_layers": 1,
            "T": 39,
            "decode_chunk_len": 32,
            "rnn_hidden_size": 2,
            "d_model": 2,
        },
    )


def _decoder(path: Path) -> None:
    write(
        path,
        [node("Cast", "y", "floats", to=FLOAT), node("ReduceMean", "floats", "decoder_out", axes=[1], keepdims=1)],
        {"y": (INT64, ("N", 2))},
        {"decoder_out": (FLOAT, ("N", 1))},
        {},
        {"vocab_size": 3, "context_size": 2},
    )


def _joiner(path: Path) -> None:
    write(
        path,
        [
            node("MatMul", "encoder_out ears", "heard"),
            node("MatMul", "decoder_out memory", "before"),
            node("Add", "heard before", "both"),
            node("Add", "both bias", "logit"),
        ],
        {"encoder_out": (FLOAT, ("N", 1)), "decoder_out": (FLOAT, ("N", 1))},
        {"logit": (FLOAT, ("N", 3))},
        {
            "ears": np.array([[0, 1, 0]], np.float32),
            "memory": np.zeros((1, 3), np.float32),
            "bias": np.array([0, _LOUD, -100], np.float32),
        },
        {"joiner_dim": 1},
    )


_VOICE = {
    "model_type": "vits",
    "comment": "small",
    "language": "English",
    "add_blank": 0,
    "n_speakers": 1,
    "sample_rate": RATE,
    "punctuation": "; : , . ! ?",
    "has_espeak": 0,
    "voice": "en-us",
}


def voice(folder: Path) -> Path:
    """Write a voice that hums 100 ms for each token of a text, at 22,050 Hz."""
    folder.mkdir(parents=True)
    length = RATE // 10
    scales = dict.fromkeys(("noise_scale", "length_scale", "noise_scale_w"), (FLOAT, (1,)))
    write(
        folder / "voice.onnx",
        [
            node("Cast", "x", "floats", to=FLOAT),
            node("Unsqueeze", "floats last", "tall"),
            node("Mul", "tall nothing", "flat"),
            node("Add", "flat hum", "long"),
            node("Reshape", "long row", "y"),
        ],
        {"x": (INT64, (1, "L")), "x_length": (INT64, (1,)), **scales},
        {"y": (FLOAT, (1, 1, "S"))},
        {
            "last": np.array([2], np.int64),
            "nothing": np.zeros(1, np.float32),
            "hum": (0.5 * np.sin(2 * np.pi * 400 * np.arange(length) / RATE)).astype(np.float32).reshape(1, 1, length),
            "row": np.array([1, 1, -1], np.int64),
        },
        _VOICE,
    )
    (folder / "tokens.txt").write_text("_ 0\na 1\nb 2\n. 3\n  4\n, 5\n? 6\n! 7\n", encoding="utf-8")
    (folder / "lexicon.txt").write_text("hello a b a b\nthere b a\n", encoding="utf-8")
    return folder
