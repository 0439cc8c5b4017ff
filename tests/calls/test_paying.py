"""What a call uses is told, and whether it can be paid decides about it."""

from dataclasses import dataclass, field

import pytest

from switchroom.errors import Unavailable
from switchroom.events import catalogue as happened
from switchroom.identity import CallId, TenantId
from switchroom.ports import Answer, HangUp, Refuse, Ring
from switchroom.ports.credit import NoCredit, Used
from tests.calls.rig import TENANT, Rig, ScriptedEar, rig
from tests.scripted import ScriptedLeg, voice
from tests.virtual_time import run


@dataclass
class ScriptedCredit:
    """An account of ``seconds``; ``silent`` cannot be reached once the call goes on."""

    seconds: float
    silent: bool = False
    limited: bool = True
    asked: list[Used] = field(default_factory=list)

    async def reserve(self, _tenant: TenantId, _call: CallId) -> "ScriptedCredit":
        if self.seconds < 60:
            raise NoCredit("there is not enough credit", TENANT, 60)
        return self

    async def keep(self, used: Used) -> None:
        self.asked.append(dict(used))
        if self.silent:
            raise Unavailable("the ledger cannot be reached", code="credit_silent")
        if used["call_seconds", ""] + 60 > self.seconds:
            raise NoCredit("there is not enough credit", TENANT, 60)


def _used(engine: Rig) -> dict[str, dict[str, float]]:
    sums: dict[str, dict[str, float]] = {}
    for event in engine.of(happened.UsageMetered):
        for meter, providers in event.used.items():
            for provider, amount in providers.items():
                sums.setdefault(meter, {}).setdefault(provider, 0.0)
                sums[meter][provider] = round(sums[meter][provider] + amount, 3)
    return sums


def test_what_a_call_used_is_told_before_its_end() -> None:
    async def main() -> None:
        async with rig(ScriptedEar(["a table"])) as engine:
            leg = ScriptedLeg([(3.0, voice(1.0))], leaves=8.0)
            await engine.call(leg)
        used = _used(engine)
        assert used["call_seconds"][""] == pytest.approx(8.0, abs=0.3)
        assert used["stt_seconds"]["local"] == pytest.approx(1.5, abs=0.6)
        spoken = len("Hello, how can I help you?") + len("You said a table.")
        assert used["tts_characters"]["local"] == spoken  # not what was only made ready
        topics = [event.topic for event in engine.events]
        assert topics.index("usage.metered") < topics.index("voice.call.completed")

    run(main())


def test_a_long_call_tells_now_and_then_what_it_used() -> None:
    async def main() -> None:
        async with rig(silence=1000.0) as engine:
            await engine.call(ScriptedLeg(leaves=200.0))
        assert len(engine.of(happened.UsageMetered)) == 4
        assert _used(engine)["call_seconds"][""] == pytest.approx(200.0, abs=0.3)

    run(main())


def test_without_credit_a_call_is_not_answered() -> None:
    async def main() -> None:
        async with rig(credit=ScriptedCredit(0.0)) as engine:
            leg = await engine.call(ScriptedLeg(leaves=9.0))
        assert leg.commands == [Refuse("no_credit")]
        assert [event.reason for event in engine.of(happened.CallCompleted)] == ["credit"]
        [told] = engine.of(happened.CreditExhausted)
        assert (told.payer, told.needed) == (TENANT, 60)
        assert not engine.of(happened.CallFailed)

    run(main())


def test_a_call_whose_credit_runs_out_is_ended_before_it_is_gone() -> None:
    async def main() -> None:
        async with rig(credit=ScriptedCredit(100.0), silence=1000.0, parting="I have to end this call.") as engine:
            leg = await engine.call(ScriptedLeg())
        assert leg.commands == [Ring(), Answer(), HangUp()]
        [completed] = engine.of(happened.CallCompleted)
        assert completed.reason == "credit"
        assert completed.duration < 100.0
        assert engine.of(happened.ReplySpoken)[-1].heard == "I have to end this call."
        assert len(engine.of(happened.CreditExhausted)) == 1

    run(main())


def test_a_ledger_that_cannot_be_reached_ends_no_call() -> None:
    async def main() -> None:
        credit = ScriptedCredit(100.0, silent=True)
        async with rig(credit=credit, silence=1000.0) as engine:
            await engine.call(ScriptedLeg(leaves=120.0))
        assert [event.reason for event in engine.of(happened.CallCompleted)] == ["caller_hangup"]
        assert len(credit.asked) > 5

    run(main())


def test_who_pays_afterwards_is_not_asked_again() -> None:
    async def main() -> None:
        credit = ScriptedCredit(100.0, limited=False)
        async with rig(credit=credit, silence=1000.0) as engine:
            await engine.call(ScriptedLeg(leaves=120.0))
        assert credit.asked == []

    run(main())
