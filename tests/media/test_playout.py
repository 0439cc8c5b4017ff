"""What one voice has still to say, to the sample."""

import numpy as np

from switchroom.media.frame import FRAME, Samples
from switchroom.media.playout import Playout


def ramp(count: int, start: int = 1) -> Samples:
    return (np.arange(start, start + count) % 30_000 + 1).astype(np.int16)


def pull(playout: Playout) -> list[int]:
    frame = playout.pull()
    assert frame is not None
    assert frame.shape == (FRAME,)
    return [int(sample) for sample in frame]


def test_pieces_of_any_length_come_out_as_frames_in_order() -> None:
    playout = Playout()
    whole = ramp(1000)
    for piece in (whole[:7], whole[7:500], whole[500:500], whole[500:]):
        playout.push(piece)
    assert playout.queued == 1000
    heard = [*pull(playout), *pull(playout), *pull(playout), *pull(playout)]
    assert heard[:1000] == whole.tolist()
    assert heard[1000:] == [0] * 280
    assert (playout.played, playout.queued, playout.pull()) == (1000, 0, None)


def test_an_exact_frame_is_not_followed_by_an_empty_one() -> None:
    playout = Playout()
    playout.push(ramp(FRAME))
    assert pull(playout) == ramp(FRAME).tolist()
    assert playout.pull() is None


def test_a_pause_fades_out_and_resumes_exactly_where_it_paused() -> None:
    playout = Playout()
    whole = np.full(10 * FRAME, 1000, np.int16)
    playout.push(whole)
    pull(playout)
    playout.pause()
    fading = pull(playout)
    assert fading[0] > 900
    assert fading[79] < 100
    assert fading[80:] == [0] * 240
    assert playout.pull() is None
    assert (playout.played, playout.paused) == (FRAME, True)
    playout.resume()
    back = pull(playout)
    assert back[0] < 100
    assert back[80:] == [1000] * 240
    assert playout.played == 2 * FRAME
    while playout.pull() is not None:
        pass
    assert playout.played == len(whole)


def test_a_pause_that_is_taken_back_before_it_was_heard_never_happened() -> None:
    playout = Playout()
    playout.push(ramp(4 * FRAME))
    first = pull(playout)
    playout.pause()
    playout.resume()
    assert first + pull(playout) == ramp(2 * FRAME).tolist()


def test_pausing_before_anything_sounds_makes_no_sound() -> None:
    playout = Playout()
    playout.pause()
    playout.push(np.full(FRAME, 1000, np.int16))
    assert playout.pull() is None
    playout.resume()
    assert pull(playout)[0] < 100


def test_clearing_tells_how_much_was_never_heard_and_does_not_click() -> None:
    playout = Playout()
    playout.push(np.full(5 * FRAME, 8000, np.int16))
    pull(playout)
    assert playout.clear() == 4 * FRAME
    fading = pull(playout)
    assert fading[0] > 7000
    assert fading[80:] == [0] * 240
    assert (playout.pull(), playout.played, playout.queued) == (None, FRAME, 0)


def test_clearing_while_paused_is_silent_and_ends_the_pause() -> None:
    playout = Playout()
    playout.push(ramp(5 * FRAME))
    pull(playout)
    playout.pause()
    pull(playout)
    assert playout.clear() == 4 * FRAME
    assert playout.pull() is None
    playout.push(ramp(FRAME))
    assert pull(playout) == ramp(FRAME).tolist()


def test_what_is_said_right_after_a_clear_follows_the_fade() -> None:
    playout = Playout()
    playout.push(np.full(5 * FRAME, 8000, np.int16))
    pull(playout)
    playout.clear()
    playout.push(np.full(2 * FRAME, 500, np.int16))
    pull(playout)
    assert pull(playout)[80:] == [500] * 240
    assert playout.played == 2 * FRAME


def test_it_is_drained_when_no_more_comes_and_all_was_heard() -> None:
    playout = Playout()
    assert playout.drained
    playout.push(ramp(FRAME))
    playout.finish()
    assert not playout.drained
    pull(playout)
    assert playout.drained
    playout.push(ramp(FRAME))
    pull(playout)
    assert not playout.drained


def test_pausing_at_the_very_end_changes_nothing_that_was_played() -> None:
    playout = Playout()
    playout.push(ramp(FRAME))
    pull(playout)
    playout.pause()
    assert playout.pull() is None
    playout.resume()
    assert (playout.pull(), playout.played) == (None, FRAME)
