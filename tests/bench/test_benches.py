"""The benchmarks run and say what they promise; how fast anything is, no test asks."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bench.figures import Figure, Figures
from bench.outcome import Ear
from bench.tables import PAGE, rewrite

ROOT = Path(__file__).resolve().parents[2]
ENGINE = {
    "cpu_per_call_second",
    "cpu_of_voice_network",
    "tick_late_p50",
    "tick_late_p99",
    "tick_work_p50",
    "tick_work_p99",
    "reply_added_p50",
    "reply_added_p95",
    "barge_in_pause_p50",
    "barge_in_pause_p95",
    "barge_in_decision_p50",
    "barge_in_decision_p95",
    "invite_to_greeting_p50",
    "memory_base",
    "memory_per_call",
    "events_lost",
    "false_interruptions",
    "calibration",
}
needs_flite = pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")


def figures(*command: str) -> dict[str, float | None]:
    """Run a benchmark and return its figures by name."""
    done = subprocess.run([sys.executable, "-m", *command, "--json"], cwd=ROOT, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    printed = json.loads(done.stdout)
    assert all(figure["unit"] for figure in printed["figures"].values())
    return {name: figure["value"] for name, figure in printed["figures"].items()}


@needs_flite
@pytest.mark.speech
def test_two_calls_through_the_engine_get_all_their_replies() -> None:
    found = figures("bench.engine", "--calls", "2", "--seconds", "6.5", "--spread", "0.5")
    assert found.keys() >= ENGINE
    assert (found["calls_failed"], found["replies_expected"], found["replies_missing"]) == (0, 2, 0)
    assert found["events_lost"] == 0


@needs_flite
@pytest.mark.speech
def test_a_call_in_virtual_time_speaks_its_replies() -> None:
    found = figures("bench.virtual")
    assert found.keys() >= {"virtual_seconds", "real_seconds", "times_faster"}
    assert found["replies_spoken"] == 5  # the greeting, and those that nobody interrupts


def test_sip_calls_need_six_messages() -> None:
    found = figures("bench.sip")
    assert found.keys() >= {"parse_invite", "write_invite", "calls_per_second"}
    assert found["messages_per_call"] == 6


def test_every_refresh_over_sockets_is_answered() -> None:
    found = figures("bench.registrar", "--idle", "200", "--refreshes", "100")
    assert found.keys() >= {"refresh_by_401_and_proof", "over_udp_cpu_per_refresh", "memory_per_idle_registration"}


def test_an_ear_knows_when_sound_begins_and_ceases() -> None:
    ear = Ear([(1.0, True), (2.0, False), (3.0, True)])
    assert ear.sounding(1.5)
    assert not ear.sounding(0.5)
    assert ear.next(1.5, sounding=False) == 2.0
    assert ear.next(2.5, sounding=False) == 2.5
    assert ear.next(2.5, sounding=True) == 3.0
    assert ear.next(3.5, sounding=False) != ear.next(3.5, sounding=False)  # never: not a number


def test_a_table_is_rewritten_and_the_words_around_it_are_kept() -> None:
    page = "before\n<!-- sip -->\nold\n<!-- end -->\nafter\n<!-- vad -->\nkept\n<!-- end -->\n"
    found = Figures("sip", {}, {"parse_invite": Figure(42.0, "us")})
    again = rewrite(page, "a machine", [found])
    assert again.startswith("before\n<!-- sip -->\n| figure |")
    assert "| parse invite | 42 | us |" in again
    assert "old" not in again
    assert again.endswith("<!-- end -->\nafter\n<!-- vad -->\nkept\n<!-- end -->\n")


def test_the_page_has_a_place_for_every_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    local = ("start", "virtual", "turns", "vad", "sip", "storm", "registrar", "srtp", "wire", "hosted", "webhooks")
    alone = (*local, "deaths", "api_reads", "arrivals udp", "arrivals tcp")
    names = ("machine", "cost", "talk", "stages", "faults", *alone)
    for name in names:
        assert page.count(f"<!-- {name} -->\n") == 1
    assert page.count("<!-- end -->") == len(names)


@pytest.mark.peer
@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_calls_that_arrive_over_sockets_are_all_answered(transport: str) -> None:
    found = figures("bench.arrivals", "--transport", transport, "--seconds", "1", "--rates", "20")
    assert found.keys() >= {"cpu_per_call_at_20", "calls_per_cpu_second", "memory_per_call_remembered"}


@needs_flite
def test_every_codec_has_its_price() -> None:
    found = figures("bench.wire")
    assert found.keys() >= {"PCMU_per_call_second", "PCMA_per_call_second", "G722_per_call_second"}
