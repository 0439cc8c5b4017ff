"""Keeps an eye on which brain a call goes by, so that it can be asked what it knows: a branch may have taken its place."""

from collections.abc import AsyncGenerator, Sequence

from switchroom.flow.runner import FlowBrain
from switchroom.ports import Brain, Errands, Expecting, Prompt, ReplyPart, Utterance


class Minds:
    """The brains of one call."""

    def __init__(self) -> None:
        self.current: Brain | None = None

    def watch(self, brain: Brain) -> Brain:
        """Return ``brain``, watched; it is the call's until another is asked what it expects."""
        self.current = self.current or brain
        return _Watched(self, brain)

    def value(self, name: str) -> object:
        """Return what the agent knows under ``name``."""
        return self.current.value(name) if isinstance(self.current, FlowBrain) else None


class _Watched:
    def __init__(self, minds: Minds, brain: Brain) -> None:
        self._minds = minds
        self._brain = brain

    @property
    def expecting(self) -> Expecting:
        """See ports.Brain; only the brain that the call goes by is asked."""
        self._minds.current = self._brain
        return self._brain.expecting

    def reply(self, prompt: Prompt, heard: Sequence[Utterance]) -> AsyncGenerator[ReplyPart, None]:
        """See ports.Brain."""
        return self._brain.reply(prompt, heard)

    def branch(self, errands: Errands) -> Brain | None:
        """See ports.Brain."""
        branch = self._brain.branch(errands)
        return None if branch is None else _Watched(self._minds, branch)
