import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from switchroom.observability import Metrics, get_logger, set_up

BOUNDS = (0.001, 0.002, 0.005)


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def _logged(format_: str, *, keep_personal: bool = False) -> str:
    stream = io.StringIO()
    set_up(format_, "info", keep_personal=keep_personal, stream=stream)
    log = get_logger("test")
    log.info("turn ended", said="canary", personal_note="canary", call="call_1", detail={"typed": "canary", "turn": 3})
    log.debug("too quiet to be heard")
    logging.getLogger("library").warning("disk is %s", "full", extra={"caller": "canary"})
    return stream.getvalue()


@pytest.mark.parametrize("format_", ["console", "json"])
def test_what_a_person_said_does_not_reach_the_log(format_: str) -> None:
    text = _logged(format_)
    assert "canary" not in text
    assert "turn ended" in text
    assert "call_1" in text
    assert "too quiet" not in text


@pytest.mark.parametrize("format_", ["console", "json"])
def test_a_traceback_does_not_show_what_was_in_its_variables(format_: str) -> None:
    stream = io.StringIO()
    set_up(format_, "info", stream=stream)

    def understand(said: str) -> float:
        return len(said) / 0

    try:
        understand("cana" + "ry")
    except ZeroDivisionError:
        get_logger("test").exception("it broke")
    assert "ZeroDivisionError" in stream.getvalue()
    assert "canary" not in stream.getvalue()


def test_an_operator_may_ask_for_it() -> None:
    assert _logged("console", keep_personal=True).count("canary") == 3


def test_every_json_line_is_an_object_also_those_of_libraries() -> None:
    lines = [json.loads(line) for line in _logged("json").splitlines()]
    assert [line["event"] for line in lines] == ["turn ended", "disk is full"]
    assert lines[0]["detail"] == {"turn": 3}
    assert all({"level", "timestamp"} <= line.keys() for line in lines)


def test_an_exception_is_logged_with_its_traceback() -> None:
    stream = io.StringIO()
    set_up("json", "info", stream=stream)
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError:
        get_logger("test").exception("it broke")
    assert "ZeroDivisionError" in json.loads(stream.getvalue())["exception"]


def test_the_same_name_and_labels_are_the_same_counter() -> None:
    metrics = Metrics()
    metrics.counter("calls_total", "Calls", outcome="answered").add()
    metrics.counter("calls_total", "Calls", outcome="answered").value += 2
    metrics.counter("calls_total", "Calls", outcome="failed").add()
    assert metrics.counter("calls_total", "Calls", outcome="answered").value == 3


def test_metrics_are_written_as_prometheus_reads_them() -> None:
    metrics = Metrics()
    metrics.counter("switchroom_odd_total", "Odd things", reason='odd "reason"').add()
    lateness = metrics.histogram("switchroom_late_seconds", "How late", BOUNDS)
    for seconds in (0.0005, 0.001, 0.003, 9.0):
        lateness.observe(seconds)
    metrics.gauge("switchroom_calls", "Calls now", lambda: 7)
    lines = metrics.text().splitlines()
    assert lines[:3] == [
        "# HELP switchroom_odd_total Odd things",
        "# TYPE switchroom_odd_total counter",
        'switchroom_odd_total{reason="odd \\"reason\\""} 1',
    ]
    assert 'switchroom_late_seconds_bucket{le="0.001"} 2' in lines
    assert 'switchroom_late_seconds_bucket{le="0.005"} 3' in lines
    assert 'switchroom_late_seconds_bucket{le="+Inf"} 4' in lines
    assert "switchroom_late_seconds_count 4" in lines
    assert lines[-1] == "switchroom_calls 7"


def test_counts_kept_elsewhere_are_read_when_they_are_asked_for() -> None:
    metrics, refused = Metrics(), {"full": 1}
    metrics.counts("switchroom_calls_refused_total", "Calls not taken", "reason", lambda: refused)
    refused["draining"] = 2
    assert metrics.text().splitlines()[2:] == [
        'switchroom_calls_refused_total{reason="draining"} 2',
        'switchroom_calls_refused_total{reason="full"} 1',
    ]


def test_a_quantile_is_the_bound_that_so_many_values_reach() -> None:
    lateness = Metrics().histogram("switchroom_late_seconds", "How late", BOUNDS)
    assert lateness.quantile(0.99) == 0.0
    for _ in range(99):
        lateness.observe(0.0015)
    lateness.observe(5.0)
    assert lateness.quantile(0.5) == 0.002
    assert lateness.quantile(0.99) == 0.002
    assert lateness.quantile(1.0) == float("inf")
