"""The torture messages of RFC 4475, each answered by a user agent and registrar as its section demands."""

import csv
from pathlib import Path

import pytest

from switchroom.sip.outputs import CallOffered, Dropped
from tests.sip.texts import THERE, agent, answers

MESSAGES = Path(__file__).parent.parent.parent.parent / "shared/data/rfc4475"

ANSWERS = {
    "wsinv": 481, "intmeth": 501, "esc01": 100, "escnull": 200, "esc02": 501, "lwsdisp": 200, "longreq": 100,
    "dblreq": 200, "semiuri": 200, "transports": 200, "mpart01": 405, "unreason": 0, "noreason": 0, "badinv01": 400,
    "clerr": 400, "ncl": 400, "scalar02": 400, "scalarlg": 0, "quotbal": 400, "ltgtruri": 400, "lwsruri": 400,
    "lwsstart": 400, "trws": 400, "escruri": 400, "baddate": 400, "regbadct": 400, "badaspec": 400, "baddn": 400,
    "badvers": 505, "mismatch01": 400, "mismatch02": 501, "bigcode": 0, "badbranch": 200, "insuf": 400, "unkscm": 416,
    "novelsc": 416, "unksm2": 400, "bext01": 420, "invut": 415, "regaut01": 200, "multi01": 400, "mcl01": 400,
    "bcast": 0, "zeromf": 200, "cparam01": 200, "cparam02": 200, "regescrt": 200, "sdp01": 406, "inv2543": 100,
}  # fmt: skip
"""The first status that each is answered with; 0: silence, for responses and for what has no Via to answer by."""


@pytest.mark.skipif(not MESSAGES.exists(), reason="the messages of RFC 4475 are not at hand")
def test_every_torture_message_is_there() -> None:
    with (MESSAGES / "manifest.csv").open() as rows:
        assert {row[0] for row in csv.reader(rows)} == set(ANSWERS)


@pytest.mark.skipif(not MESSAGES.exists(), reason="the messages of RFC 4475 are not at hand")
@pytest.mark.parametrize("name", ANSWERS)
def test_a_torture_message_gets_the_answer_of_its_section(name: str) -> None:
    outputs = agent(registrar=True).receive((MESSAGES / f"{name}.dat").read_bytes(), THERE, 0.0)
    statuses = [int(answer.split(" ")[0]) for answer in answers(outputs)]
    assert statuses == ([ANSWERS[name]] if ANSWERS[name] else [])
    assert any(isinstance(output, CallOffered) for output in outputs) is (ANSWERS[name] == 100)
    assert any(isinstance(output, Dropped) for output in outputs) or ANSWERS[name]
