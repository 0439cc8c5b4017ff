"""What becomes of a transfer that we ask for: every row of the table in docs/sip.md, and every status that there is."""

import re
from collections.abc import Callable

import pytest

from switchroom.sip.agent import UserAgent
from switchroom.sip.commands import Refer
from switchroom.sip.outputs import CallEnded, Output, ReferEnded
from tests.sip.document import table
from tests.sip.inside import CALL, inside, reply, talking_agent
from tests.sip.texts import THERE, agent, request

ROWS = dict(table("Transfers that we ask for"))
STATUSES = "a final status in a NOTIFY, or to REFER"

Story = Callable[[UserAgent], list[Output]]


def asked(bob: UserAgent, status: str = "") -> list[Output]:
    """Ask for the transfer, and have the REFER answered."""
    outputs = bob.send(Refer(CALL, "sip:carol@192.0.2.3"), 1.0)
    return bob.receive(reply(outputs[-1], status), THERE, 1.1) if status else outputs


def news(bob: UserAgent, number: int, status: int | None, state: str = "active") -> list[Output]:
    lines = ("Event: refer", f"Subscription-State: {state}", "Content-Type: message/sipfrag")
    body = "" if status is None else f"SIP/2.0 {status} So"
    return bob.receive(inside("NOTIFY", number, *lines, body=body), THERE, 2.0)


def after(status: str, then: Story) -> Story:
    def story(bob: UserAgent) -> list[Output]:
        asked(bob, status)
        return then(bob)

    return story


def expired(bob: UserAgent) -> list[Output]:
    told: list[Output] = []
    while bob.deadline is not None and bob.deadline <= 200.0:
        told += bob.expire(bob.deadline)
    return told


def bye(bob: UserAgent) -> list[Output]:
    return bob.receive(inside("BYE", 9), THERE, 3.0)


def after_news(bob: UserAgent) -> list[Output]:
    asked(bob)
    news(bob, 2, 100)
    return bye(bob)


STORIES: dict[str, list[Story]] = {
    "nothing to REFER": [after("", expired)],
    "NOTIFY: terminated, without a final status": [after("202 So", lambda bob: news(bob, 2, None, "terminated"))],
    "BYE after a 2xx to REFER or any NOTIFY": [after("202 So", bye), after_news],
    "BYE before": [after("", bye)],
    "no final status for 180 s": [after("202 So", expired)],
}


def outcomes(outputs: list[Output]) -> list[str]:
    return [output.outcome for output in outputs if isinstance(output, ReferEnded)]


def documented() -> dict[int, str]:
    """Return the outcome of every final status."""
    found = dict.fromkeys(range(300, 700), "failed")
    for part in ROWS[STATUSES].split(";"):
        *statuses, outcome = part.replace(",", " ").replace("(NOTIFY only)", "").split()
        if statuses == ["2xx"]:
            found |= dict.fromkeys(range(200, 300), outcome)
        elif statuses != ["others"]:
            found |= {int(status): outcome for status in statuses}
    return found


@pytest.mark.parametrize("hundred", range(2, 7))
def test_every_final_status_in_the_news_means_what_the_document_says(hundred: int) -> None:
    for status, outcome in documented().items():
        if status // 100 == hundred:
            bob = talking_agent()
            asked(bob, "202 So")
            assert outcomes(news(bob, 2, status, "terminated")) == [outcome], status


@pytest.mark.parametrize("hundred", range(3, 7))
def test_every_refusal_of_refer_means_what_the_document_says(hundred: int) -> None:
    for status, outcome in documented().items():
        ends = status in (408, 481)  # then the dialog is gone, too (RFC 5057)
        if status // 100 == hundred and not ends:
            outputs = asked(talking_agent(), f"{status} So")
            assert outcomes(outputs) == [outcome], status
            assert not any(isinstance(output, CallEnded) for output in outputs)


@pytest.mark.parametrize("row", STORIES)
def test_other_ends_mean_what_the_document_says(row: str) -> None:
    wanted = re.split(r",? and ", ROWS[row].replace(",", " and"))[0].strip()
    for story in STORIES[row]:
        outputs = story(talking_agent())
        assert outcomes(outputs) == [wanted]
        assert any(isinstance(output, CallEnded) for output in outputs) == (
            "the call is over" in ROWS[row] or "BYE" in row
        )


def test_a_call_that_does_not_stand_cannot_be_handed_over() -> None:
    bob = agent()
    bob.receive(request("INVITE"), THERE, 0.0)
    assert outcomes(asked(bob)) == [ROWS["nothing: the call is not answered, or no more"]]


def test_every_row_is_walked() -> None:
    assert set(ROWS) == {STATUSES, *STORIES, "nothing: the call is not answered, or no more"}
