"""A flow made ready to run: checked, its examples indexed, its phrases prepared per point.

Built once per version of a flow and shared by all its calls; nothing in it changes afterwards.
"""

from collections.abc import Mapping
from copy import copy
from typing import get_args

from switchroom.errors import Invalid
from switchroom.flow.check import check, check_models
from switchroom.flow.graph import Agent, Ask, Classify, Flow, Receiver, Voicemail, patience
from switchroom.flow.intents import Intents
from switchroom.flow.phrases import Phrases
from switchroom.flow.problems import Problem
from switchroom.flow.tools import Tools
from switchroom.flow.voice_tools import voice_tools
from switchroom.ports import Expecting, Hints, Models


class FlowInvalid(Invalid):
    """The flow cannot run; ``problems`` says where and what to do."""

    code = "flow_invalid"

    def __init__(self, flow: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"the flow {flow!r} cannot run:\n" + "\n".join(f"  {problem}" for problem in problems))
        self.problems = problems


class Plan:
    """What every call of one flow shares. Raises FlowInvalid."""

    def __init__(self, flow: Flow, tools: Tools, models: Models | None = None) -> None:
        """``models`` are those that the flow's agent nodes name; None: there are none."""
        problems = (*check(flow, tools), *check_models(flow, models))
        if problems:
            raise FlowInvalid(flow.name, problems)
        self.flow = flow
        self.tools = tools
        self.models = models
        self.line: Mapping[Receiver, Tools] = {receiver: voice_tools(flow, receiver) for receiver in get_args(Receiver)}
        self.intents = Intents({name: intent.examples for name, intent in flow.intents.items()})
        phrases = Phrases(flow)
        self._expecting = {
            name: Expecting(phrases.at(node), patience(node, flow.slots), _keys(node, flow))
            for name, node in flow.nodes.items()
            if isinstance(node, Ask | Classify | Agent | Voicemail)
        }

    def with_tools(self, tools: Tools) -> "Plan":
        """Return the same plan with other tools of the same names: what took long to prepare is shared."""
        plan = copy(self)
        plan.tools = tools
        return plan

    @property
    def hints(self) -> list[Hints]:
        """Everything that may be expected anywhere, each once."""
        return list({expecting.hints.id: expecting.hints for expecting in self._expecting.values()}.values())

    def expecting(self, node: str) -> Expecting:
        """Return what may be heard while the caller is asked at ``node``; elsewhere, what may be heard at home."""
        return self._expecting.get(node) or self._expecting[self.flow.home]


def _keys(node: Ask | Classify | Agent | Voicemail, flow: Flow) -> int | None:
    if isinstance(node, Agent | Voicemail):
        return None
    if isinstance(node, Classify):
        return 1
    slot = flow.slots[node.slot]
    match slot.kind:
        case "yes_no" | "name" | "text" | "email":
            return 1
        case "choice":
            return 1 if len(slot.choices) < 10 else None
        case "digits":
            return slot.length or None
        case _:
            return None
