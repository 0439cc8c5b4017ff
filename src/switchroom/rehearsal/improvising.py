"""A caller played by a language model, and a judge that is one.

The caller is shown the call as they heard it and answers with what they say next, or with a tool: hanging up, pressing keys, or
saying nothing. The judge is shown the transcript and a question, and answers yes or no.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from switchroom.ports import Ask, Function, LanguageModel, Message, TheySaid, ToolWanted, WeSaid
from switchroom.rehearsal.models import written_by
from switchroom.rehearsal.play import Caller
from switchroom.rehearsal.record import Record
from switchroom.rehearsal.steps import HangUp, PressKeys, SayLine, StaySilent

_SILENT_FOR = 6.0
_NOTHING = {"type": "object", "properties": {}}
_KEYS = {"type": "object", "properties": {"digits": {"type": "string"}}, "required": ["digits"]}
_CAN = (
    Function("hang_up", "End the call: your goal is reached, or cannot be.", _NOTHING),
    Function("press_keys", "Press keys of the telephone: 0-9, * and #.", _KEYS),
    Function("stay_silent", "Say nothing for a while.", _NOTHING),
)
_PLAY = (
    "You play a person who telephones a company. You hear its agent; what you write is spoken. Write only what the person says "
    "next: one or two short sentences as people speak them, no descriptions, no quotation marks. Do not help the agent, and do "
    "not play it. When your goal is reached or cannot be reached, say goodbye and call hang_up."
)
_JUDGE = (
    "You judge telephone calls between a caller and an agent. You are given a transcript and a question about it. Answer with "
    "yes or no as the first word, then give the reason in one sentence."
)
_PATTERN = "0123456789*#"

Improvised = SayLine | PressKeys | StaySilent | HangUp


@dataclass(frozen=True, slots=True)
class Improviser:
    """Decides what a caller does who has a goal but no script."""

    model: LanguageModel
    caller: Caller
    record: Record

    async def next(self) -> Sequence[Improvised]:
        """Return what the caller does now, in order; nothing more once they hang up."""
        instructions = f"{_PLAY}\n\nWho you are: {self.caller.persona}\n\nYour goal: {self.caller.goal}"
        text, wanted = await written_by(self.model, Ask(instructions, tuple(heard(self.record)), _CAN))
        steps: list[Improvised] = [SayLine(say=text)] if text else []
        for each in wanted:
            steps.append(_step(each))
        return steps or [StaySilent(_SILENT_FOR)]


def _step(wanted: ToolWanted) -> Improvised:
    match wanted.name:
        case "hang_up":
            return HangUp(hang_up=True)
        case "press_keys":
            digits = "".join(key for key in str(wanted.arguments.get("digits", "")) if key in _PATTERN)
            return PressKeys(digits=digits) if digits else StaySilent(_SILENT_FOR)
        case _:
            return StaySilent(_SILENT_FOR)


def heard(record: Record) -> list[Message]:
    """Return the call as its caller knows it: what they said, and what they heard."""
    told: list[tuple[float, Message]] = [(act.at, WeSaid(act.text)) for act in record.acts if act.speaks]
    told += [(reply.start, TheySaid(reply.heard)) for _, reply in record.replies() if reply.heard]
    messages = [message for _, message in sorted(told, key=lambda pair: pair[0])]
    if not messages or not isinstance(messages[-1], TheySaid):
        messages.append(TheySaid("[The agent says nothing.]"))
    return messages


@dataclass(frozen=True, slots=True)
class Judge:
    """Answers questions about a call."""

    model: LanguageModel
    record: Record

    async def asked(self, question: str) -> tuple[bool, str]:
        """Return whether the answer is yes, and the reason."""
        lines = [f"{'Caller' if isinstance(line, WeSaid) else 'Agent'}: {line.text}" for line in _lines(self.record)]
        text, _ = await written_by(
            self.model, Ask(_JUDGE, (TheySaid("\n".join([*lines, "", f"Question: {question}"])),))
        )
        word, _, why = text.partition(" ")
        return word.strip(".,:;!").lower() == "yes", why.strip() or text or "it says nothing"


def _lines(record: Record) -> list[TheySaid | WeSaid]:
    return [line for line in heard(record) if isinstance(line, TheySaid | WeSaid)]
