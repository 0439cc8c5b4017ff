import base64
import json
from dataclasses import replace

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchroom.accounts.tokens import LIFETIMES, Identity, issue, pin_digest, read
from switchroom.errors import Denied
from switchroom.identity import TenantId, UserId

SECRET = "a secret of the tests, long enough to be one"
ANN = Identity(UserId("usr_ann"), TenantId("tnt_1"), "admin")


def test_a_token_says_who_asks_until_it_expires() -> None:
    token = issue(ANN, "access", SECRET, 1000.0)
    assert read(token, "access", SECRET, 1000.0 + LIFETIMES["access"] - 1) == ANN
    with pytest.raises(Denied) as caught:
        read(token, "access", SECRET, 1000.0 + LIFETIMES["access"])
    assert caught.value.code == "token_expired"


def test_a_token_is_good_for_its_purpose_only() -> None:
    token = issue(replace(ANN, about="call_1"), "recording", SECRET, 1000.0)
    assert read(token, "recording", SECRET, 1001.0).about == "call_1"
    for purpose in ("access", "voice"):
        with pytest.raises(Denied):
            read(token, purpose, SECRET, 1001.0)


def test_another_installations_token_is_refused() -> None:
    with pytest.raises(Denied):
        read(issue(ANN, "access", SECRET, 1000.0), "access", SECRET + "!", 1000.0)


def test_a_token_that_was_changed_or_not_signed_is_refused() -> None:
    head, body, signature = issue(ANN, "access", SECRET, 1000.0).split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    forged = base64.urlsafe_b64encode(json.dumps({**claims, "role": "platform"}).encode()).decode().rstrip("=")
    unsigned = jwt.encode(claims, "", algorithm="none")
    for token in (f"{head}.{forged}.{signature}", unsigned, f"{head}.{body}.", ""):
        with pytest.raises(Denied):
            read(token, "access", SECRET, 1000.0)


@given(st.text())
def test_any_text_is_refused_and_breaks_nothing(token: str) -> None:
    with pytest.raises(Denied):
        read(token, "access", SECRET, 1000.0)


def test_a_pins_digest_depends_on_the_secret() -> None:
    assert pin_digest("1234", SECRET) == pin_digest("1234", SECRET)
    assert len({pin_digest("1234", SECRET), pin_digest("1235", SECRET), pin_digest("1234", "other")}) == 3
