"""The providers that one call may use for one thing, in order, and what is told when another one takes over.

A chain gives out attempts; an attempt is answered, failed or abandoned, once. So every request is told to its provider's
breaker, and every change of provider to the call's journal, whatever becomes of the request.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

from switchroom.breaker import Abandoned, Answered, Asked, Breaker, Decision, Failed
from switchroom.errors import Denied, Invalid, Limited, SwitchroomError, Unavailable
from switchroom.events.providers import ProviderFailed, ProviderHedged, ProviderSwitched, SwitchReason
from switchroom.ports import Tell
from switchroom.providers.failover.lateness import Took

SHUN = 15.0
"""Seconds for which a call asks a provider last that has failed it."""

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Link(Generic[P]):
    """One provider of a chain, with what is known of it: ``breaker`` is the tenant's, ``took`` everybody's."""

    name: str
    provider: P
    breaker: Breaker = field(default_factory=Breaker)
    took: Took = field(default_factory=Took)
    patience: float | None = None
    """Seconds after which it is given up before its first sign, if that is not what its kind of provider is given."""


class Attempt(Generic[P]):
    """One request to one provider."""

    def __init__(self, link: Link[P], chain: "Chain[P]") -> None:
        self.link = link
        self._chain = chain
        self._now = chain.now
        self._began = chain.now()
        self._over = False
        self._sounded = False

    @property
    def since(self) -> float:
        """Seconds since it was sent."""
        return self._now() - self._began

    @property
    def over(self) -> bool:
        """Whether it has ended, one way or another."""
        return self._over

    def due(self) -> None:
        """Only now can it be answered: a caller has stopped speaking, say."""
        self._began = self._now()

    def outrun(self) -> None:
        """One that was asked later answered first: so long this one took at least, and that counts against it."""
        self.answering()
        self._chain.shun(self.link.name)
        self._end(Failed())

    def answering(self) -> None:
        """It begins to be answered: what it took counts."""
        if not self._sounded:
            self._sounded = True
            self.link.took.add(self.since)

    def answered(self) -> None:
        """All of it was answered."""
        self.answering()
        self._end(Answered())

    def failed(self, error: SwitchroomError) -> None:
        """It was not."""
        if not self._over:
            self._chain.tell_failed(self.link.name, error)
            self._chain.shun(self.link.name)
        self._end(_counts(error))

    def unfit(self, error: SwitchroomError) -> None:
        """It could not even be sent, as the provider has not what this call needs: no reason for others not to ask it."""
        if not self._over:
            self._chain.tell_failed(self.link.name, error)
        self._end(Abandoned())

    def abandoned(self) -> None:
        """Nobody wants it any more; nothing, if it is over."""
        self._end(Answered() if self._sounded else Abandoned())

    def _end(self, how: Answered | Failed | Abandoned) -> None:
        if not self._over:
            self._over = True
            self.link.breaker.handle(how, self._now())


def _counts(error: SwitchroomError) -> Failed | Abandoned:
    """Return what a failure means for the next requests: one that was ours to blame says nothing of the provider."""
    if isinstance(error, Invalid):
        return Abandoned()
    retry_after = error.retry_after if isinstance(error, Unavailable | Limited) else None
    return Failed(retry_after, final=isinstance(error, Denied | Unavailable) and not error.retryable)


class Chain(Generic[P]):
    """One call's chain for one ``capability``: stt, tts or llm."""

    def __init__(self, links: tuple[Link[P], ...], capability: str, tell: Tell, shun: float = SHUN) -> None:
        """Whoever failed is asked last for ``shun`` seconds."""
        self.links = links
        self._capability = capability
        self._tell = tell
        self.now = asyncio.get_running_loop().time
        self.in_use = links[0].name
        """Who did it last."""
        self._shun = shun
        self._shunned: dict[str, float] = {}

    def attempt(self, tried: Collection[str] = ()) -> Attempt[P] | None:
        """Return an attempt at the first provider that is worth it and not in ``tried``; None if there is none.

        The first attempt of a request is always made: an open breaker is no reason to say nothing at all.
        """
        now = self.now()
        left = [link for link in self.links if link.name not in tried]
        left.sort(key=lambda link: self._shunned.get(link.name, 0.0) > now)
        for link in left:
            if link.breaker.handle(Asked(), now) == [Decision.ADMIT]:
                return Attempt(link, self)
        return Attempt(left[0], self) if left and not tried else None

    def again(self, link: Link[P]) -> Attempt[P] | None:
        """Return another attempt at the same provider, None if it is not worth it."""
        admitted = link.breaker.handle(Asked(), self.now()) == [Decision.ADMIT]
        return Attempt(link, self) if admitted else None

    def resume(self, link: Link[P]) -> Attempt[P]:
        """Return another attempt at a provider that is at work already."""
        return Attempt(link, self)

    def use(self, name: str, why: SwitchReason | None, after: float) -> None:
        """The request is answered by ``name``; tell of it if it is another one than before.

        Without ``why`` nothing went wrong with this request: the one before rests, or the preferred one is back.
        """
        if name == self.in_use:
            return
        names = [link.name for link in self.links]
        back: SwitchReason = "recovered" if names.index(name) < names.index(self.in_use) else "resting"
        self._tell(
            partial(
                ProviderSwitched, capability=self._capability, from_provider=self.in_use, to_provider=name,
                why=why or back, after=round(after, 3),
            )
        )  # fmt: skip
        self.in_use = name

    def hedged(self, first: str, second: str, winner: str, after: float, wasted: dict[str, float]) -> None:
        """Tell of a request that was sent twice."""
        self._tell(
            partial(
                ProviderHedged, capability=self._capability, provider=first, second=second, winner=winner,
                after=round(after, 3), wasted=wasted,
            )
        )  # fmt: skip

    def shun(self, name: str) -> None:
        """Ask this one last for a while."""
        self._shunned[name] = self.now() + self._shun

    def tell_failed(self, name: str, error: SwitchroomError) -> None:
        """Tell that it did not do its part."""
        self._tell(
            partial(
                ProviderFailed, provider=name, capability=self._capability, code=error.code, message=str(error)
            )
        )  # fmt: skip

    def exhausted(self, last: SwitchroomError | None) -> SwitchroomError:
        """Return what to raise when nobody is left."""
        names = ", ".join(link.name for link in self.links)
        return last or Unavailable(f"none of {names} can be asked now", code=f"{self._capability}_resting")
