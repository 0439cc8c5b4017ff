"""What a folder holds is told by the names of its files."""

from pathlib import Path

import pytest

from switchroom.errors import Invalid
from switchroom.providers.choices import Choice
from switchroom.providers.neural.folders import model_of, models_folder, recognise


def folder(path: Path, *files: str) -> Path:
    """Make a folder of empty files."""
    path.mkdir(parents=True)
    for name in files:
        (path / name).touch()
    return path


@pytest.mark.parametrize(
    ("kind", "role", "files"),
    [
        (
            "transducer",
            "recogniser",
            ["tokens.txt", "encoder-epoch-99.onnx", "decoder-epoch-99.onnx", "joiner-epoch-99.onnx"],
        ),
        ("ctc", "recogniser", ["tokens.txt", "ctc-epoch-20.int8.onnx", "ctc-epoch-20.onnx"]),
        ("whisper", "recogniser", ["model.bin", "config.json", "tokenizer.json", "vocabulary.txt"]),
        ("vits", "voice", ["tokens.txt", "lexicon.txt", "vits-ljs.onnx"]),
        ("kokoro", "voice", ["tokens.txt", "voices.bin", "model.onnx", "lexicon-us-en.txt"]),
        ("matcha", "voice", ["tokens.txt", "lexicon.txt", "model-steps-3.onnx", "vocos-22khz-univ.onnx"]),
    ],
)
def test_a_kind_is_told_by_its_files(tmp_path: Path, kind: str, role: str, files: list[str]) -> None:
    model = recognise(folder(tmp_path / "m", *files))
    assert (model.kind, model.role) == (kind, role)


def test_the_smaller_of_two_precisions_is_taken(tmp_path: Path) -> None:
    names = [f"{part}{ending}" for part in ("encoder", "decoder", "joiner") for ending in (".onnx", ".int8.onnx")]
    model = recognise(folder(tmp_path / "m", "tokens.txt", *names))
    assert Path(model.files["encoder"]).name == "encoder.int8.onnx"


def test_a_folder_that_holds_nothing_known_says_what_would_be(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="holds no model that is known"):
        recognise(folder(tmp_path / "m", "model.gguf"))
    with pytest.raises(Invalid, match="there is no folder"):
        recognise(tmp_path / "nowhere")


def test_an_entry_names_its_model_by_path_or_below_the_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCHROOM_MODELS", str(tmp_path))
    here = folder(tmp_path / "small", "tokens.txt", "ctc.onnx")
    for named in ("small", str(here)):
        assert model_of(Choice("ear", "sherpa", named), "recogniser").kind == "ctc"
    with pytest.raises(Invalid, match=r"ear: .* holds a recogniser .ctc., not a voice"):
        model_of(Choice("ear", "sherpa", "small"), "voice")
    with pytest.raises(Invalid, match="ear: model is the folder of its weights"):
        model_of(Choice("ear", "sherpa"), "voice")


def test_models_are_kept_below_the_data() -> None:
    assert models_folder({"SWITCHROOM_DATA": "/data"}) == Path("/data/models")
    assert models_folder({}) == Path("var/models")
