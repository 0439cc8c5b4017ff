"""The tick, with scripted wires: what is heard, told, mixed and spoken, tick by tick."""

import numpy as np
import pytest

from switchroom.media.dtmf import tones
from switchroom.media.frame import FRAME, TICK, Encoding, Samples
from switchroom.media.plane import Plane, Row
from switchroom.media.resample import resample
from switchroom.media.silero import SileroNetwork
from tests.media.scripted import Deaf, LoudIsVoice, ScriptedListener, ScriptedTap, ScriptedWire
from tests.media.speech import LINES, needs_flite, padded, say


def plane() -> Plane:
    return Plane(LoudIsVoice)


def run(plane: Plane, ticks: int, start: int = 0) -> None:
    for tick in range(start, start + ticks):
        plane.tick((tick + 1) * TICK)


def steady(value: int, ticks: int, rate: int = 16_000) -> Samples:
    return np.full(ticks * rate // 50, value, np.int16)


def test_a_wire_is_given_silence_while_nobody_speaks_to_it() -> None:
    for encoding, silent in zip(Encoding, (b"\xff", b"\xd5", b"\0", b"\0"), strict=True):
        wire, listener, engine = ScriptedWire(encoding=encoding), ScriptedListener(), plane()
        engine.add(wire, listener)
        run(engine, 3)
        assert wire.given == [silent * encoding.payload_size] * 3
        assert (listener.told, listener.ticks) == ([], 3)


@pytest.mark.parametrize("encoding", list(Encoding))
def test_what_the_agent_says_reaches_the_wire(encoding: Encoding) -> None:
    time = np.arange(20 * FRAME) / 16_000
    speech = (8000 * np.sin(2 * np.pi * 700 * time)).astype(np.int16)
    wire, engine = ScriptedWire(encoding=encoding), plane()
    row = engine.add(wire, ScriptedListener())
    row.playout.push(speech)
    run(engine, 22)
    heard = resample(wire.heard(), encoding.rate, 16_000)
    late = 0 if encoding.rate == 16_000 else 32
    error = heard[FRAME + late : 19 * FRAME + late].astype(float) - speech[FRAME : 19 * FRAME]
    assert (error**2).mean() < 0.01 * 3.2e7
    assert np.abs(heard[21 * FRAME :]).max() < 10  # A-law has no zero


def test_the_listener_is_told_when_its_playout_begins_and_ends() -> None:
    listener, engine = ScriptedListener(), plane()
    row = engine.add(ScriptedWire(), listener)
    run(engine, 1)
    row.playout.push(steady(1000, 4))
    run(engine, 2, 1)
    row.playout.pause()
    run(engine, 4, 3)
    row.playout.resume()
    run(engine, 4, 7)
    assert listener.told == [("playing", 0.04), ("played", 0.20)]
    assert row.playout.played == 4 * FRAME


def test_clearing_the_playout_ends_the_playing() -> None:
    listener, engine = ScriptedListener(), plane()
    row = engine.add(ScriptedWire(), listener)
    row.playout.push(steady(1000, 50))
    run(engine, 2)
    assert row.playout.clear() == 48 * FRAME
    run(engine, 3, 2)
    assert listener.told == [("playing", 0.02), ("played", 0.08)]


def test_speech_right_behind_speech_that_was_finished_is_told_as_another() -> None:
    listener, engine = ScriptedListener(), plane()
    row = engine.add(ScriptedWire(), listener)
    row.playout.push(steady(1000, 2))
    row.playout.finish()
    run(engine, 2)
    row.playout.push(steady(1000, 2))  # before a tick has found nothing to say
    run(engine, 3, 2)
    assert listener.told == [("playing", 0.02), ("played", 0.06), ("playing", 0.06), ("played", 0.1)]


def test_a_sentence_that_comes_just_in_time_goes_on_with_the_same_speech() -> None:
    listener, engine = ScriptedListener(), plane()
    row = engine.add(ScriptedWire(), listener)
    row.playout.push(steady(1000, 2))
    run(engine, 2)
    row.playout.push(steady(1000, 2))
    row.playout.finish()
    run(engine, 3, 2)
    assert listener.told == [("playing", 0.02), ("played", 0.1)]


def test_a_voice_is_told_with_what_led_up_to_it_and_until_it_stops() -> None:
    sound = np.concatenate([steady(10, 50), steady(9000, 20), steady(10, 30)])
    listener, engine = ScriptedListener(), plane()
    engine.add(ScriptedWire(sound), listener)
    run(engine, 100)
    assert listener.whats == ["started", "stopped"]
    started, stopped = (now for _, now in listener.told)
    assert 1.02 <= started <= 1.06
    assert 1.48 <= stopped <= 1.56
    heard = np.concatenate([listener.before, *listener.voiced])
    end = round(stopped / TICK) * FRAME
    assert heard.tolist() == sound[end - len(heard) : end].tolist()
    assert len(listener.before) == 8000
    assert listener.at[0] == pytest.approx(1.0, abs=0.04)
    assert listener.at[1] == pytest.approx(1.4, abs=0.06)


@needs_flite
@pytest.mark.speech
@pytest.mark.parametrize("encoding", [Encoding.PCMU, Encoding.PCMA, Encoding.L16_16K])
def test_real_speech_over_the_telephone_starts_and_stops_a_voice(encoding: Encoding) -> None:
    speech = padded(say(LINES[0]), 1.0, 1.0)
    listener, engine = ScriptedListener(), Plane(SileroNetwork)
    engine.add(ScriptedWire(resample(speech, 16_000, encoding.rate), encoding), listener)
    run(engine, len(speech) // FRAME)
    assert listener.whats[0] == "started"
    assert listener.whats[-1] == "stopped"
    loud = np.flatnonzero(np.abs(speech.astype(int)) > 600) / 16_000
    assert listener.at[0] == pytest.approx(loud[0], abs=0.12)
    assert listener.at[-1] == pytest.approx(loud[-1], abs=0.15)


def test_keys_in_the_sound_are_told() -> None:
    listener, engine = ScriptedListener(), Plane(Deaf)
    engine.add(
        ScriptedWire(resample(np.concatenate([steady(0, 5), tones("42#")]), 16_000, 8000), Encoding.PCMU), listener
    )
    run(engine, 40)
    assert listener.whats == ["4", "2", "#"]


def test_keys_in_the_sound_are_told_only_where_they_come_that_way() -> None:
    engine, listener = Plane(Deaf), ScriptedListener()
    wire = ScriptedWire(np.concatenate([tones("1"), steady(0, 90), tones("2")]))
    wire.keys_in_sound = False
    engine.add(wire, listener)
    run(engine, 20)
    wire.keys_in_sound = True  # new terms without telephone-event
    run(engine, 100, 20)
    assert listener.whats == ["2"]


def test_a_row_that_is_not_listened_to_is_heard_by_others_but_told_of_nothing() -> None:
    listener, engine, other = ScriptedListener(), plane(), ScriptedWire()
    row = engine.add(ScriptedWire(np.concatenate([tones("1"), steady(9000, 10)])), listener, listen=False)
    hearing = engine.add(other, ScriptedListener())
    engine.gains.set(hearing.number, row.voice, 1.0)
    run(engine, 20)
    assert listener.told == []
    assert other.heard().any()


def test_two_parties_are_bridged_by_two_gains() -> None:
    one, two = ScriptedWire(steady(1000, 10)), ScriptedWire(resample(steady(2000, 10), 16_000, 8000), Encoding.L16_8K)
    engine = plane()
    first, second = engine.add(one, ScriptedListener()), engine.add(two, ScriptedListener())
    engine.gains.set(first.number, second.voice, 1.0)
    engine.gains.set(second.number, first.voice, 1.0)
    run(engine, 8)
    assert one.heard()[-FRAME:] == pytest.approx(2000, abs=20)
    assert two.heard()[-160:] == pytest.approx(1000, abs=20)


def test_a_whisper_is_heard_by_the_one_it_is_meant_for() -> None:
    caller, human, supervisor = (
        ScriptedWire(steady(100, 20)),
        ScriptedWire(steady(200, 20)),
        ScriptedWire(steady(4000, 20)),
    )
    engine = plane()
    rows = [engine.add(wire, ScriptedListener()) for wire in (caller, human, supervisor)]
    for listener, speakers in ((0, (1,)), (1, (0, 2)), (2, (0, 1))):
        for speaker in speakers:
            engine.gains.set(rows[listener].number, rows[speaker].voice, 1.0)
    run(engine, 3)
    heard = [int(wire.heard()[-1]) for wire in (caller, human, supervisor)]
    assert heard == [200, 4100, 300]


@pytest.mark.parametrize("encoding", list(Encoding))
def test_a_tap_gets_both_directions_at_the_wires_rate(encoding: Encoding) -> None:
    length = encoding.rate // 50
    tap, engine = ScriptedTap(), plane()
    row = engine.add(ScriptedWire(steady(996, 6, encoding.rate), encoding), ScriptedListener(), tap=tap)
    run(engine, 2)
    row.playout.push(steady(5000, 2))
    run(engine, 4, 2)
    assert {len(samples) for samples in tap.heard + tap.spoken} == {length}
    assert np.concatenate(tap.heard) == pytest.approx(996, abs=30)
    assert [bool(samples.any()) for samples in tap.spoken] == [False, False, True, True, encoding.rate == 8000, False]


def test_a_missing_tick_is_concealed_and_a_missing_party_is_silent() -> None:
    time = np.arange(30 * 160) / 8000
    sound = (6000 * np.sin(2 * np.pi * 200 * time)).astype(np.int16)
    tap, engine = ScriptedTap(), plane()
    engine.add(ScriptedWire(sound, Encoding.PCMU, missing={10}), ScriptedListener(), tap=tap)
    run(engine, 50)
    levels = [float(np.abs(samples).mean()) for samples in tap.heard]
    assert levels[10] > 0.5 * levels[9]
    assert levels[34:] == [0.0] * 16
    assert engine.measure().concealed == 4


def test_a_payload_of_the_wrong_size_counts_as_missing_and_harms_nobody() -> None:
    class Crooked(ScriptedWire):
        def hear(self, now: float) -> bytes | None:
            return b"too short"

    healthy, engine = ScriptedTap(), plane()
    engine.add(Crooked(encoding=Encoding.PCMU), ScriptedListener())
    engine.add(ScriptedWire(steady(500, 5, 8000), Encoding.PCMU), ScriptedListener(), tap=healthy)
    run(engine, 5)
    assert engine.measure().malformed == 5
    assert all(samples.all() for samples in healthy.heard)


def test_a_row_removed_by_its_own_listener_is_told_and_given_nothing_more() -> None:
    engine = plane()
    rows: list[Row] = []
    listener = ScriptedListener(lambda what: engine.remove(rows[0]) if what == "started" else None)
    wire, tap, other = ScriptedWire(steady(9000, 50)), ScriptedTap(), ScriptedListener()
    rows.append(engine.add(wire, listener, tap=tap))
    engine.add(ScriptedWire(), other)
    run(engine, 20)
    assert listener.whats == ["started"]
    assert len(wire.given) == len(tap.heard) == listener.ticks < 4
    assert other.ticks == 20
    assert engine.measure().rows == 1


def test_a_row_removed_by_another_rows_listener_is_not_called_in_the_same_tick() -> None:
    engine = plane()
    rows: list[Row] = []
    remover = ScriptedListener(lambda what: engine.remove(rows[1]) if what == "started" else None)
    victim = ScriptedListener()
    rows.append(engine.add(ScriptedWire(steady(9000, 50)), remover))
    rows.append(engine.add(ScriptedWire(), victim))
    run(engine, 10)
    assert victim.ticks == round(remover.told[0][1] / TICK) - 1


def test_rows_added_inside_a_tick_begin_with_the_next_even_if_the_matrices_must_grow() -> None:
    engine = plane()
    wires = [ScriptedWire(encoding=list(Encoding)[i % 4]) for i in range(40)]

    def add_all(what: str) -> None:
        if what == "started":
            for wire in wires:
                engine.add(wire, ScriptedListener()).playout.push(steady(700, 3))

    listener = ScriptedListener(add_all)
    engine.add(ScriptedWire(steady(9000, 20)), listener)
    run(engine, 10)
    began = round(listener.told[0][1] / TICK)
    assert {len(wire.given) for wire in wires} == {10 - began}
    assert all(wire.heard().max() >= 600 for wire in wires)


def test_who_takes_over_a_row_inherits_nothing() -> None:
    engine = plane()
    loud = ScriptedWire(steady(9000, 50, 8000), Encoding.PCMU)
    first = engine.add(loud, ScriptedListener())
    neighbour = ScriptedWire()
    row = engine.add(neighbour, ScriptedListener())
    engine.gains.set(row.number, first.voice, 1.0)
    first.playout.push(steady(9000, 50))
    run(engine, 10)
    engine.remove(first)
    listener, wire = ScriptedListener(), ScriptedWire(steady(20, 50, 8000), Encoding.PCMU)
    again = engine.add(wire, listener)
    assert again.number == first.number
    run(engine, 20, 10)
    assert listener.told == []
    assert not wire.heard().any()
    assert not neighbour.heard()[10 * FRAME :].any()


def test_removing_twice_is_removing_once() -> None:
    engine = plane()
    row = engine.add(ScriptedWire(), ScriptedListener())
    engine.remove(row)
    engine.remove(row)
    one, two = engine.add(ScriptedWire(), ScriptedListener()), engine.add(ScriptedWire(), ScriptedListener())
    assert one.number != two.number


def test_a_plane_without_rows_ticks_quietly() -> None:
    engine = plane()
    run(engine, 60)
    assert engine.measure().ticks == 60


def test_loudness_is_that_of_the_last_window() -> None:
    engine = plane()
    row = engine.add(ScriptedWire(steady(3277, 10)), ScriptedListener())
    run(engine, 8)
    assert engine.loudness(row) == pytest.approx(-20.0, abs=0.1)
    run(engine, 30, 8)
    assert engine.loudness(row) == -100.0


def test_a_hundred_rows_are_told_what_each_would_be_told_alone() -> None:
    random = np.random.default_rng(8)
    sounds = [np.repeat(random.choice([20, 9000], 12), 5 * FRAME).astype(np.int16) for _ in range(100)]
    together, listeners = plane(), [ScriptedListener() for _ in sounds]
    for sound, listener in zip(sounds, listeners, strict=True):
        together.add(ScriptedWire(sound), listener)
    run(together, 70)
    for number in (0, 8, 96):  # the same phase of windows as a row that is alone
        alone, listener = plane(), ScriptedListener()
        alone.add(ScriptedWire(sounds[number]), listener)
        run(alone, 70)
        assert listeners[number].told == listener.told
        assert [a.tolist() for a in listeners[number].voiced] == [b.tolist() for b in listener.voiced]
