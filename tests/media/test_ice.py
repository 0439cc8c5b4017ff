"""The lite side of ICE: whose checks are answered, and whose nomination decides."""

import pytest

from switchroom.media import stun
from switchroom.media.ice import IceLite
from switchroom.media.stun import Attribute, StunMessage, build_stun, mapped, parse_stun

NOW = b"transaction."
HOME, AWAY = ("192.0.2.7", 4000), ("198.51.100.7", 5000)
CONTROLLING: Attribute = (stun.CONTROLLING, bytes(8))
NOMINATES: Attribute = (stun.USE_CANDIDATE, b"")


def agent() -> IceLite:
    return IceLite("ours", "theirs", "our password")


def check(*said: Attribute, user: str = "ours:theirs", password: str | None = "our password") -> bytes:
    return build_stun(stun.REQUEST, NOW, [(stun.USERNAME, user.encode()), (stun.PRIORITY, bytes(4)), *said], password)


def answered(ice: IceLite, data: bytes, source: tuple[str, int] = HOME) -> StunMessage:
    answer = ice.take(data, source)
    assert answer is not None
    message = parse_stun(answer)
    assert isinstance(message, StunMessage)
    assert message.is_signed_by("our password")
    assert message.transaction == NOW
    return message


def test_a_check_is_answered_with_the_address_that_it_came_from() -> None:
    ice = agent()
    message = answered(ice, check(CONTROLLING))
    assert (message.kind, message.attributes) == (stun.SUCCESS, (mapped(HOME, NOW),))
    assert ice.peer == HOME
    assert ice.knows(HOME) and not ice.knows(AWAY)


@pytest.mark.parametrize(
    "data",
    [
        check(CONTROLLING, password="another"),
        check(CONTROLLING, password=None),
        check(CONTROLLING, user="theirs:ours"),
        check(CONTROLLING)[:-1],
    ],
)
def test_who_does_not_know_the_password_gets_no_answer_and_is_nobody(data: bytes) -> None:
    ice = agent()
    assert ice.take(data, HOME) is None
    assert ice.peer is None and not ice.knows(HOME)
    assert sum(ice.refused.values()) == 1


def test_whoever_names_nobody_here_is_passed_over_before_anything_is_parsed() -> None:
    ice = agent()
    for data in (bytes(20), check(user="a:b"), check()[:19], build_stun(stun.SUCCESS, NOW, []), check() + bytes(600)):
        assert not ice.is_check(data)
        assert ice.take(data, HOME) is None
    assert ice.refused == {"stun_strange": 5}
    assert ice.is_check(check(password="another"))


def test_media_goes_to_the_first_way_until_another_is_nominated() -> None:
    ice = agent()
    answered(ice, check(CONTROLLING), HOME)
    answered(ice, check(CONTROLLING), AWAY)
    assert ice.peer == HOME
    answered(ice, check(CONTROLLING, NOMINATES), AWAY)
    assert ice.peer == AWAY


@pytest.mark.parametrize(
    ("said", "status"), [((stun.CONTROLLED, bytes(8)), b"\0\0\4\x57"), ((0x7FFF, b""), b"\0\0\4\x14")]
)
def test_who_would_be_led_or_asks_for_the_unknown_is_told_so(said: Attribute, status: bytes) -> None:
    ice = agent()
    message = answered(ice, check(said))
    assert message.kind == stun.ERROR
    assert (message.first(stun.ERROR_CODE) or b"")[:4] == status
    assert ice.peer is None


def test_an_indication_is_not_answered() -> None:
    ice = agent()
    assert ice.take(build_stun(stun.INDICATION, NOW, []), HOME) is None
    assert not ice.refused


def test_after_a_restart_the_old_names_are_those_of_nobody_and_the_way_stays() -> None:
    ice = agent()
    answered(ice, check(CONTROLLING))
    ice.restart("new", "theirs2", "our password")
    assert ice.take(check(CONTROLLING), AWAY) is None
    assert ice.peer == HOME
    answered(ice, check(CONTROLLING, NOMINATES, user="new:theirs2"), AWAY)
    assert ice.peer == AWAY
