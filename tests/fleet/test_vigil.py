"""Who is given up, by literal looks: (time, beats) in, names out."""

from switchroom.fleet.vigil import Beat, Vigil


def test_whoever_stands_still_for_three_seconds_is_given_up() -> None:
    vigil = Vigil()
    for step in range(6):
        assert vigil.handle({"a": Beat(7), "b": Beat(step)}, step * 0.5) == []
    assert vigil.handle({"a": Beat(7), "b": Beat(6)}, 3.0) == ["a"]


def test_one_beat_begins_the_three_seconds_anew() -> None:
    vigil = Vigil()
    for step in range(6):
        vigil.handle({"a": Beat(7)}, step * 0.5)
    assert vigil.handle({"a": Beat(8)}, 3.0) == []
    for step in range(7, 12):
        assert vigil.handle({"a": Beat(8)}, step * 0.5) == []
    assert vigil.handle({"a": Beat(8)}, 6.0) == ["a"]


def test_what_happened_while_nobody_could_look_is_held_against_nobody() -> None:
    vigil = Vigil()
    vigil.handle({"a": Beat(7)}, 0.0)
    assert vigil.handle({"a": Beat(7)}, 20.0) == [], "the database was away: a could not beat either"
    for step in range(1, 6):
        assert vigil.handle({"a": Beat(7)}, 20.0 + step * 0.5) == []
    assert vigil.handle({"a": Beat(7)}, 23.0) == ["a"]


def test_who_has_left_is_forgotten() -> None:
    vigil = Vigil()
    vigil.handle({"a": Beat(7)}, 0.0)
    vigil.handle({}, 1.0)
    assert vigil.handle({"a": Beat(7)}, 2.0) == []
    assert vigil.handle({"a": Beat(7)}, 3.0) == []


def test_a_process_that_still_starts_may_be_silent_for_longer() -> None:
    vigil, starting = Vigil(), {"a": Beat(1, starting=True)}
    for step in range(30):
        assert vigil.handle(starting, float(step)) == []
    assert vigil.handle(starting, 30.0) == ["a"]


def test_once_it_has_started_its_three_seconds_begin() -> None:
    vigil = Vigil()
    for step in range(10):
        vigil.handle({"a": Beat(1, starting=True)}, float(step))
    for late in (10.0, 11.0, 12.0):
        assert vigil.handle({"a": Beat(1)}, late) == []
    assert vigil.handle({"a": Beat(1)}, 13.0) == ["a"]
