"""Whose packets are taken, without any socket."""

from switchroom.transports.sip.latch import FORGET, Latch

SIGNALLING = ("198.51.100.4", 5060)
PRIVATE = ("10.1.2.3", 4000)


def latch(announced: tuple[str, int] = ("8.8.8.8", 4000)) -> Latch:
    made = Latch(SIGNALLING[0])
    made.announce(announced)
    return made


def test_audio_goes_to_the_announced_address_until_somebody_is_heard() -> None:
    assert Latch("198.51.100.4").target is None
    assert latch(("8.8.8.8", 4000)).target == ("8.8.8.8", 4000)


def test_the_announced_address_is_the_party() -> None:
    made = latch(("8.8.8.8", 4000))
    assert made.accepts(("8.8.8.8", 4000), 0.0)
    assert made.target == ("8.8.8.8", 4000)


def test_another_port_of_the_same_host_is_the_party_behind_a_nat() -> None:
    made = latch(("8.8.8.8", 4000))
    assert made.accepts(("8.8.8.8", 61000), 0.0)
    assert made.target == ("8.8.8.8", 61000)


def test_a_private_address_in_the_sdp_lets_the_signalling_host_in() -> None:
    made = latch(PRIVATE)
    assert made.accepts((SIGNALLING[0], 700), 0.0)
    assert made.target == (SIGNALLING[0], 700)


def test_strangers_are_counted_and_dropped() -> None:
    made = latch(("8.8.8.8", 4000))
    assert not made.accepts(("9.9.9.9", 4000), 0.0)
    assert made.accepts(("8.8.8.8", 4000), 0.0)
    assert not made.accepts(("9.9.9.9", 4000), 0.1)
    assert made.strangers == 2
    assert made.target == ("8.8.8.8", 4000)


def test_the_party_displaces_a_stranger_who_was_quicker() -> None:
    made = latch(PRIVATE)
    assert made.accepts(("9.9.9.9", 4000), 0.0)
    assert made.accepts((SIGNALLING[0], 700), 0.1)
    assert not made.accepts(("9.9.9.9", 4000), 0.2)
    assert made.accepts(PRIVATE, 0.3)
    assert made.target == PRIVATE


def test_a_nat_may_give_the_party_a_new_port_once_the_old_one_is_silent() -> None:
    made = latch(("8.8.8.8", 4000))
    assert made.accepts(("8.8.8.8", 61000), 0.0)
    assert not made.accepts(("8.8.8.8", 61001), 0.1)
    assert made.accepts(("8.8.8.8", 61001), 0.1 + FORGET)
    assert made.target == ("8.8.8.8", 61001)


def test_a_re_invite_that_moves_the_media_forgets_who_was_latched() -> None:
    made = latch(("8.8.8.8", 4000))
    assert made.accepts(("8.8.8.8", 4000), 0.0)
    made.announce(("8.8.4.4", 5000))
    assert made.target == ("8.8.4.4", 5000)
    assert not made.accepts(("8.8.8.8", 4000), 0.1)
    assert made.accepts(("8.8.4.4", 5000), 0.1)


def test_nobody_is_the_party_before_an_address_is_announced() -> None:
    assert not Latch(SIGNALLING[0]).accepts(SIGNALLING, 0.0)
