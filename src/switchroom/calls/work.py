"""What is done for a reply by others, as the journal tells it: tools that were called, models that answered or failed."""

from collections.abc import Callable
from functools import partial
from typing import assert_never

from switchroom.events import catalogue as happened
from switchroom.events.catalogue import Event
from switchroom.ports import ModelAnswered, ModelFailed, ToolAnswered, ToolCalled

Work = ToolCalled | ToolAnswered | ModelAnswered | ModelFailed


def event_of(work: Work, turn: int) -> Callable[..., Event]:
    """Return the event, to be completed by whoever tells it."""
    match work:
        case ToolCalled(tool, arguments):
            return partial(happened.ToolStarted, turn=turn, tool=tool, arguments=dict(arguments))
        case ToolAnswered(tool, took, result, None):
            return partial(happened.ToolFinished, turn=turn, tool=tool, result=dict(result), took=took)
        case ToolAnswered(tool, took, _, error):
            code = "" if error is None else error.code
            failed = partial(happened.ToolFailed, turn=turn, tool=tool, took=took)
            return partial(failed, code=code, message=str(error))
        case ModelAnswered(model, tokens_in, tokens_out):
            made = partial(happened.ModelAnswered, model=model, tokens_in=tokens_in, tokens_out=tokens_out)
            return partial(made, turn=turn)
        case ModelFailed(model, error):
            broke = partial(happened.ProviderFailed, code=error.code, message=str(error))
            return partial(broke, provider=model, capability="llm")
        case _:
            assert_never(work)
