"""Piper and Chatterbox behind HTTP, as their documentation says, on loopback; with faults."""

import asyncio
import io
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from switchroom.errors import Denied, Invalid, Limited, SwitchroomError, Unavailable
from switchroom.media.frame import RATE
from switchroom.ports import Voice
from switchroom.providers.choices import Choice
from switchroom.providers.servers import voice as servers
from switchroom.providers.servers.voice import ServerVoice, open_voice
from switchroom.providers.servers.wav import WavReader
from tests.providers.vendors.listening import fails, frequency, spoken
from tests.providers.vendors.serving import PER_LETTER, Faults, Scripted, cut, serving, tone
from tests.virtual_time import run_real

TEXT = "A table for two. At seven."
SENTENCES = ["A table for two.", "At seven."]


def recording(seconds: float, rate: int, channels: int = 1) -> bytes:
    """Return a WAV file of a tone."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        sound = tone(seconds, rate)
        pairs = [sound[at : at + 2] * channels for at in range(0, len(sound), 2)]
        out.writeframes(b"".join(pairs))
    return file.getvalue()


@dataclass
class Server(Scripted):
    """A server that speaks at ``path``."""

    kind: str = "piper"
    path: str = "/synthesize"
    rate: int = 22_050
    channels: int = 1
    asked: list[dict[str, object]] = field(default_factory=list)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """Yield the URL."""
        async with serving([web.post(self.path, self._speak)]) as address:
            yield f"http://{address}"

    async def _speak(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        key = request.headers.get("Authorization", "Bearer right").removeprefix("Bearer ")
        fault = await self.admit(request, key)
        self.asked.append(body)
        text = str(body.get("text", body.get("input")))
        sound = recording(len(text) * PER_LETTER, self.rate, self.channels)
        response = web.StreamResponse(headers={"Content-Type": "audio/wav"})
        await response.prepare(request)
        if fault.silent:
            await asyncio.sleep(30)
        if fault.garbage:
            await response.write(b"ID3 something else")
            return response
        for at in range(0, len(sound), 7_777):
            if fault.drop is not None and at / 2 / self.rate >= fault.drop:
                cut(request)
                return response
            await response.write(sound[at : at + 7_777])
            await asyncio.sleep(0)
        return response


@asynccontextmanager
async def voice(server: Server, **entry: object) -> AsyncIterator[ServerVoice]:
    """Yield our voice at a server."""
    async with server.running() as url:
        async with open_voice(Choice("us", server.kind, url=url, **entry)) as tts:  # type: ignore[arg-type]
            yield tts


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_text_is_spoken_sentence_by_sentence_at_the_rate_of_the_plane(rate: int, channels: int) -> None:
    async def main() -> None:
        server = Server(rate=rate, channels=channels)
        async with voice(server) as tts:
            samples = await spoken(tts, TEXT, Voice("en_US-lessac-medium#p3", 1.25))
        assert abs(len(samples) / RATE - sum(map(len, SENTENCES)) * PER_LETTER) < 0.1
        assert abs(frequency(samples) - 400) < 10
        assert [body["text"] for body in server.asked] == SENTENCES
        assert server.asked[0]["voice"] == "en_US-lessac-medium"
        assert server.asked[0]["speaker"] == "p3"
        assert server.asked[0]["length_scale"] == 0.8

    run_real(main())


@pytest.mark.parametrize(
    ("kind", "path", "named"),
    [
        ("piper", "/", "voice"),
        ("chatterbox", "/tts", "predefined_voice_id"),
        ("chatterbox", "/v1/audio/speech", "voice"),
    ],
)
def test_a_server_is_asked_where_it_answers(kind: str, path: str, named: str) -> None:
    async def main() -> None:
        server = Server(kind=kind, path=path)
        async with voice(server) as tts:
            for _ in range(2):
                assert len(await spoken(tts, "Hello.", Voice("anna")))
        assert [body[named] for body in server.asked] == ["anna", "anna"]

    run_real(main())


def test_options_are_passed_on_and_unknown_ones_refused() -> None:
    async def main() -> None:
        server = Server(kind="chatterbox", path="/tts")
        async with voice(server, options={"exaggeration": 0.7}) as tts:
            await spoken(tts, "Hello.")
        assert server.asked[0]["exaggeration"] == 0.7
        with pytest.raises(Invalid, match="chatterbox has no option 'exagger'; it has cfg_weight"):
            async with voice(server, options={"exagger": 0.7}):
                pass
        with pytest.raises(Invalid, match="url is where the piper server is"):
            async with open_voice(Choice("us", "piper")):
                pass

    run_real(main())


async def _problem(faults: Faults, key: str = "") -> tuple[SwitchroomError, float]:
    async with voice(Server(faults=faults), key=key) as tts:
        return await fails(tts, "A table for two.")


def test_every_fault_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "PATIENCE", 0.4)

    async def main() -> None:
        assert isinstance((await _problem(Faults(), key="wrong"))[0], Denied)
        limited = (await _problem(Faults(refuse=429, retry_after="7")))[0]
        assert isinstance(limited, Limited)
        assert limited.retry_after == 7.0
        for faults, code in (
            (Faults(silent=True), "too_late"),
            (Faults(slow=30.0), "too_late"),
            (Faults(garbage=True), "provider_failed"),
            (Faults(drop=0.0), "connection_lost"),
            (Faults(refuse=503), "provider_failed"),
            (Faults(refuse=422), "provider_refused"),
        ):
            error, heard = await _problem(faults)
            assert isinstance(error, Unavailable)
            assert error.code == code, faults
            assert heard == 0.0
        error, heard = await _problem(Faults(drop=0.4))
        assert error.code == "connection_lost"
        assert heard > 0.1

    run_real(main())


def test_a_lost_connection_is_opened_once_more() -> None:
    async def main() -> None:
        async with voice(Server(faults=Faults(drop=0.0, times=1))) as tts:
            assert len(await spoken(tts, "Hello."))

    run_real(main())


def test_nobody_there_is_unavailable() -> None:
    async def main() -> None:
        async with open_voice(Choice("us", "piper", url="http://127.0.0.1:9")) as tts:
            error, _ = await fails(tts, "Hello.")
            assert error.code == "connection_lost"

    run_real(main())


@pytest.mark.parametrize("size", [1, 7, 44, 1000])
def test_a_wav_file_is_read_in_pieces_of_any_size(size: int) -> None:
    data, reader = recording(0.1, 8000), WavReader("us")
    sound = b"".join(reader.read(data[at : at + size]) for at in range(0, len(data), size))
    assert sound == tone(0.1, 8000)
    assert reader.rate == 8000
