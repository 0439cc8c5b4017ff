"""The tools a language model wants, in one turn of a conversation.

What it wrote is checked first; what does not fit goes back to it as a result it can mend. A call is in the conversation's state
before it starts, under a key that is the same whenever the same wish comes again: twice in a turn, or anew because the caller
broke in before they had heard anything. So whatever breaks off, nothing is done twice and nothing that was done is forgotten.

    the tool                           the caller hears
    answers within AT_ONCE             nothing of it
    works on                           its filler, or one of the flow's; every BRIDGE seconds another; what it reports, when it does
    is not back so long after the      that they need not wait; it works on, and its result comes up in a later turn
    first tool of the turn started
    as the node's ``within`` allows
"""

import hashlib
from collections.abc import AsyncGenerator, Collection, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import Protocol

from switchroom.errors import Invalid, SwitchroomError, Unavailable
from switchroom.flow.arguments import accepted
from switchroom.flow.recall import content
from switchroom.flow.state import Called, State
from switchroom.flow.tools import Occasion, Tools
from switchroom.flow.values import written
from switchroom.flow.walk import Scene
from switchroom.ports import Errands, Outcome, ReplyPart, Say, ToolAnswered, ToolCalled, ToolWanted

AT_ONCE = 0.4
"""A tool that answers within so many seconds needs no words to bridge the wait."""

BRIDGE = 4.0
"""After so many seconds of work, something is said again."""

_INSTANT = 0.001  # a wait may end this much before its time
_NOT_CALLED = "not called: the tool before it has not come back"


class Standing(Protocol):
    """Whose state it is: replaced as a whole, before anything that depends on it is yielded."""

    state: State


