"""The providers file: what it says, and what is said of a file that cannot be used."""

from pathlib import Path

import pytest

from switchroom.errors import Invalid, Unavailable
from switchroom.providers.choices import Choice, load_choices, read_choices
from switchroom.providers.kinds import complaint, opener_of
from tests.virtual_time import run


def test_without_a_file_there_is_the_speech_of_this_machine_and_no_model(tmp_path: Path) -> None:
    choices = load_choices(tmp_path / "providers.yaml")
    assert not choices.models
    assert list(choices.recognisers) == list(choices.voices) == ["local"]


def test_a_provider_has_a_kind_and_a_key_kept_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret\n")
    (tmp_path / "providers.yaml").write_text(f"""
models:
  fast: {{kind: openai, model: small, key: env:OPENAI_KEY, url: "http://127.0.0.1:1/v1"}}
voices:
  warm: {{kind: cartesia, voice: abc, key: "file:{tmp_path}/key", options: {{speed: 1.1}}}}
""")
    choices = load_choices(tmp_path / "providers.yaml", {"OPENAI_KEY": "sk-1"})
    fast, warm = choices.models["fast"], choices.voices["warm"]
    assert (fast.kind, fast.model, fast.key, fast.url) == ("openai", "small", "sk-1", "http://127.0.0.1:1/v1")
    assert (warm.voice, warm.key, warm.options) == ("abc", "s3cret", {"speed": 1.1})
    assert list(choices.voices) == ["local", "warm"]


def test_a_key_is_in_no_description() -> None:
    choices = read_choices({"models": {"fast": {"kind": "x", "key": "env:K"}}}, "f", {"K": "s3cret"})
    assert "s3cret" not in repr(choices)
    assert "env:K" in repr(choices)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ({"models": {"fast": {"kind": "openai", "key": "sk-plain"}}}, "f: models.fast.key: a key is not written here"),
        ({"models": {"fast": {"model": "x"}}}, "f: models.fast.kind: Field required"),
        (
            {"voices": {"a": {"kind": "x", "vioce": "y"}}},
            "f: voices.a.vioce: there is no such field; did you mean voice?",
        ),
        ({"modells": {}}, "f: modells: there is no such field; did you mean models?"),
        ({"recognisers": {"local": {"kind": "x"}}}, "f: recognisers: 'local' is there by itself"),
        ({"models": {"Two Words": {"kind": "x"}}}, "f: models.Two Words"),
        ({"models": {"a": {"kind": "x", "url": "ftp://x"}}}, "f: models.a.url"),
        ([], "f: the file: Input should be"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_place(content: object, complaint: str) -> None:
    with pytest.raises(Invalid) as raised:
        read_choices(content, "f")
    assert complaint in str(raised.value)
    assert "sk-plain" not in str(raised.value)


def test_a_file_that_is_no_yaml_is_named_with_its_line_and_without_its_content(tmp_path: Path) -> None:
    path = tmp_path / "providers.yaml"
    path.write_text("models:\n  fast: {key: sk-secret\n")
    with pytest.raises(Invalid, match=r"providers\.yaml is not YAML: line 3") as raised:
        load_choices(path)
    assert "sk-secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice("a", "scripted"), ""),
        (Choice("a", "scriptd"), "voices.a: there is no kind 'scriptd' of voices; did you mean scripted?"),
        (
            Choice("a", "scripted", key_from="env:NO_KEY"),
            "voices.a: its key is not there: set NO_KEY in the environment",
        ),
        (Choice("a", "scripted", key_from="file:/no"), "voices.a: its key is not there: write it into the file /no"),
    ],
)
def test_what_keeps_a_provider_from_working_is_told_before_it_is_opened(choice: Choice, expected: str) -> None:
    assert complaint(choice, "voices") == expected
    if expected:
        with pytest.raises((Invalid, Unavailable)):
            opener_of(choice, "voices")


def test_a_scripted_recogniser_is_opened_by_its_kind() -> None:
    async def main() -> None:
        choice = Choice("ear", "scripted", options={"lines": ["hello"]})
        async with opener_of(choice, "recognisers")(choice) as provider:
            assert provider.name == "ear"

    run(main())
