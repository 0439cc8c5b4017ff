"""Errands for where nothing can be late: rehearsals in text, and tests."""

from collections.abc import Sequence

from switchroom.errors import SwitchroomError
from switchroom.ports import Outcome, Waited, Work


class DirectErrands:
    """Awaits the tool in place, without a limit: for rehearsals and tests, where nothing can be late."""

    def __init__(self) -> None:
        self._works: dict[str, Work] = {}
        self._outcomes: dict[str, Outcome] = {}

    async def run(self, key: str, work: Work, limit: float, *, read_only: bool = False) -> Outcome:
        """Run ``work`` once per key. Cancelling cancels the work."""
        await self.start(key, work, limit, read_only=read_only)
        return (await self.wait([key], 0.0)).outcomes[key]

    async def start(self, key: str, work: Work, limit: float, *, read_only: bool = False) -> float:  # noqa: ARG002
        """Keep ``work`` until it is waited for; the clock stands still."""
        self._works.setdefault(key, work)
        return 0.0

    async def wait(self, keys: Sequence[str], until: float) -> Waited:  # noqa: ARG002 - the port's
        """Run what was not run before, one after the other."""
        for key in keys:
            if key in self._works and key not in self._outcomes:
                try:
                    self._outcomes[key] = Outcome(0.0, await self._works[key]())
                except SwitchroomError as error:
                    self._outcomes[key] = Outcome(0.0, error=error)
        return Waited(0.0, {key: self._outcomes[key] for key in keys if key in self._outcomes})

    def call_back(self, keys: Sequence[str]) -> None:
        """Nothing is late."""

    def news(self) -> bool:
        """Nothing is late."""
        return False

    def report(self, key: str, text: str) -> None:
        """Nobody waits long enough to be told."""
