"""The brain of a flow: it walks the graph for one call and speaks.

The state is one frozen value, replaced before anything that depends on it is yielded, so a reply may be broken off at every
``yield`` and every ``await``:

    broken off while                     then the next prompt
    a last stretch is spoken             is the answer to the question that stretch ends in
    sentences before a tool are spoken   is heard at the node that asked, with all slots kept; the tool was not called
    a sentence before a transfer         cannot be: it is protected
    a tool works                         first takes in the outcome (the errand went on), says what is owed, then is heard
"""

import hashlib
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from functools import partial
from math import ceil
from typing import assert_never

from switchroom.errors import Bug
from switchroom.flow.graph import Agent, Classify, Exchange, Tool, Voicemail
from switchroom.flow.judging import LIMIT as JUDGING
from switchroom.flow.judging import judged, question
from switchroom.flow.listening import attend, listen
from switchroom.flow.plan import Plan
from switchroom.flow.state import Pending, State
from switchroom.flow.thinking import Kit, Thinking
from switchroom.flow.tools import Occasion
from switchroom.flow.values import written
from switchroom.flow.walk import (
    ROUNDS,
    CallTool,
    End,
    HandOver,
    Scene,
    Stop,
    Stretch,
    Stuck,
    TakeDown,
    Think,
    Wait,
    arguments,
    turn_to,
    walk,
)
from switchroom.ports import (
    CallerSaid,
    CallOpened,
    EndCall,
    Errands,
    Expecting,
    MessageTaken,
    ModelAnswered,
    ModelFailed,
    Models,
    Outcome,
    Prompt,
    ReplyPart,
    Say,
    TakeMessage,
    ToolAnswered,
    ToolCalled,
    ToolFinished,
    TransferFailed,
    TransferTo,
    Utterance,
    Value,
)

GUARD = "flow.guard"
"""The name under which a flow that goes in circles is reported, as a tool that failed."""


_LEEWAY = 60.0  # an errand ends by its own limit; nobody waits without one


