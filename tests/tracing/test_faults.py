"""Errors on their way to a server that speaks Sentry's envelopes."""

import io
import json

import pytest
import structlog

from switchroom.errors import Invalid, Unavailable
from switchroom.observability import set_up
from switchroom.tracing.faults import Reporter
from tests.tracing.collector import Collector, collecting


def _events(collector: Collector) -> list[dict[str, object]]:
    found = []
    for _, body in collector.bodies:
        for line in body.splitlines():
            item = json.loads(line)
            if "exception" in item or "logentry" in item:
                found.append(item)
    return found


def _dsn(collector: Collector) -> str:
    return collector.url.replace("http://", "http://key@") + "/1"


def test_an_error_that_is_logged_is_reported_with_its_stack_and_without_what_is_personal() -> None:
    with collecting() as collector:
        report = Reporter(_dsn(collector), "engine")
        set_up("json", "info", stream=io.StringIO(), report=report, keep_personal=True)
        log = structlog.get_logger()
        log.info("all is well")
        said = "ca" + "nary"  # its sound must not be in the lines of code that are sent along
        try:
            int(said)
        except ValueError:
            log.exception("call broke", call="call_1", caller=said)
        log.error("trunk is down", trunk="trk_1", text=said)
        report.close()
        events = _events(collector)
    assert [event["logentry"] for event in events] == [{"formatted": "call broke"}, {"formatted": "trunk is down"}]
    assert events[0]["extra"] == {"call": "call_1"}
    assert events[0]["tags"] == {"role": "engine"}
    assert "ValueError" in json.dumps(events[0]["exception"])
    assert "canary" not in json.dumps(events)


def test_the_words_of_our_own_errors_go_along() -> None:
    with collecting() as collector:
        report = Reporter(_dsn(collector), "engine")
        set_up("json", "info", stream=io.StringIO(), report=report)
        error = Unavailable("the database cannot be used")
        structlog.get_logger().error("stopped", exc_info=error)
        report.close()
        assert "the database cannot be used" in json.dumps(_events(collector))


def test_a_dsn_that_is_none_is_refused() -> None:
    with pytest.raises(Invalid, match="is no DSN"):
        Reporter("nonsense", "all")
