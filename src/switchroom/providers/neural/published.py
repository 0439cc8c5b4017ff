"""The few published models that ``switchroom models fetch`` knows: where they are, and what they must be byte for byte.

The hashes are those under which other projects pinned the same files; nothing is unpacked or loaded that differs.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from switchroom.providers.neural.folders import Role


@dataclass(frozen=True, slots=True)
class File:
    """One download. ``size`` in bytes is for people; 0 where it was not noted."""

    name: str
    url: str
    sha256: str
    size: int = 0


@dataclass(frozen=True, slots=True)
class Published:
    """One model. An archive is unpacked, but for the folders in ``without``."""

    name: str
    role: Role
    kind: str
    licence: str
    languages: tuple[str, ...]
    files: tuple[File, ...]
    archive: bool = False
    without: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes to be fetched, about."""
        return sum(file.size for file in self.files)


_ZIPFORMER = (
    "https://huggingface.co/csukuangfj/sherpa-onnx-streaming-zipformer-en-20M-2023-02-17/resolve/"
    "d42f2d9f7ca24806fb667456a18a9f1b60f70d16"
)
_WHISPER = "https://huggingface.co/Systran/faster-whisper-base.en/resolve/3d3d5dee26484f91867d81cb899cfcf72b96be6c"
_VOICES = "https://github.com/k2-fsa/sherpa-onnx/releases/download/tts-models"

_ALL = (
    Published(
        "zipformer-en-20m",
        "recogniser",
        "sherpa",
        "Apache-2.0",
        ("en",),
        (
            File(
                "encoder-epoch-99-avg-1.int8.onnx",
                f"{_ZIPFORMER}/encoder-epoch-99-avg-1.int8.onnx",
                "3810755ce7c3ab26b42a8bcf39d191308fa27fb0f53358823ba46141d03b7eb3",
                42_845_182,
            ),
            File(
                "decoder-epoch-99-avg-1.onnx",
                f"{_ZIPFORMER}/decoder-epoch-99-avg-1.onnx",
                "45a7f940ecfb53d89fa270ad11b88b961e53a317203eb24b1c8e95ed208b0f30",
                2_092_272,
            ),
            File(
                "joiner-epoch-99-avg-1.int8.onnx",
                f"{_ZIPFORMER}/joiner-epoch-99-avg-1.int8.onnx",
                "e085d73b593cf9b0707f370dbd656d58327d3fe36d80d849202ef81df02cb01e",
                259_572,
            ),
            File(
                "tokens.txt",
                f"{_ZIPFORMER}/tokens.txt",
                "49e3c2646595fd907228b3c6787069658f67b17377c60aeb8619c4551b2316fb",
                5_048,
            ),
        ),
    ),
    Published(
        "whisper-base.en",
        "recogniser",
        "whisper",
        "MIT",
        ("en",),
        (
            File(
                "model.bin",
                f"{_WHISPER}/model.bin",
                "2a166925539a16005f14ff328359f9b9adb9dc4fb631bb3b227526862e93e2ef",
                145_216_508,
            ),
            File(
                "config.json",
                f"{_WHISPER}/config.json",
                "f3bc3821e9fc76a27bae538e11ae5b677dcdd352b4600429ce7951d398569aeb",
            ),
            File(
                "tokenizer.json",
                f"{_WHISPER}/tokenizer.json",
                "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
            ),
            File(
                "vocabulary.txt",
                f"{_WHISPER}/vocabulary.txt",
                "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
            ),
        ),
    ),
    Published(
        "kokoro-en-zh",
        "voice",
        "sherpa",
        "Apache-2.0",
        ("en", "zh"),
        (
            File(
                "kokoro-int8-multi-lang-v1_1.tar.bz2",
                f"{_VOICES}/kokoro-int8-multi-lang-v1_1.tar.bz2",
                "a1e94694776049035c4f2c6529f003aaece993c76aae9a78995831c3c4dcafc6",
                147_031_220,
            ),
        ),
        archive=True,
        without=("espeak-ng-data",),  # GPL, and not read by sherpa-onnx since 2.0
    ),
)

PUBLISHED: Mapping[str, Published] = {model.name: model for model in _ALL}