class FlowBrain:
    """Implements ports.Brain. ``greeted``: the flow's greeting is played when the call is answered, so it is not said again."""

    def __init__(
        self,
        plan: Plan,
        exchange: Exchange,
        errands: Errands,
        clock: Callable[[], datetime],
        *,
        greeted: bool = True,
        models: Models | None = None,
    ) -> None:
        """``clock`` gives the time of the caller's place, with its zone; ``models``, if they are not the plan's."""
        self._plan = plan
        self._exchange = exchange
        self._errands = errands
        self._clock = clock
        self._greeted = greeted
        self._models = models or plan.models
        self.hurried: Callable[[], bool] = lambda: False
        """Whether replies are late lately (``CallDetails.hurried``)."""
        self._entry = plan.flow.entry(exchange.source) or plan.flow.starts[0]
        self.state = State(at=self._entry.name)

    @property
    def expecting(self) -> Expecting:
        """What may be heard at the node that asks, or in the message that is taken."""
        away = self.state.transfer if not self.state.waiting else ""
        return self._plan.expecting(away or self.state.at)

    def value(self, name: str) -> Value:
        """Return what is known under the name of a variable; None if nothing is."""
        return self.state.value(name, self._exchange)

    async def reply(self, prompt: Prompt, heard: Sequence[Utterance]) -> AsyncGenerator[ReplyPart, None]:
        """Answer ``prompt``. May be closed or cancelled anywhere (see the module's table)."""
        if isinstance(prompt, ToolFinished) and not self._awaits_tools:
            return
        scene = Scene(self._plan.flow, self._exchange, self._clock(), prompt, tuple(heard))
        self.state = replace(self.state, turn=self.state.turn + 1, visits={})
        if self.state.over:
            yield EndCall()
            return
        prompt, owed = self._new_in(self._of_the_line(prompt))
        back = isinstance(prompt, TransferFailed | MessageTaken)
        opening = isinstance(prompt, CallOpened) and not self.state.waiting
        done = not self.state.waiting and (back or opening)
        if not self.state.waiting:
            asks = back
            async with aclosing(self._catch_up(scene, opening=opening, asks=asks)) as parts:
                async for part in parts:
                    yield part
        for text in owed:
            yield Say(text)
        heard_here = self.state.waiting and not self.state.over  # else they were given away again, or nobody is left
        if heard_here and not done:
            async with aclosing(self._answer(scene, prompt)) as parts:
                async for part in parts:
                    yield part

    @property
    def _awaits_tools(self) -> bool:
        """Whether there is a model that waits for a tool, to tell the caller."""
        talks = self.state.waiting and isinstance(self._plan.flow.nodes[self.state.at], Agent)
        return talks and any(call.late and not call.content for call in self.state.calls)

    def _new_in(self, prompt: Prompt) -> tuple[Prompt, tuple[str, ...]]:
        """Return what is new in a prompt, and what is owed to the caller of what was not.

        A turn that goes on one whose reply nobody heard begins with its words. Were a tool called for them that changes
        something, it would be called twice: they are done, and what was to be said of it is said now.
        """
        acted, waiting = self.state.acted, self.state.waiting
        if not acted or not isinstance(prompt, CallerSaid) or not prompt.carried.startswith(acted):
            self.state = replace(self.state, acted="")
            return prompt, ()
        rest = prompt.text.removeprefix(acted).strip()
        return CallerSaid(rest, prompt.confidence), self.state.said[:-1] if waiting else ()

    def _of_the_line(self, prompt: Prompt) -> Prompt:
        """Take in how the caller came back whom a node gave away; in writing, what they say next is the message."""
        node = self._plan.flow.nodes.get(self.state.transfer)
        written = self._exchange.source == "text" and not self.state.waiting and isinstance(node, Voicemail)
        if written and isinstance(prompt, CallerSaid):
            prompt = MessageTaken(1.0, prompt.text)
        match prompt:
            case TransferFailed(outcome):
                self.state = self.state.knows({f"{self.state.transfer}.outcome": outcome})
            case MessageTaken(seconds, text):
                name = self.state.transfer
                self.state = self.state.knows({f"{name}.seconds": ceil(seconds), f"{name}.text": text})
            case _:
                return prompt
        self.state = replace(self.state, transfer="")
        return prompt

    def branch(self, errands: Errands) -> "FlowBrain":
        """Return a brain that stands where this one does."""
        twin = FlowBrain(
            self._plan,
            self._exchange,
            errands,
            self._clock,
            greeted=self._greeted,
            models=self._models,
        )
        twin.hurried = self.hurried
        twin.state = self.state
        return twin

    async def _answer(self, scene: Scene, prompt: Prompt) -> AsyncGenerator[ReplyPart, None]:
        """Take ``prompt`` in at the node that asked, and go on from there."""
        node = scene.flow.nodes[self.state.at]
        if isinstance(node, Classify) and node.by == "model" and isinstance(prompt, CallerSaid):
            outcome = await self._judge(scene, node, prompt.text)
            yield _judgement(self._models, node, outcome)
            scene = replace(scene, judged=None if outcome.error else str(outcome.result["intent"]))
        take_in = attend if isinstance(node, Agent) else listen
        turn = take_in(scene, self._plan.intents, self.state, prompt)
        self.state = turn.held
        if turn.thinks:
            async with aclosing(self._think(scene)) as parts:
                async for part in parts:
                    yield part
            return
        says = [Say(text) for text in turn.says if text]
        if turn.moves:
            async with aclosing(self._go(scene, turn.state, says)) as parts:
                async for part in parts:
                    yield part
            return
        self.state = _saying(turn.held, says)
        for say in says:
            yield say
        if self.state.over:
            yield EndCall()

    async def _judge(self, scene: Scene, node: Classify, text: str) -> Outcome:
        """Ask a model what the caller wants; late or down, the outcome is an error."""
        assert self._models is not None  # else the plan would not have been made
        model = self._models(node.model)
        ask = question(scene.flow, node, text, tuple(scene.heard))
        key = f"{self._exchange.call}:{self.state.turn}:{node.name}:judged"
        return await self._errands.run(key, lambda: judged(model, ask, scene.flow, node), JUDGING, read_only=True)

    async def _think(self, scene: Scene, *, asks: bool = True) -> AsyncGenerator[ReplyPart, None]:
        """Let the model of the agent node answer, unless the caller is yet to be heard, and go on from there if it leaves."""
        node = scene.flow.nodes[self.state.at]
        if not asks:
            return
        assert isinstance(node, Agent)
        assert self._models is not None  # else the plan would not have been made
        kit = Kit(self._plan.tools, self._plan.line[self._exchange.source], self._errands)
        model = self._models(node.quick if node.quick and self.hurried() else node.model)
        thinking = Thinking(self, scene, node, model, kit)
        async with aclosing(thinking.answer()) as parts:
            async for part in parts:
                yield part
        if not self.state.waiting:
            async with aclosing(self._go(scene, self.state, [])) as parts:
                async for part in parts:
                    yield part

    async def _catch_up(self, scene: Scene, *, opening: bool, asks: bool) -> AsyncGenerator[ReplyPart, None]:
        """Do what a reply that was broken off still owes; at the opening, everything up to the first question.

        ``asks``: the question that follows is asked, since no answer to it has come yet.
        """
        if self.state.pending is not None:
            async with aclosing(self._run(scene, self.state.pending)) as parts:
                async for part in parts:
                    yield part
        greeting = self._entry.greeting if opening else ""
        says = [Say(greeting)] if greeting and not self._greeted else []
        asks = asks or (opening and not greeting)
        async with aclosing(self._go(scene, self.state, says, asks=asks)) as parts:
            async for part in parts:
                yield part
        if greeting and self._greeted:
            self.state = replace(self.state, said=(greeting, *self.state.said))

    async def _go(
        self, scene: Scene, ahead: State, says: list[Say], *, asks: bool = True
    ) -> AsyncGenerator[ReplyPart, None]:
        """Walk from ``ahead`` until the caller is asked or the call is over, calling tools on the way."""
        while True:
            stretch = walk(scene, ahead)
            spoken = [*says, *stretch.says, *self._closing(scene, stretch.stop, asks=asks)]
            if not isinstance(stretch.stop, CallTool | HandOver | TakeDown):
                self.state = _saying(stretch.state, spoken)
            for say in spoken:
                yield say
            async with aclosing(self._act(scene, stretch, asks=asks)) as parts:
                async for part in parts:
                    yield part
            if isinstance(stretch.stop, End | Wait | Think | HandOver | TakeDown):
                return
            says, ahead = [], self.state

    async def _act(self, scene: Scene, stretch: Stretch, *, asks: bool) -> AsyncGenerator[ReplyPart, None]:
        """Do what must be done where the walk stopped."""
        match stretch.stop:
            case CallTool(node):
                pending = self._pending(node, stretch.state)
                self.state = replace(stretch.state, pending=pending, acted=self._acting(scene, node))
                given = {name: written(value) for name, value in pending.arguments.items()}
                yield ToolCalled(node.tool, given, pending.key)
                async with aclosing(self._run(scene, pending)) as parts:
                    async for part in parts:
                        yield part
            case Think():
                async with aclosing(self._think(scene, asks=asks)) as parts:
                    async for part in parts:
                        yield part
            case stop:
                for part in self._conclude(scene, stretch.state, stop):
                    yield part

    def _conclude(
        self, scene: Scene, state: State, stop: Wait | HandOver | TakeDown | End | Stuck
    ) -> Iterator[ReplyPart]:
        match stop:
            case Stuck(name):
                self.state = replace(self.state, visits={})
                yield from _reports(scene, name)
            case HandOver(target, queue):
                self.state = state
                yield TransferTo(target, queue)
            case TakeDown(node):
                self.state = state
                yield TakeMessage(node.limit, node.silence, node.beep)
            case End():
                yield EndCall()
            case Wait():
                return
            case _:
                assert_never(stop)

    def _closing(self, scene: Scene, stop: Stop, *, asks: bool) -> list[Say]:
        """Return what is said because the walk stops."""
        match stop:
            case Wait(question):
                return [Say(question)] if asks and question else []
            case CallTool(node):
                filler = self._plan.tools[node.tool].declared.filler
                return [Say(filler, filler=True)] if filler else []
            case Stuck():
                return [Say(scene.flow.sentences.stuck)]
            case End() | HandOver() | TakeDown() | Think():
                return []

    def _acting(self, scene: Scene, node: Tool) -> str:
        """Return what was said that ``node`` now does something for; "" if it only reads."""
        said = scene.prompt.text if isinstance(scene.prompt, CallerSaid) else ""
        return self.state.acted if self._plan.tools[node.tool].declared.read_only else said

    def _pending(self, node: Tool, state: State) -> Pending:
        """Return the call that ``node`` makes now. The same call in the same turn has the same key, so it is made once."""
        given = arguments(node, self._plan.tools[node.tool].parameters, state, self._exchange)
        digest = hashlib.sha256(repr(sorted(given.items())).encode()).hexdigest()[:8]
        return Pending(node.name, f"{self._exchange.call}:{state.turn}:{node.name}:{digest}", given)

    async def _run(self, scene: Scene, pending: Pending) -> AsyncGenerator[ReplyPart, None]:
        """Get the outcome of ``pending`` and take it in, saying what it reports meanwhile. If broken off, it stays pending."""
        node = scene.flow.nodes[pending.node]
        assert isinstance(node, Tool)
        spec = self._plan.tools[node.tool]
        occasion = Occasion(self._exchange, pending.key, scene.now, partial(self._errands.report, pending.key))
        work, limit = spec.work(occasion, pending.arguments), spec.declared.limit
        began = await self._errands.start(pending.key, work, limit, read_only=spec.declared.read_only)
        waited = await self._errands.wait([pending.key], began + limit + _LEEWAY)
        while pending.key not in waited.outcomes:
            for text in waited.reports:
                yield Say(text, filler=True)
            waited = await self._errands.wait([pending.key], waited.at + limit + _LEEWAY)
        outcome = waited.outcomes[pending.key]
        self.state = _taken_in(scene, self.state, node, outcome)
        result = {name: written(value) for name, value in outcome.result.items()}
        yield ToolAnswered(node.tool, outcome.took, result, outcome.error, pending.key)


