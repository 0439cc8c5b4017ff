"""The voice socket's messages: whatever arrives is understood or refused with a code."""

import base64
import json
import string
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchroom.errors import Invalid
from switchroom.transports.browser import messages
from switchroom.transports.browser.messages import Audio, Authenticate, Digits, End, Interrupt, Start, Text


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ('{"type": "authenticate", "pin": "1234"}', Authenticate(pin="1234")),
        ('{"type": "authenticate", "pin": 1234}', Authenticate(pin="1234")),
        ('{"type": "authenticate", "token": "abc"}', Authenticate(token="abc")),
        ('{"type": "start"}', Start()),
        ('{"type": "start", "agent": "agt_1", "language": "de", "rate": 48000, "format": "binary"}',
         Start("agt_1", "de", 48000, True)),
        ('{"type": "audio", "chunk": "AQA="}', Audio(b"\x01\x00")),
        ('{"type": "audio", "chunk": ""}', Audio(b"")),
        ('{"type": "interrupt", "extra": 1}', Interrupt()),
        ('{"type": "digits", "digits": "12*a"}', Digits("12*A")),
        ('{"type": "digits", "digits": 5}', Digits("5")),
        ('{"type": "text", "text": " hello "}', Text("hello")),
        ('{"type": "end"}', End()),
    ],
)  # fmt: skip
def test_messages_are_understood(sent: str, read: object) -> None:
    assert messages.read(sent) == read


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
FIELDS = ["pin", "token", "agent", "language", "rate", "format", "chunk", "digits", "text"]


@given(st.sampled_from(["authenticate", "start", "audio", "interrupt", "digits", "text", "end", "x"]),
       st.dictionaries(st.sampled_from(FIELDS), JSON))  # fmt: skip
def test_fuzz_objects_are_understood_or_refused(kind: str, fields: dict[str, object]) -> None:
    with suppress(Invalid):
        messages.read(json.dumps({"type": kind, **fields}))


@given(st.text(alphabet=string.printable) | st.text())
def test_fuzz_texts_are_understood_or_refused(text: str) -> None:
    with suppress(Invalid):
        messages.read(text)


@given(st.binary())
def test_fuzz_sound_comes_through_as_it_was(pcm: bytes) -> None:
    message = json.dumps({"type": "audio", "chunk": base64.b64encode(pcm).decode()})
    if len(pcm) % 2:
        with pytest.raises(Invalid):
            messages.read(message)
    else:
        assert messages.read(message) == Audio(pcm) == messages.read_binary(pcm)
