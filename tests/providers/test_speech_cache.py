"""What is kept of what was said, where, and for how long."""

from collections.abc import Coroutine
from pathlib import Path

import numpy as np

from switchroom.media.frame import Samples
from switchroom.ports import Voice
from switchroom.providers.choices import Choice
from switchroom.providers.scripted import ScriptedVoice
from switchroom.providers.speech_cache import KeepingVoice, SpeechCache, key_of
from tests.virtual_time import run_real

CHOICE = Choice("warm", "scripted")
GREETING, PERSONAL = "Hello, how can I help?", "Thank you, Mister Miller."


def _sound(number: int = 1, seconds: float = 0.1) -> Samples:
    return np.full(round(16000 * seconds), number, np.int16)


def _key(text: str) -> str:
    return key_of(CHOICE, Voice(), text)


def _run(main: Coroutine[object, object, None]) -> None:
    run_real(main)


def test_a_sentence_is_kept_from_its_second_use_on() -> None:
    async def main() -> None:
        cache = SpeechCache()
        for expected in (None, None, _sound()):
            found = await cache.find(_key("Anything else?"))
            assert (found is None) == (expected is None)
            await cache.offer(_key("Anything else?"), "Anything else?", _sound())

    _run(main())


def test_a_fixed_sentence_is_kept_at_once_and_outlives_the_process(tmp_path: Path) -> None:
    async def main() -> None:
        cache = SpeechCache(tmp_path)
        cache.open()
        cache.fix([GREETING])
        await cache.offer(_key(GREETING), GREETING, _sound(7))
        assert cache.peek(_key(GREETING)) is not None
        after = SpeechCache(tmp_path)
        after.open()
        found = await after.find(_key(GREETING))
        assert found is not None
        assert found.tolist() == _sound(7).tolist()

    _run(main())


def test_what_may_be_personal_never_reaches_the_disk(tmp_path: Path) -> None:
    async def main() -> None:
        cache = SpeechCache(tmp_path)
        cache.open()
        cache.fix([GREETING])
        for _ in range(3):
            await cache.offer(_key(PERSONAL), PERSONAL, _sound())
        assert cache.peek(_key(PERSONAL)) is not None

    _run(main())
    assert list(tmp_path.iterdir()) == []


def test_the_memory_is_bounded_and_the_least_used_goes_first() -> None:
    async def main() -> None:
        cache = SpeechCache(memory=3 * _sound().nbytes)
        cache.fix(["a", "b", "c", "d"])
        for text in ("a", "b", "c", "a", "d"):
            if cache.peek(_key(text)) is None:
                await cache.offer(_key(text), text, _sound())
        assert [text for text in "abcd" if cache.peek(_key(text)) is not None] == ["a", "c", "d"]

    _run(main())


def test_the_disk_is_bounded_and_a_file_that_is_gone_is_made_again(tmp_path: Path) -> None:
    async def main() -> None:
        cache = SpeechCache(tmp_path)
        cache.open()
        cache.fix(["a", "b"])
        for text in ("a", "b"):
            await cache.offer(_key(text), text, _sound())

    async def look() -> None:
        assert [await smaller.find(_key(text)) for text in ("a", "b")] == [None, None]

    _run(main())
    smaller = SpeechCache(tmp_path, disk=_sound().nbytes)
    smaller.open()
    (left,) = tmp_path.iterdir()
    left.unlink()
    _run(look())


def test_another_voice_speed_language_or_model_is_another_sound() -> None:
    voices = [Voice(), Voice("x"), Voice(speed=1.2), Voice(language="de")]
    keys = {
        key_of(choice, voice, "hi") for voice in voices for choice in (CHOICE, Choice("warm", "scripted", model="2"))
    }
    assert len(keys) == 8
    assert key_of(CHOICE, Voice(), "a  b ") == key_of(CHOICE, Voice(), "a b")


def test_a_sentence_that_was_interrupted_is_not_kept() -> None:
    async def main() -> None:
        cache = SpeechCache()
        cache.fix([GREETING])
        tts = ScriptedVoice(first=0.0, every=0.0)
        voice = KeepingVoice(tts, lambda text, wanted: key_of(CHOICE, wanted, text), cache)
        speech = voice.speak(GREETING, Voice())
        await anext(speech)
        await speech.aclose()
        assert cache.peek(_key(GREETING)) is None
        assert len([piece async for piece in voice.speak(GREETING, Voice())]) > 1
        assert cache.peek(_key(GREETING)) is not None

    _run(main())
