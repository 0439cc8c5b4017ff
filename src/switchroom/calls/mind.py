"""The brain of one call, which may be replaced by a branch that was right about what the caller would say."""

from switchroom.calls.draft import Draft
from switchroom.calls.errands import GuardedErrands
from switchroom.ports import Brain, Errands


class Mind:
    """Holds it. ``errands`` are the call's tools at work."""

    def __init__(self, brain: Brain, errands: Errands) -> None:
        self.brain = brain
        self.able = True
        """Whether it can think ahead, as far as is known."""
        self._errands = errands

    def news(self) -> bool:
        """Whether a tool is back that the caller was told not to wait for; once for each."""
        return self._errands.news()

    def branch(self, draft: Draft) -> Brain | None:
        """Return who thinks for ``draft``, None if nobody can; asked while no reply runs. Adopted by now, it is nobody's branch."""
        if not draft.private:
            return self.brain
        draft.brain = self.brain.branch(GuardedErrands(self._errands, draft.adopted))
        self.able = draft.brain is not None
        draft.failed = not self.able
        return draft.brain

    def adopt(self, draft: Draft) -> None:
        """The draft's branch is the call's brain from now on."""
        if draft.brain is not None:
            self.brain = draft.brain
