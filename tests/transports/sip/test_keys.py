"""Which roads keys take, by policy."""

from collections.abc import Iterator

import numpy as np
import pytest

from switchroom.media.band import decode
from switchroom.media.dtmf import DigitDetector
from switchroom.media.frame import FRAME, RATE, Encoding
from switchroom.media.recent import Recent
from switchroom.media.resample import resample
from switchroom.sip.description.policy import DigitRoad
from switchroom.transports.sip.media.keys import KeysHeard, KeysSent
from tests.transports.sip.test_stream import Side, wire

QUIET = b"\xff" * 160


@pytest.fixture
def without_events() -> Iterator[tuple[Side, Side]]:
    with wire(keys=None) as sides:
        yield sides


@pytest.mark.parametrize(
    ("policy", "events", "info"),
    [("auto", True, True), ("rfc4733", True, False), ("info", False, True), ("inband", False, False)],
)
def test_only_the_roads_of_the_policy_are_heard(policy: DigitRoad, events: bool, info: bool) -> None:
    assert KeysHeard(policy).tells("1", "rfc4733", 0.0) is events
    assert KeysHeard(policy).tells("1", "info", 0.0) is info


def test_after_an_event_info_is_heard_no_more() -> None:
    keys = KeysHeard("auto")
    assert keys.tells("1", "rfc4733", 0.0)
    assert not keys.tells("2", "info", 60.0)
    keys.anew()
    assert keys.tells("2", "info", 61.0)


def test_the_echo_of_a_key_is_not_a_key_but_the_next_press_of_it_is() -> None:
    keys = KeysHeard("auto")
    assert keys.tells("1", "info", 0.0)
    assert not keys.tells("1", "rfc4733", 0.7)
    assert keys.tells("1", "rfc4733", 0.9)


def test_another_key_by_another_road_is_no_echo() -> None:
    keys = KeysHeard("auto")
    assert keys.tells("1", "info", 0.0)
    assert keys.tells("2", "rfc4733", 0.1)


def test_keys_go_as_events_where_those_are_agreed() -> None:
    told: list[str] = []
    with wire() as (left, right):
        assert KeysSent("auto", told.append).press("42", left.stream)
        for i in range(40):
            left.stream.speak(QUIET)
            right.stream.hear(i * 0.02)
        assert (told, right.pressed) == ([], ["4", "2"])


def test_without_agreed_events_keys_go_by_info_one_after_the_other(without_events: tuple[Side, Side]) -> None:
    told: list[str] = []
    stream = without_events[0].stream
    keys = KeysSent("auto", told.append)
    assert keys.press("42", stream)
    assert told == ["4"]
    keys.answered(200, stream)
    keys.answered(200, stream)
    keys.answered(200, stream)
    assert told == ["4", "2"]
    assert keys.press("7", stream)
    assert told == ["4", "2", "7"]


def test_keys_whose_info_is_refused_sound_instead_and_so_do_those_after(without_events: tuple[Side, Side]) -> None:
    told: list[str] = []
    left, right = without_events
    keys = KeysSent("auto", told.append)
    assert keys.press("42", left.stream)
    keys.answered(405, left.stream)
    assert keys.press("7", left.stream)
    assert told == ["4"]
    assert sounding(left, right) == "427"


def test_a_policy_of_tones_sends_tones() -> None:
    with wire() as (left, right):
        assert KeysSent("inband", lambda _: None).press("0123456789*#", left.stream)
        assert sounding(left, right) == "0123456789*#"
        assert right.pressed == []


def test_a_policy_of_info_sends_info_although_events_are_agreed() -> None:
    told: list[str] = []
    with wire() as (left, _):
        assert KeysSent("info", told.append).press("1", left.stream)
        assert told == ["1"]


def test_too_many_keys_are_refused(without_events: tuple[Side, Side]) -> None:
    keys = KeysSent("info", lambda _: None)
    assert keys.press("1" * 64, without_events[0].stream)
    assert not keys.press("1", without_events[0].stream)
    sounds = KeysSent("inband", lambda _: None)
    assert sounds.press("1" * 65, without_events[0].stream)
    assert not sounds.press("1", without_events[0].stream)


def test_without_a_road_nothing_is_sent(without_events: tuple[Side, Side]) -> None:
    assert not KeysSent("rfc4733", lambda _: None).press("1", without_events[0].stream)
    assert not KeysSent("inband", lambda _: None).press("1", None)


def sounding(speaker: Side, hearer: Side) -> str:
    """Return the keys in the sound while the speaker has nothing else to say."""
    heard = []
    for i in range(200):
        speaker.stream.speak(QUIET)
        heard.append(hearer.stream.hear(i * 0.02) or QUIET)
    samples = resample(decode(Encoding.PCMU, b"".join(heard)), 8000, RATE)
    recent, detector, found = Recent(1), DigitDetector(1), ""
    row = np.array([0], np.intp)
    for frame in samples.reshape(-1, FRAME):
        recent.advance()[0] = frame
        found += "".join(key for _, key in detector.tick(recent, row))
    return found
