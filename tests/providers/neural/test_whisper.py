"""faster-whisper in a worker, with weights by chance: what it hears is nonsense, when and how often is not."""

from pathlib import Path

from switchroom.ports import Heard
from switchroom.providers.choices import Choice
from switchroom.providers.neural.recogniser import open_recogniser
from tests.providers.neural.small_whisper import whisper
from tests.providers.vendors.hearing import caller
from tests.virtual_time import run_real


def test_an_utterance_is_understood_as_a_whole_when_the_caller_falls_silent(tmp_path: Path) -> None:
    folder = whisper(tmp_path / "whisper")

    async def main() -> None:
        async with open_recogniser(Choice("ear", "whisper", str(folder), language="en")) as stt, caller(stt) as guest:
            first = await guest.says(1.0)
            again = await guest.says(1.0)
            assert isinstance(first, Heard)
            assert first.final
            assert first.text
            assert first == again
            assert guest.partials == []
            assert await guest.says(0.0) == Heard("", final=True, confidence=0.0)

    run_real(main())
