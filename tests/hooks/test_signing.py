"""Signatures are checked by the library that receivers use."""

import time

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from switchroom.hooks import signing

BODY = '{"type":"call.ended","data":{"who":"Zoë"}}'.encode()


def test_a_receiver_takes_what_is_signed_and_nothing_else() -> None:
    secret = signing.new_secret()
    headers = signing.headers([secret], "evt_1", time.time(), BODY)
    assert Webhook(secret).verify(BODY, headers) == {"type": "call.ended", "data": {"who": "Zoë"}}
    for wrong in (signing.new_secret(), "whsec_" + "A" * 44):
        with pytest.raises(WebhookVerificationError):
            Webhook(wrong).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY.replace(b"ended", b"begun"), headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY, {**headers, "webhook-id": "evt_2"})


def test_the_known_answer_of_the_specification() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    assert signing.sign([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330.9, body) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_for_a_day_after_it_was_replaced_an_old_secret_signs_too() -> None:
    one, two, three = (signing.new_secret() for _ in range(3))
    box = signing.rotated(signing.first(one), two, 1000.0)
    assert signing.good(box, 1000.0) == [two, one]
    headers = signing.headers(signing.good(box, 1000.0), "evt_1", time.time(), BODY)
    assert len(headers["webhook-signature"].split(" ")) == 2
    for secret in (one, two):
        Webhook(secret).verify(BODY, headers)
    assert signing.good(box, 1000.0 + signing.OVERLAP) == [two]
    again = signing.rotated(box, three, 2000.0)
    assert signing.good(again, 2000.0) == [three, two, one]
    assert signing.good(again, 1500.0 + signing.OVERLAP) == [three, two]
    assert set(signing.rotated(again, one, 1e6).values()) == {one, three}  # what is over is not kept
