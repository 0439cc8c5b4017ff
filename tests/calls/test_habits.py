"""What is kept of callers from call to call."""

from switchroom.calls.habits import Habits
from switchroom.conversation.pauses import Pauses
from switchroom.identity import TenantId
from switchroom.ports import Party

HERE, THERE = TenantId("tnt_here"), TenantId("tnt_there")
ANNA = Party("tel:+15550001", "Anna")
SLOW = Pauses(0.5, 6.0)


def test_a_caller_is_known_again_by_their_address_and_only_to_the_same_tenant() -> None:
    habits = Habits()
    habits.keep(HERE, ANNA, SLOW)
    assert habits.of(HERE, Party("tel:+15550001", "somebody else's display name")) == SLOW
    assert habits.of(THERE, ANNA) == Pauses()


def test_of_whoever_withholds_their_address_nothing_is_kept() -> None:
    habits = Habits()
    for address in ("", "sip:anonymous@anonymous.invalid", "anonymous"):
        habits.keep(HERE, Party(address), SLOW)
        assert habits.of(HERE, Party(address)) == Pauses()


def test_only_the_last_callers_are_kept() -> None:
    habits = Habits(most=2)
    for number in range(3):
        habits.keep(HERE, Party(f"tel:{number}"), SLOW)
    assert [habits.of(HERE, Party(f"tel:{number}")) == SLOW for number in range(3)] == [False, True, True]
