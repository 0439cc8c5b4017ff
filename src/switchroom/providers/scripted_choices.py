"""Providers of kind ``scripted``: for rehearsals and for trying out a providers file without a vendor.

``options`` of a recogniser: ``lines``, a list of texts, understood one per utterance in every call. Of a model: ``lines``, its
answers one by one. Of a voice: ``first``, seconds before the first sound.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from switchroom.providers.choices import Choice
from switchroom.providers.scripted import Line, ScriptedModel, ScriptedRecogniser, ScriptedVoice


@asynccontextmanager
async def open_recogniser(choice: Choice) -> AsyncIterator[ScriptedRecogniser]:
    """Yield the recogniser."""
    yield ScriptedRecogniser(tuple(Line(text) for text in _lines(choice)), again=True, name=choice.name)


@asynccontextmanager
async def open_model(choice: Choice) -> AsyncIterator[ScriptedModel]:
    """Yield the model."""
    yield ScriptedModel(tuple((text,) for text in _lines(choice)), name=choice.name)


@asynccontextmanager
async def open_voice(choice: Choice) -> AsyncIterator[ScriptedVoice]:
    """Yield the voice."""
    first = choice.options.get("first")
    yield ScriptedVoice(first=float(first) if isinstance(first, int | float) else 0.15, name=choice.name)


def _lines(choice: Choice) -> list[str]:
    lines = choice.options.get("lines")
    return [str(line) for line in lines] if isinstance(lines, list) else []
