"""What ``switchroom models`` does: looks at the folder of models and the providers file, fetches, and tries what is there.

A voice is tried by a sentence that must sound, a recogniser by one that the voice of this machine says; what it
understood is printed for a person to judge, because weights of any language and quality are welcome.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from switchroom.errors import Invalid, NotFound, SwitchroomError, Unavailable
from switchroom.hosting import hosting
from switchroom.media.frame import RATE, Samples
from switchroom.observability import set_up
from switchroom.ports import Heard, HearingFailed, Hints, SpeechToText, TextToSpeech, Voice
from switchroom.providers.choices import LOCAL, Choice, Section, load_choices
from switchroom.providers.kinds import Provider, opener_of
from switchroom.providers.local.voice import LocalVoice
from switchroom.providers.neural.fetching import Progress, changed, fetch, read_slip
from switchroom.providers.neural.folders import Model, models_folder, recognise
from switchroom.providers.neural.published import PUBLISHED
from switchroom.settings import Settings

SENTENCE = "Hello, I would like to book a table for two people."
_ENOUGH = 30.0
_QUIET = 200
"""Peak below which a voice is taken to be silent."""


@dataclass(frozen=True, slots=True)
class Here:
    """A folder below the models. ``model`` None: it holds nothing known, for ``problem``."""

    name: str
    folder: Path
    model: Model | None = None
    problem: str = ""


def models_here(models: Path) -> list[Here]:
    """Return the folders of models, finished ones only."""
    if not models.is_dir():
        return []
    return [_look(folder) for folder in sorted(models.iterdir()) if folder.is_dir() and folder.suffix != ".partial"]


def table() -> str:
    """Say what is configured, here, and to be had, a line each."""
    models = _models()
    lines = ["configured in " + str(Settings().providers_file)]
    lines += [
        f"  {choice.name:<20} {section:<12} {choice.kind:<12} {choice.model}" for section, choice in _configured()
    ]
    lines.append(f"here, in {models}")
    lines += [_line(here) for here in models_here(models)] or ["  nothing yet"]
    lines.append("to be fetched")
    for model in PUBLISHED.values():
        if not (models / model.name).exists():
            what = f"{model.role} ({model.kind})"
            lines.append(
                f"  {model.name:<20} {what:<24} {_size(model.size):>9}  {model.licence}  {' '.join(model.languages)}"
            )
    return "\n".join(lines)


def fetch_named(name: str, progress: Progress) -> str:
    """Fetch a published model and say where it is. Raises NotFound, and what ``fetch`` raises."""
    if name not in PUBLISHED:
        raise NotFound(f"no published model is called {name!r}: there are {', '.join(PUBLISHED)}")
    model = PUBLISHED[name]
    folder = fetch(model, _models(), progress)
    section = "recognisers" if model.role == "recogniser" else "voices"
    return f"{folder} is there; in providers.yaml: {section}: {{{name}: {{kind: {model.kind}, model: {name}}}}}"


async def verify_all(name: str, say: Callable[[str], None]) -> int:
    """Try one model or provider, or all; return 1 if any is not well. Raises NotFound."""
    set_up("console", "critical")
    tried = well = 0
    for section, choice, folder in _to_try(name):
        tried += 1
        try:
            if folder is not None:
                say(f"{choice.name}: {_hashes(folder)}")
            say(f"{choice.name}: {await _try(section, choice)}")
            well += 1
        except SwitchroomError as error:
            say(f"{choice.name}: {error}" if choice.name not in str(error) else str(error))
    if not tried:
        if name:
            raise NotFound(f"no model and no provider is called {name!r}: `switchroom models list` has them")
        say("there is no model and no provider to verify")
    return int(well < tried)


def _models() -> Path:
    return models_folder({**os.environ, "SWITCHROOM_DATA": str(Settings().data)})


def _look(folder: Path) -> Here:
    try:
        return Here(folder.name, folder, recognise(folder))
    except Invalid as error:
        return Here(folder.name, folder, problem=str(error))


def _configured() -> Iterator[tuple[Section, Choice]]:
    choices = load_choices(Settings().providers_file)
    sections: tuple[Section, Section] = ("recognisers", "voices")
    for section in sections:
        for choice in choices.section(section).values():
            if choice.name != LOCAL:
                yield section, choice


def _line(here: Here) -> str:
    size = sum(path.stat().st_size for path in here.folder.rglob("*") if path.is_file())
    if here.model is None:
        return f"  {here.name:<20} {'?':<24} {_size(size):>9}  {here.problem}"
    slip = read_slip(here.folder)
    origin = "fetched, hashes kept" if slip.files else "brought, no hashes"
    what = f"{here.model.role} ({here.model.kind})"
    return f"  {here.name:<20} {what:<24} {_size(size):>9}  {slip.licence or '?'}  {' '.join(slip.languages) or '?'}  {origin}"


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def _to_try(name: str) -> Iterator[tuple[Section, Choice, Path | None]]:
    for here in models_here(_models()):
        if here.model is not None and name in {"", here.name}:
            section: Section = "recognisers" if here.model.role == "recogniser" else "voices"
            yield section, Choice(here.name, here.model.engine, str(here.folder.resolve())), here.folder
    for section, choice in _configured():
        if name in {"", choice.name}:
            yield section, choice, None


def _hashes(folder: Path) -> str:
    slip = read_slip(folder)
    if not slip.files:
        return "no hashes are known: it was not fetched by us"
    if wrong := changed(folder, slip):
        raise Invalid(
            f"{folder}: {', '.join(wrong)} changed since it was fetched: remove the folder and fetch it again"
        )
    return f"{len(slip.files)} files are as they were fetched"


async def _try(section: Section, choice: Choice) -> str:
    """Open a provider and have it do its work. Raises what it fails with, once it is closed again."""
    started = time.perf_counter()
    opener = opener_of(choice, section)
    result: str | SwitchroomError
    loaded = 0.0
    try:
        async with asyncio.timeout(_ENOUGH), opener(choice) as provider:
            loaded = time.perf_counter() - started
            try:
                result = await _use(section, choice, provider)
            except SwitchroomError as error:
                result = error
    except TimeoutError:
        result = Unavailable(f"{choice.name}: it was not done within {_ENOUGH:.0f} s", code="too_late")
    if isinstance(result, SwitchroomError):
        raise result
    return f"loaded in {loaded:.1f} s; {result}"


async def _use(section: Section, choice: Choice, provider: Provider) -> str:
    if section == "voices":
        return await _speaks(cast("TextToSpeech", provider), choice)
    return await _hears(cast("SpeechToText", provider), choice)


async def _speaks(tts: TextToSpeech, choice: Choice) -> str:
    started = time.perf_counter()
    samples = await _sound(tts, Voice(choice.voice, language=choice.language or "en"))
    took = time.perf_counter() - started
    if np.abs(samples.astype(np.int32)).max(initial=0) < _QUIET:
        raise Unavailable(f"it spoke {len(samples) / RATE:.1f} s of silence", code="no_audio")
    return f"it spoke {len(samples) / RATE:.1f} s in {took:.1f} s"


async def _sound(tts: TextToSpeech, voice: Voice) -> Samples:
    async with aclosing(tts.speak(SENTENCE, voice)) as pieces:
        return np.concatenate([np.zeros(0, np.int16), *[piece async for piece in pieces]])


async def _hears(stt: SpeechToText, choice: Choice) -> str:
    async with _own_voice() as own:
        samples = await _sound(own, Voice())
    heard: asyncio.Queue[Heard | HearingFailed] = asyncio.Queue(64)
    ear = stt.listen(choice.language or "en", lambda: Hints(""), heard.put_nowait)
    try:
        started = time.perf_counter()
        ear.begin()
        ear.hear(samples)
        ear.pause()
        while isinstance(report := await heard.get(), Heard) and not report.final:
            pass
    finally:
        ear.close()
    if isinstance(report, HearingFailed):
        raise report.error
    return f"of {SENTENCE!r} it understood {report.text!r} in {time.perf_counter() - started:.1f} s"


@asynccontextmanager
async def _own_voice() -> AsyncIterator[TextToSpeech]:
    voice = LocalVoice()
    ready = asyncio.Event()
    async with hosting(voice.run(ready.set)):
        await ready.wait()
        yield voice
