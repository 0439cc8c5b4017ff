import pytest

from switchroom.hooks.topics import Subscriptions, matches, unknown


@pytest.mark.parametrize(
    ("pattern", "topic", "heard"),
    [
        ("*", "call.ended", True),
        ("*", "webhook.disabled", False),  # or a failing endpoint would be told of each of its failures
        ("webhook.*", "webhook.disabled", True),
        ("call.*", "call.ended", True),
        ("call.*", "call.recording.stored", True),
        ("call.*", "voice.call.started", False),
        ("call.*", "callback.made", False),
        ("call.ended", "call.ended", True),
        ("call.ended", "call.ended.twice", False),
        ("webhook.tested", "webhook.tested", False),  # goes to the endpoint that is tried alone
    ],
)
def test_what_a_pattern_hears(pattern: str, topic: str, heard: bool) -> None:
    assert matches(pattern, topic) is heard


def test_a_pattern_that_no_topic_matches_is_named() -> None:
    assert unknown(["call.*", "calls.*", "call.endet", "*"], ["call.ended"]) == ["calls.*", "call.endet"]


def test_an_endpoint_hears_of_its_own_tenant_once_however_many_of_its_patterns_match() -> None:
    wanted = Subscriptions(
        {"tnt_1": {"whk_1": ["call.*", "call.ended", "*"], "whk_2": ["turn.*"]}, "tnt_2": {"whk_3": ["*"]}}
    )
    for _ in range(2):  # the second answer is a remembered one
        assert wanted.of("tnt_1", "call.ended") == ("whk_1",)
        assert wanted.of("tnt_2", "call.ended") == ("whk_3",)
        assert wanted.of("tnt_3", "call.ended") == ()
