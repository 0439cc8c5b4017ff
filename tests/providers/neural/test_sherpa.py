"""Recognisers and voices from a folder of weights, in workers that may die: with real sherpa-onnx and weights of our own."""

import asyncio
import os
import signal
from pathlib import Path

import numpy as np
import pytest

from switchroom.errors import Invalid, Unavailable
from switchroom.media.frame import RATE
from switchroom.ports import Heard, Voice
from switchroom.providers.choices import Choice
from switchroom.providers.neural.recogniser import open_recogniser
from switchroom.providers.neural.voice import open_voice
from tests.providers.neural import small_models
from tests.providers.vendors.hearing import Caller, caller
from tests.providers.vendors.listening import frequency, spoken
from tests.virtual_time import run_real


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recogniser and a voice."""
    folder = tmp_path_factory.mktemp("models")
    small_models.recogniser(folder / "ear")
    small_models.voice(folder / "mouth")
    return folder


def yes(times: int) -> Heard:
    """What the small recogniser hears."""
    return Heard(" ".join(["yes"] * times), final=True, confidence=1.0)


def test_an_utterance_is_understood_while_it_is_spoken_and_goes_on_after_a_pause(models: Path) -> None:
    async def main() -> None:
        async with open_recogniser(Choice("ear", "sherpa", str(models / "ear"))) as stt, caller(stt) as guest:
            assert await guest.says(1.5) == yes(5)
            assert "yes yes" in guest.partials
            assert await guest.says(1.5) == yes(5)
            longer = await guest.goes_on(1.5)
            assert isinstance(longer, Heard)
            assert len(longer.text.split()) > 7

    run_real(main())


def test_silence_is_no_words(models: Path) -> None:
    async def main() -> None:
        async with open_recogniser(Choice("ear", "sherpa", str(models / "ear"))) as stt, caller(stt) as guest:
            guest.ear.begin()
            guest.ear.hear(np.zeros(RATE, np.int16))
            assert await guest.pauses() == Heard("", final=True, confidence=0.0)
            assert await guest.says(0.0) == Heard("", final=True, confidence=0.0)

    run_real(main())


def test_a_worker_that_dies_in_mid_utterance_costs_no_word(models: Path) -> None:
    async def main() -> None:
        async with open_recogniser(Choice("ear", "sherpa", str(models / "ear"))) as stt, caller(stt) as guest:
            guest.ear.begin()
            await guest.speaks(1.0)
            async with asyncio.timeout(10):
                while not guest.partials:
                    await asyncio.sleep(0.01)
            os.kill(stt.pool.pids[0], signal.SIGKILL)
            await guest.speaks(0.5)
            assert await guest.pauses() == yes(5)

    run_real(main())


def test_two_calls_share_a_worker_and_do_not_hear_each_other(models: Path) -> None:
    async def main() -> None:
        async with open_recogniser(Choice("ear", "sherpa", str(models / "ear"))) as stt:
            one, other = Caller(stt), Caller(stt)
            async with asyncio.TaskGroup() as calls:
                short, long = calls.create_task(one.says(0.7)), calls.create_task(other.says(1.5))
            assert short.result() == yes(2)
            assert long.result() == yes(5)

    run_real(main())


def test_a_voice_speaks_at_the_rate_of_the_plane(models: Path) -> None:
    async def main() -> None:
        async with open_voice(Choice("mouth", "sherpa", str(models / "mouth"))) as tts:
            samples = await spoken(tts, "hello there. hello")
        assert 1.0 < len(samples) / RATE < 2.0
        assert abs(frequency(samples) - 400) < 10

    run_real(main())


def test_a_speaker_that_the_voice_has_not_is_an_error(models: Path) -> None:
    async def main() -> None:
        async with open_voice(Choice("mouth", "sherpa", str(models / "mouth"))) as tts:
            with pytest.raises(Unavailable, match="there is no voice '7': it has the numbers 0 to 0"):
                await spoken(tts, "hello", Voice("7"))
            assert len(await spoken(tts, "hello", Voice("0")))

    run_real(main())


@pytest.mark.parametrize("damage", ["", "not a model"])
def test_broken_weights_are_told_when_the_provider_is_opened(models: Path, tmp_path: Path, damage: str) -> None:
    broken = small_models.recogniser(tmp_path / "broken")
    (broken / "joiner.onnx").write_text(damage, encoding="utf-8")

    async def main() -> None:
        with pytest.raises(Unavailable, match=r"ear: the model .*broken"):
            async with open_recogniser(Choice("ear", "sherpa", str(broken))):
                pass

    run_real(main())


def test_a_whisper_that_cannot_be_loaded_is_told_when_the_provider_is_opened(tmp_path: Path) -> None:
    folder = tmp_path / "whisper"
    folder.mkdir()
    (folder / "model.bin").write_bytes(b"nothing")
    (folder / "config.json").write_text("{}", encoding="utf-8")

    async def main() -> None:
        with pytest.raises(Unavailable, match=r"ear: the model .*whisper"):
            async with open_recogniser(Choice("ear", "whisper", str(folder))):
                pass

    run_real(main())


@pytest.mark.parametrize(
    ("options", "said"), [({"worker": 2}, "no option 'worker'; it has workers"), ({"workers": 0}, "from 1 to 32")]
)
def test_an_entry_with_a_wrong_option_is_explained(models: Path, options: dict[str, int], said: str) -> None:
    async def main() -> None:
        with pytest.raises(Invalid, match=said):
            async with open_recogniser(Choice("ear", "sherpa", str(models / "ear"), options=options)):
                pass

    run_real(main())
