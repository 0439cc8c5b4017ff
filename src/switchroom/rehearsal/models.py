"""Language models in rehearsals: one that answers by lines of the file, and real ones that are waited for."""

import asyncio
import re
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing

from switchroom.errors import Unavailable
from switchroom.flow.recall import ON_THE_LINE
from switchroom.ports import (
    Ask,
    LanguageModel,
    Message,
    ModelPart,
    Models,
    Spent,
    TheySaid,
    ToolResult,
    ToolWanted,
    Wrote,
)
from switchroom.rehearsal.comparing import contains
from switchroom.rehearsal.play import ModelLine
from switchroom.virtual_time import at_real_pace

UNSCRIPTED = "unscripted"
"""The code of the error of a model that is asked what its lines do not foresee."""

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")


class LineModel:
    """Answers with the first line that fits what it was told last.

    It remembers nothing, so a reply that is only prepared, and dropped, uses up no line: how often one has fitted is counted in
    the conversation that it is shown.
    """

    name = "rehearsed"

    def __init__(self, lines: Sequence[ModelLine]) -> None:
        self._lines = lines

    async def answer(self, ask: Ask) -> AsyncGenerator[ModelPart, None]:
        """See ports.LanguageModel."""
        line = next((line for line in self._lines if _fits(line, ask.messages)), None)
        if line is None:
            told = _told(ask.messages[-1])
            raise Unavailable(f"the rehearsal's model has no line for: {told}", code=UNSCRIPTED, retryable=False)
        await asyncio.sleep(line.takes)
        if line.fails:
            raise Unavailable("the model fails here: the rehearsal says so", code=line.fails)
        if line.say:
            yield Wrote(line.say)
        for wanted in _wanted(line, len(ask.messages)):
            yield wanted
        yield Spent(self.name, 0, 0)


def _fits(line: ModelLine, messages: Sequence[Message]) -> bool:
    """Return whether a line answers the last of ``messages``, and has not done so too often."""
    if not _answers(line, messages[-1]):
        return False
    return line.times is None or sum(_answers(line, message) for message in messages) <= line.times


def _answers(line: ModelLine, message: Message) -> bool:
    match message:
        case TheySaid(text):
            return not line.after and text != ON_THE_LINE and (not line.when or contains(text, line.when))
        case ToolResult(name=name, content=content):
            return line.after == name and (not line.when or contains(content, line.when))
        case _:
            return False


def _told(message: Message) -> str:
    match message:
        case ToolResult(name=name, content=content):
            return f"the result of {name}: {content}"
        case TheySaid(text):
            return text
        case _:
            return type(message).__name__


def _wanted(line: ModelLine, number: int) -> Iterator[ToolWanted]:
    for index, (name, arguments) in enumerate(line.call.items()):
        yield ToolWanted(f"call_{number}_{index}", name, {key: _typed(value) for key, value in arguments.items()})
    if line.route:
        yield ToolWanted(f"call_{number}_route", line.route, {})


def _typed(value: object) -> object:
    """Return a number for a text that looks like one."""
    if isinstance(value, str) and (number := _NUMBER.fullmatch(value)):
        return float(value) if number[2] else int(value)
    if isinstance(value, Mapping):
        return {key: _typed(part) for key, part in value.items()}
    return [_typed(part) for part in value] if isinstance(value, list) else value


class PacedModel:
    """A real model: while it is waited for, even virtual time passes no faster than real time."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model
        self.name = model.name

    async def answer(self, ask: Ask) -> AsyncGenerator[ModelPart, None]:
        """See ports.LanguageModel."""
        async with aclosing(self._model.answer(ask)) as parts:
            while True:
                with at_real_pace():
                    part = await anext(parts, None)
                if part is None:
                    return
                yield part


def paced(models: Models) -> Models:
    """Return ``models``, each waited for as long as it takes."""
    return lambda name: PacedModel(models(name))


async def written_by(model: LanguageModel, ask: Ask) -> tuple[str, list[ToolWanted]]:
    """Return everything that a model answers: its words and the tools it wants. Raises Unavailable."""
    text, wanted = "", []
    async with aclosing(model.answer(ask)) as parts:
        async for part in parts:
            match part:
                case Wrote(more):
                    text += more
                case ToolWanted():
                    wanted.append(part)
                case Spent():
                    pass
    return text.strip(), wanted
