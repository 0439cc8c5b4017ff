"""What kind of model a folder holds, told by the names of its files as those who publish models call them.

Reading names is all that happens in the process of the calls; the weights are loaded by workers.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from switchroom.errors import Invalid
from switchroom.providers.choices import Choice

Role = Literal["recogniser", "voice"]
Kind = Literal["transducer", "ctc", "whisper", "vits", "kokoro", "matcha"]


@dataclass(frozen=True, slots=True)
class Model:
    """A model that is there. ``files`` are its parts by the name that its engine has for them."""

    kind: Kind
    role: Role
    engine: Literal["sherpa", "whisper"]
    files: Mapping[str, str] = field(default_factory=dict)


def models_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return where models are kept: ``SWITCHROOM_MODELS``, else ``models`` below the data directory."""
    chosen = environment.get("SWITCHROOM_MODELS", "")
    return Path(chosen) if chosen else Path(environment.get("SWITCHROOM_DATA", "var")) / "models"


def model_of(choice: Choice, role: Role) -> Model:
    """Return the model that a provider's entry names, by its path or by its name below the models. Raises Invalid."""
    if not choice.model:
        raise Invalid(
            f"{choice.name}: model is the folder of its weights, or its name below {models_folder()}", code="providers"
        )
    folder = Path(choice.model).expanduser()
    folder = folder if folder.is_absolute() else models_folder() / folder
    try:
        model = recognise(folder)
    except Invalid as error:
        raise Invalid(f"{choice.name}: {error}", code="providers") from None
    if model.role != role:
        raise Invalid(f"{choice.name}: {folder} holds a {model.role} ({model.kind}), not a {role}", code="providers")
    return model


def recognise(folder: Path) -> Model:
    """Return what ``folder`` holds. Raises Invalid, saying what is missing."""
    if not folder.is_dir():
        raise Invalid(f"there is no folder {folder}")
    for read in (_whisper, _transducer, _kokoro, _matcha, _vits, _ctc):
        if (model := read(folder)) is not None:
            return model
    raise Invalid(
        f"{folder} holds no model that is known: a recogniser is tokens.txt with encoder, decoder and joiner (or a ctc model), or "
        "faster-whisper's model.bin with config.json; a voice is tokens.txt with lexicon.txt, voices.bin or a vocoder and its model"
    )


def _one(folder: Path, *patterns: str, but: Callable[[str], bool] = lambda _: False) -> str:
    """Return the first file of these names, the smaller of two precisions; empty if there is none."""
    for pattern in patterns:
        found = sorted(path for path in folder.glob(pattern) if not but(path.name))
        if found:
            return str(next((path for path in found if ".int8." in path.name), found[0]))
    return ""


def _whisper(folder: Path) -> Model | None:
    if _one(folder, "model.bin") and _one(folder, "config.json"):
        return Model("whisper", "recogniser", "whisper", {"folder": str(folder)})
    return None


def _transducer(folder: Path) -> Model | None:
    parts = {part: _one(folder, f"*{part}*.onnx") for part in ("encoder", "decoder", "joiner")}
    return _sherpa("transducer", "recogniser", folder, parts)


def _ctc(folder: Path) -> Model | None:
    return _sherpa("ctc", "recogniser", folder, {"model": _one(folder, "*ctc*.onnx", "model*.onnx")})


def _kokoro(folder: Path) -> Model | None:
    found = sorted(folder.glob("lexicon*.txt"))
    american = any("us-en" in path.name for path in found)
    lexicons = ",".join(str(path) for path in found if not (american and "gb-en" in path.name))  # one English is enough
    parts = {"model": _one(folder, "model*.onnx", "kokoro*.onnx"), "voices": _one(folder, "voices*.bin")}
    return _sherpa("kokoro", "voice", folder, parts, {"lexicon": lexicons})


def _matcha(folder: Path) -> Model | None:
    parts = {
        "acoustic_model": _one(folder, "model-steps*.onnx", "*acoustic*.onnx"),
        "vocoder": _one(folder, "*voc*.onnx", "*hifigan*.onnx"),
        "lexicon": _one(folder, "lexicon*.txt"),
    }
    return _sherpa("matcha", "voice", folder, parts)


def _vits(folder: Path) -> Model | None:
    parts = {"model": _one(folder, "*.onnx"), "lexicon": _one(folder, "lexicon*.txt")}
    return _sherpa("vits", "voice", folder, parts)


def _sherpa(
    kind: Kind, role: Role, folder: Path, parts: Mapping[str, str], more: Mapping[str, str] | None = None
) -> Model | None:
    tokens = _one(folder, "tokens.txt", "*tokens.txt")
    if not tokens or not all(parts.values()):
        return None
    return Model(kind, role, "sherpa", {"tokens": tokens, **parts, **(more or {})})
