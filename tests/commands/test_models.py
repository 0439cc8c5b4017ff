"""``switchroom models``: run as a person runs it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from switchroom.cli import app
from switchroom.commands.model_work import verify_all
from switchroom.providers.neural.published import PUBLISHED, File
from tests.providers.neural import small_models
from tests.providers.vendors.deepgram import Deepgram, Line
from tests.virtual_time import run_real

PROVIDERS = """
recognisers:
  ear: {kind: sherpa, model: small-ear}
voices:
  lost: {kind: sherpa, model: nowhere}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with a recogniser, a voice and something else among its models."""
    monkeypatch.setenv("SWITCHROOM_DATA", str(tmp_path))
    monkeypatch.delenv("SWITCHROOM_MODELS", raising=False)
    small_models.recogniser(tmp_path / "models" / "small-ear")
    small_models.voice(tmp_path / "models" / "small-mouth")
    (tmp_path / "models" / "notes").mkdir()
    (tmp_path / "providers.yaml").write_text(PROVIDERS, encoding="utf-8")
    return tmp_path


def said(*arguments: str, status: int = 0) -> str:
    """Return what the command prints."""
    result = CliRunner().invoke(app, ["models", *arguments])
    assert result.exit_code == status, result.output
    return result.output


def test_what_is_configured_here_and_to_be_had_is_listed(here: Path) -> None:
    lines = said("list")
    assert "ear                  recognisers  sherpa       small-ear" in lines
    assert "small-ear            recogniser (transducer)" in lines
    assert "small-mouth          voice (vits)" in lines
    assert "brought, no hashes" in lines
    assert "holds no model that is known" in lines
    assert "zipformer-en-20m     recogniser (sherpa)        45.2 MB  Apache-2.0  en" in lines


def test_an_installation_without_models_lists_what_could_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCHROOM_DATA", str(tmp_path))
    assert "nothing yet" in said("list")
    assert "there is no model and no provider to verify" in said("verify")
    assert "no model and no provider is called 'x'" in said("verify", "x", status=1)
    assert "no published model is called 'x': there are" in said("fetch", "x", status=1)


def test_fetching_without_a_network_says_so(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [first, *_] = PUBLISHED["zipformer-en-20m"].files
    nowhere = File(first.name, "http://127.0.0.1:9/x", first.sha256)
    lost = dict(PUBLISHED)
    lost["zipformer-en-20m"] = type(PUBLISHED["zipformer-en-20m"])(
        "zipformer-en-20m", "recogniser", "sherpa", "x", ("en",), (nowhere,)
    )
    monkeypatch.setattr("switchroom.commands.model_work.PUBLISHED", lost)
    assert "is there a network?" in said("fetch", "zipformer-en-20m", status=1)


@pytest.mark.speech
def test_a_model_is_loaded_and_hears_or_speaks(here: Path) -> None:
    heard = said("verify", "small-ear")
    assert "no hashes are known: it was not fetched by us" in heard
    assert "it understood 'yes" in heard
    assert "small-mouth: loaded in" in said("verify", "small-mouth")
    assert "it understood 'yes" in said("verify", "ear")


@pytest.mark.speech
def test_what_is_not_well_is_told_and_the_rest_is_tried(here: Path) -> None:
    (here / "models" / "small-ear" / "joiner.onnx").write_bytes(b"broken")
    lines = said("verify", status=1)
    assert "small-ear: the model" in lines
    assert "small-mouth: loaded in" in lines
    assert "lost: there is no folder" in lines


@pytest.mark.speech
def test_a_hosted_provider_is_tried_too(here: Path) -> None:
    async def main() -> None:
        server = Deepgram(script=[Line(("a table for two",))])
        async with server.running() as url:
            providers = f'recognisers:\n  nova: {{kind: deepgram, url: "{url}", key: "env:TRIED_KEY"}}\n'
            (here / "providers.yaml").write_text(providers, encoding="utf-8")
            lines: list[str] = []
            assert await verify_all("nova", lines.append) == 0
            assert "it understood 'a table for two'" in lines[0]
            server.key = "another"
            assert await verify_all("nova", lines.append) == 1
            assert "nova refuses our key" in lines[1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRIED_KEY", "right")
        run_real(main())
