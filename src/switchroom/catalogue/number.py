"""What can be dialled, and who answers it at a moment: by business hours an agent, a flow or a queue.

Without hours it is always ``open``. ``closed`` must be said where there are hours; ``holiday`` is, if not said, as ``closed``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from switchroom.catalogue.opening_hours import STATE_NAMES, Schedule, Standing, State, open_at
from switchroom.identity import TenantId

TargetKind = Literal["agent", "flow", "queue"]
KINDS: tuple[TargetKind, ...] = get_args(TargetKind)


@dataclass(frozen=True, slots=True)
class Target:
    """Who answers: an agent or a queue by its id, a flow by its name."""

    kind: TargetKind
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


Answers = Mapping[State, Target]
"""Who answers in which state; one that is missing is as the one before it in ``_INSTEAD``."""

_INSTEAD: Mapping[State, State] = {"holiday": "closed", "closed": "open"}

ALWAYS = Standing("open", "it has no business hours")


@dataclass(frozen=True, slots=True)
class NumberRecord:
    """Something that can be dialled. ``hours`` is the id of its business hours, "" for none."""

    id: str
    address: str
    tenant_id: TenantId
    answers: Answers
    label: str = ""
    country: str = ""
    kind: str = ""
    trunk: str = ""
    hours: str = ""

    @property
    def agent_id(self) -> str:
        """The agent that answers while it is open; "" if that is no agent."""
        target = self.answers["open"]
        return target.id if target.kind == "agent" else ""


@dataclass(frozen=True, slots=True)
class Decision:
    """Who answers now, and why."""

    target: Target
    standing: Standing


def answering_now(answers: Answers, schedule: Schedule | None, now: datetime) -> Decision:
    """Return who answers at ``now``."""
    standing = ALWAYS if schedule is None else open_at(schedule, now)
    state = standing.state
    while state not in answers:
        state = _INSTEAD[state]
    return Decision(answers[state], standing)


def written(answers: Answers) -> Mapping[str, str]:
    """Return the answers as they are stored."""
    return {state: str(target) for state, target in answers.items()}


def read(stored: Mapping[str, str]) -> Answers:
    """Return stored answers. Those of an unknown kind, which a newer program wrote, are left out."""
    found: dict[State, Target] = {}
    for state in STATE_NAMES:
        kind, _, item = stored.get(state, "").partition(":")
        for known in KINDS:
            if kind == known:
                found[state] = Target(known, item)
    return found
