"""What is left of an event once its call is deleted."""

from switchroom.history.forgetting import personal


def test_what_a_deleted_call_used_stays_for_whoever_has_not_charged_it_yet() -> None:
    used = {"tts_characters": {"local": 173.0}, "call_seconds": {"": 11.6}}
    assert personal({"used": used}) == {"used": used}
    assert personal({"metadata": {"name": "Anderson", "guests": 4}}) == {"metadata": {"guests": 4}}