def _judgement(models: Models | None, node: Classify, outcome: Outcome) -> ModelAnswered | ModelFailed:
    if outcome.error is not None:
        return ModelFailed(models(node.model).name if models is not None else node.model, outcome.error)
    told = outcome.result
    return ModelAnswered(str(told["model"]), int(str(told["in"])), int(str(told["out"])))


def _taken_in(scene: Scene, state: State, node: Tool, outcome: Outcome) -> State:
    """Return ``state`` with the results in it, standing where the tool leads."""
    state = replace(state, pending=None)
    if outcome.error is not None:
        return turn_to(scene.flow, state.knows({f"{node.name}.error": outcome.error.code}), node.failed)
    named = {f"{node.name}.{name}": value for name, value in outcome.result.items()}
    filled = {name: outcome.result.get(node.result(name)) for name in node.fill if state.values.get(name) is None}
    return turn_to(scene.flow, state.knows({**named, **filled}), node.next)


def _saying(state: State, says: list[Say]) -> State:
    texts = tuple(say.text for say in says if not say.filler)
    return replace(state, said=texts) if texts else state


def _reports(scene: Scene, node: str) -> tuple[ToolCalled, ToolAnswered]:
    message = (
        f"flow {scene.flow.name!r}: node {node!r} was entered more than {ROUNDS} times in one turn; break the circle"
    )
    return ToolCalled(GUARD, {"node": node}), ToolAnswered(GUARD, 0.0, error=Bug(message, code="flow_loop"))
