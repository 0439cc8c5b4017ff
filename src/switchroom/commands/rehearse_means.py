"""What rehearsals are held with: nothing at all, the speech of this machine in real time, and real models where one is named."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np

from switchroom.conversation.timing import Timing
from switchroom.errors import Invalid
from switchroom.identity import TenantId
from switchroom.media import wav
from switchroom.media.frame import RATE, Samples
from switchroom.ports import Models, Voice
from switchroom.providers.choices import load_choices
from switchroom.providing import Wanted, open_providers
from switchroom.rehearsal import sound
from switchroom.rehearsal.cast import Part
from switchroom.rehearsal.ear import KnowingRecogniser
from switchroom.rehearsal.lines import Line, Spoken, assembled
from switchroom.rehearsal.play import AgentVoice, Rehearsal
from switchroom.rehearsal.reading import Piece
from switchroom.rehearsal.stage import Means, Result, Sound, rehearse, scripted_sound
from switchroom.rehearsal.steps import Clip, MakeSound, Pause, SayLine
from switchroom.rehearsal.voice import MurmuringVoice
from switchroom.settings import Settings
from switchroom.speech import BELIEF, LocalSpeech, open_speech

_QUIET = 200  # a sample below this belongs to the silence around what is said


async def held(piece: Piece, part: Part, settings: Settings, *, real: bool) -> Result:
    """Hold one rehearsal: by the loop's time, be it virtual, or by ear and voice of this machine. Raises SwitchroomError."""
    async with _models(piece, part, settings) as models:
        if not real:
            return await rehearse(piece, part, Means(scripted_sound, models))
        async with open_speech(settings.speech) as speech:

            async def local(rehearsal: Rehearsal, part: Part) -> Sound:
                return await _local_sound(speech, rehearsal, part, piece.path.parent)

            return await rehearse(piece, part, Means(local, models))


@asynccontextmanager
async def _models(piece: Piece, part: Part, settings: Settings) -> AsyncIterator[Models | None]:
    """Open what the providers file names, if the rehearsal needs a real model."""
    rehearsal = piece.rehearsal
    if not (rehearsal.caller.model or rehearsal.judge or (part.reception.thinks and not rehearsal.model)):
        yield None
        return
    choices = load_choices(settings.providers_file)
    if not choices.models:
        yield None
        return
    nobody = KnowingRecogniser(Spoken()), MurmuringVoice(AgentVoice())
    async with open_providers(choices, *nobody) as providers:
        yield providers.models(Wanted(TenantId("")))(None)


async def _local_sound(speech: LocalSpeech, rehearsal: Rehearsal, part: Part, folder: Path) -> Sound:
    """Hear and speak with the engines of this machine, warmed up as for a call."""
    plan = part.reception.plan
    await speech.warm(Voice(language=plan.flow.language), (part.role.greeting or part.reception.greeting,), plan.hints)
    voice = Voice(rehearsal.caller.voice, language=plan.flow.language)

    async def line(step: SayLine | MakeSound) -> Line:
        if isinstance(step, MakeSound):
            return await _noise(speech, step, voice)
        if step.clip is not None:
            return assembled(SayLine(say=_whole(step), hang_up=step.hang_up), [_clip(step.clip, folder)])
        parts = (step.say,) if isinstance(step.say, str) else step.say
        sounds = [
            np.zeros(round(one.pause * RATE), np.int16) if isinstance(one, Pause) else await _spoken(speech, one, voice)
            for one in parts
        ]
        return assembled(step, sounds)

    return Sound(speech.stt, speech.tts, Spoken(), line, Timing(belief=BELIEF))


async def _noise(speech: LocalSpeech, step: MakeSound, voice: Voice) -> Line:
    samples = await _spoken(speech, "mhm", voice) if step.sound == "mhm" else sound.cough(step.seconds)
    return Line(f"({step.sound})", samples, ())


async def _spoken(speech: LocalSpeech, text: str, voice: Voice) -> Samples:
    """Return ``text`` as said by this machine, without the silence around it."""
    samples = np.concatenate([piece async for piece in speech.tts.speak(text, voice)])
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > _QUIET)
    return samples[loud[0] : loud[-1] + 1] if len(loud) else samples


def _clip(clip: Clip, folder: Path) -> Samples:
    """Return the part of a recording. Raises Invalid."""
    path = folder / clip.file
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Invalid(f"the clip cannot be read: {error}") from error
    samples = wav.read(data, clip.channel)
    end = None if clip.end is None else round(clip.end * RATE)
    return samples[round(clip.start * RATE) : end]


def _whole(step: SayLine) -> str:
    if isinstance(step.say, str):
        return step.say
    return " ".join(part for part in step.say if isinstance(part, str))
