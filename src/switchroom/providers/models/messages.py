"""What is asked of a model, in the words of pydantic-ai.

A conversation is a list of what was said and done; here it becomes requests (the other side, and what tools gave) and responses
(ours, and what tools we wanted), by turns, as vendors want it.
"""

from collections.abc import Sequence
from typing import assert_never

from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.tools import ToolDefinition

from switchroom.ports import Ask, Function, Message, TheySaid, ToolResult, ToolWanted, WeSaid


def history(ask: Ask) -> list[ModelMessage]:
    """Return the conversation, its instructions with the last request."""
    messages: list[ModelMessage] = []
    for message in ask.messages:
        part = _part(message)
        last = messages[-1] if messages else None
        if isinstance(part, TextPart | ToolCallPart):
            if isinstance(last, ModelResponse):
                last.parts = [*last.parts, part]
            else:
                messages.append(ModelResponse([part]))
        elif isinstance(last, ModelRequest):
            last.parts = [*last.parts, part]
        else:
            messages.append(ModelRequest([part]))
    last = messages.pop() if messages and isinstance(messages[-1], ModelRequest) else None
    parts = last.parts if isinstance(last, ModelRequest) else [UserPromptPart("[go on]")]
    return [*messages, ModelRequest(parts, instructions=ask.instructions)]


def _part(message: Message) -> UserPromptPart | ToolReturnPart | TextPart | ToolCallPart:
    match message:
        case TheySaid(text):
            return UserPromptPart(text)
        case WeSaid(text):
            return TextPart(text)
        case ToolWanted(identity, name, arguments):
            return ToolCallPart(name, dict(arguments), identity)
        case ToolResult(identity, name, content):
            return ToolReturnPart(name, content, identity)
        case _:
            assert_never(message)


def offered(functions: Sequence[Function]) -> ModelRequestParameters:
    """Return the tools as the model is offered them. It may write text beside them."""
    tools = [
        ToolDefinition(name=each.name, description=each.description, parameters_json_schema=dict(each.schema))
        for each in functions
    ]
    return ModelRequestParameters(function_tools=tools, allow_text_output=True)
