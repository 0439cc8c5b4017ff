import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchroom.providers.local.framing import PREFIX, BrokenFrame, Frame, pack, read, sizes, unpack


@given(st.dictionaries(st.text(), st.integers() | st.text() | st.none()), st.binary())
def test_a_frame_survives_the_pipe(head: dict[str, object], body: bytes) -> None:
    pipe = io.BytesIO(pack(Frame(head, body)) * 2)
    assert read(pipe) == read(pipe) == Frame(head, body)
    assert read(pipe) is None


@given(st.binary(min_size=1, max_size=200))
def test_garbage_is_a_broken_frame_or_none(garbage: bytes) -> None:
    pipe = io.BytesIO(garbage)
    try:
        while read(pipe) is not None:
            pass
    except BrokenFrame:
        pass


def test_absurd_lengths_are_refused_before_anything_is_read() -> None:
    with pytest.raises(BrokenFrame):
        sizes(PREFIX.pack(10, 1 << 31))
    with pytest.raises(BrokenFrame):
        unpack(b"[1]", b"")


def test_a_frames_fields_have_a_type_or_a_default() -> None:
    frame = Frame({"text": 3, "rss": "much", "speed": 1})
    assert frame.word("text") == "" and frame.number("rss", 7.0) == 7.0 and frame.number("speed") == 1.0