class Toolbox:
    """For one turn at a node that offers ``offered`` of ``tools``. ``late`` once the caller was told not to wait."""

    def __init__(
        self,
        brain: Standing,
        scene: Scene,
        tools: Tools,
        offered: Collection[str],
        errands: Errands,
        within: float,
    ) -> None:
        self._brain = brain
        self._scene = scene
        self._tools = tools
        self._offered = offered
        self._errands = errands
        self._within = within
        self._fillers = iter(scene.flow.sentences.waiting)
        self._silent = True
        self._deadline: float | None = None
        self.late = False

    async def settle(self) -> AsyncGenerator[ReplyPart, None]:
        """Take in what earlier turns left at work: wait for it, unless the caller was told that it takes longer."""
        left = [call for call in self._brain.state.calls if not call.content and call.tool in self._tools]
        for call in left:
            await self._start(call)
        for answer in self._taken_in(left, (await self._errands.wait(_keys(left), 0.0)).outcomes):
            yield answer
        async with aclosing(self._wait([call for call in left if not call.late], bridged=False)) as parts:
            async for part in parts:
                yield part
        self.late, self._deadline = False, None

    async def use(self, wanted: Sequence[ToolWanted], *, bridged: bool) -> AsyncGenerator[ReplyPart, None]:
        """Call what the model wants; ``bridged``: it said something first. What came back is in the state."""
        for read_only, batch in groupby(wanted, self._only_reads):
            for together in [list(batch)] if read_only else [[each] for each in batch]:
                async with aclosing(self._call(together, bridged=bridged)) as parts:
                    async for part in parts:
                        yield part

    async def _call(self, wanted: Sequence[ToolWanted], *, bridged: bool) -> AsyncGenerator[ReplyPart, None]:
        """Call tools that may work at the same time."""
        called = []
        for each in wanted:
            call, error = self._called(each)
            self._brain.state = self._brain.state.called(call)
            if not call.content:
                await self._start(call)
                called.append(call)
            yield ToolCalled(each.name, each.arguments, call.key)
            if error is not None:
                yield ToolAnswered(each.name, 0.0, error=error)
        async with aclosing(self._wait(called, bridged=bridged)) as parts:
            async for part in parts:
                yield part

    async def _wait(self, calls: Sequence[Called], *, bridged: bool) -> AsyncGenerator[ReplyPart, None]:
        """Wait for ``calls``, at most until the turn's deadline, and let the caller know that somebody works for them."""
        if not calls:
            return
        waited = await self._errands.wait(_keys(calls), 0.0)
        bridge = waited.at + (BRIDGE if bridged else AT_ONCE)
        deadline = self._deadline = self._deadline or waited.at + self._within
        while True:
            for answer in self._taken_in(calls, waited.outcomes):
                yield answer
            still = self._open(calls)
            if not still:
                return
            if waited.at > deadline - _INSTANT:
                break
            if waited.reports or waited.at > bridge - _INSTANT:
                bridge = waited.at + BRIDGE
                if text := " ".join(waited.reports) or self._filler(still[0]):
                    yield Say(text, filler=True)
            waited = await self._errands.wait(_keys(still), min(bridge, deadline))
        self.late = True
        self._errands.call_back(_keys(still))
        self._brain.state = self._brain.state.called(*(replace(call, late=True) for call in still))
        yield Say(self._scene.flow.sentences.late)

    def _open(self, calls: Sequence[Called]) -> list[Called]:
        """Return those of ``calls`` that are still at work."""
        ids = {call.id for call in calls}
        return [call for call in self._brain.state.calls if call.id in ids and not call.content]

    def _taken_in(self, calls: Sequence[Called], outcomes: Mapping[str, Outcome]) -> Iterator[ToolAnswered]:
        """Put into the state what came back for ``calls``."""
        for call in self._open(calls):
            outcome = outcomes.get(call.key)
            if outcome is not None:
                self._brain.state = self._brain.state.called(replace(call, content=content(outcome)))
                result = {name: written(value) for name, value in outcome.result.items()}
                yield ToolAnswered(call.tool, outcome.took, result, outcome.error, call.key)

    def _only_reads(self, wanted: ToolWanted) -> bool:
        return wanted.name in self._offered and self._tools[wanted.name].declared.read_only

    def _called(self, wanted: ToolWanted) -> tuple[Called, SwitchroomError | None]:
        """Return the call of ``wanted``; with its result, and the error, if it cannot be made."""
        state, heard = self._brain.state, self._scene.heard
        number = sum(call.turn == state.turn for call in state.calls)
        after = heard[-1].end if heard else -1.0
        call = Called(state.turn, f"call_{state.turn}_{number}", wanted.name, wanted.arguments, "", after)
        if self.late:
            return replace(call, content=_NOT_CALLED), Unavailable(_NOT_CALLED, code="tool_timeout")
        try:
            given = self._given(wanted)
        except Invalid as error:
            return replace(call, content=content(Outcome(0.0, error=error))), error
        return replace(call, given=given, key=self._key(wanted.name, given)), None

    def _given(self, wanted: ToolWanted) -> Mapping[str, object]:
        if wanted.name not in self._offered:
            raise Invalid(f"there is no tool {wanted.name!r}; there are {', '.join(self._offered) or 'none'}")
        spec = self._tools[wanted.name]
        return accepted(spec.schema, spec.accept, wanted.arguments)

    def _key(self, tool: str, given: Mapping[str, object]) -> str:
        """Return what this call is known by: as before, if it is the same wish."""
        state = self._brain.state
        spoken = max((utterance.end for utterance in self._scene.heard if utterance.who == "agent"), default=0.0)
        for call in reversed(state.calls):
            same = call.tool == tool and call.given == given and call.key
            if same and (call.turn == state.turn or not call.content or call.after >= spoken):
                return call.key
        digest = hashlib.sha256(repr(sorted(given.items())).encode()).hexdigest()[:8]
        return f"{self._scene.exchange.call}:{state.turn}:{tool}:{digest}"

    async def _start(self, call: Called) -> None:
        spec = self._tools[call.tool]
        occasion = Occasion(self._scene.exchange, call.key, self._scene.now, partial(self._errands.report, call.key))
        declared = spec.declared
        await self._errands.start(
            call.key, spec.work(occasion, call.given), declared.limit, read_only=declared.read_only
        )

    def _filler(self, call: Called) -> str:
        """Return what bridges the wait for ``call``: its own filler, then the flow's."""
        own = self._tools[call.tool].declared.filler if self._silent else ""
        self._silent = False
        return own or next(self._fillers, "")


def _keys(calls: Sequence[Called]) -> list[str]:
    return [call.key for call in calls]
