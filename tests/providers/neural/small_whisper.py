"""A Whisper of one narrow layer with weights by chance, in faster-whisper's format: it hears words, but not what was said."""

import importlib
import json
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import numpy.typing as npt

_WIDTH = 16
_WORDS = 51_864
_FIRST_SIGN = 50_256
_SIGNS = {
    50_256: "<|endoftext|>",
    50_257: "<|startoftranscript|>",
    50_258: "<|en|>",
    50_357: "<|translate|>",
    50_358: "<|transcribe|>",
    50_359: "<|startoflm|>",
    50_360: "<|startofprev|>",
    50_361: "<|nospeech|>",
    50_362: "<|notimestamps|>",
    **{50_363 + step: f"<|{step * 0.02:.2f}|>" for step in range(1501)},
}
_RANDOM = np.random.default_rng(0)


def whisper(folder: Path) -> Path:
    """Write the model."""
    folder.mkdir(parents=True)
    words = [_SIGNS.get(number, f"w{number}") for number in range(_WORDS)]
    spec = cast("SimpleNamespace", importlib.import_module("ctranslate2.specs").WhisperSpec(1, 1, 1, 1))
    _encoder(spec.encoder)
    _decoder(spec.decoder)
    spec.register_vocabulary(words)
    for name in ("suppress_ids", "suppress_ids_begin", "lang_ids"):
        setattr(spec.config, name, [])
    spec.config.alignment_heads = [[0, 0]]
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))
    (folder / "vocabulary.json").write_text(json.dumps(words), encoding="utf-8")
    _tokenizer(words, folder / "tokenizer.json")
    return folder


def _tokenizer(words: list[str], path: Path) -> None:
    tokenizers = importlib.import_module("tokenizers")
    numbers = {word: number for number, word in enumerate(words)}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(numbers, unk_token="w0"))
    tokenizer.add_special_tokens(list(_SIGNS.values()))
    tokenizer.save(str(path))


def _weights(*shape: int) -> npt.NDArray[np.float32]:
    return (0.02 * _RANDOM.standard_normal(shape)).astype(np.float32)


def _linear(layer: SimpleNamespace, out: int, into: int) -> None:
    layer.weight, layer.bias = _weights(out, into), np.zeros(out, np.float32)


def _norm(layer: SimpleNamespace) -> None:
    layer.gamma, layer.beta = np.ones(_WIDTH, np.float32), np.zeros(_WIDTH, np.float32)


def _attention(layer: SimpleNamespace, *outs: int) -> None:
    _norm(layer.layer_norm)
    for linear, out in zip(layer.linear, outs, strict=True):
        _linear(linear, out * _WIDTH, _WIDTH)


def _forward(layer: SimpleNamespace) -> None:
    _norm(layer.layer_norm)
    _linear(layer.linear_0, 4 * _WIDTH, _WIDTH)
    _linear(layer.linear_1, _WIDTH, 4 * _WIDTH)


def _encoder(encoder: SimpleNamespace) -> None:
    encoder.conv1.weight, encoder.conv1.bias = _weights(_WIDTH, 80, 3), np.zeros(_WIDTH, np.float32)
    encoder.conv2.weight, encoder.conv2.bias = _weights(_WIDTH, _WIDTH, 3), np.zeros(_WIDTH, np.float32)
    encoder.position_encodings.encodings = _weights(1500, _WIDTH)
    _norm(encoder.layer_norm)
    _attention(encoder.layer[0].self_attention, 3, 1)
    _forward(encoder.layer[0].ffn)


def _decoder(decoder: SimpleNamespace) -> None:
    decoder.embeddings.weight = _weights(_WORDS, _WIDTH)
    decoder.projection.weight = decoder.embeddings.weight
    decoder.position_encodings.encodings = _weights(448, _WIDTH)
    decoder.scale_embeddings = False
    _norm(decoder.layer_norm)
    _attention(decoder.layer[0].self_attention, 3, 1)
    _attention(decoder.layer[0].attention, 1, 2, 1)
    _forward(decoder.layer[0].ffn)
