"""Fuzz of whole calls: any commands in any order over a wire that loses, repeats and delays; the promises must hold."""

from hypothesis import given, settings
from hypothesis import strategies as st

from switchroom.sip.commands import (
    Accept,
    Answer,
    Command,
    HangUp,
    Offer,
    Progress,
    Refuse,
    RefuseOffer,
    SendInfo,
)
from switchroom.sip.outputs import CallCancelled, CallEnded, CallFailed, CallOffered, Output
from tests.sip.wire import End, Wire

FATES: dict[str, tuple[float, ...]] = {
    "lost": (),
    "fine": (0.01,),
    "twice": (0.01, 0.02),
    "late": (0.7,),
    "both": (0.01, 1.5),
}
ENDS = (CallCancelled, CallEnded, CallFailed)
COMMANDS = ("progress", "answer", "late answer", "refuse", "hang up", "offer", "accept", "refuse offer", "info")


def command(kind: str, call: str) -> Command:
    made: dict[str, Command] = {
        "progress": Progress(call, 183, "early"),
        "answer": Answer(call, "answer"),
        "refuse": Refuse(call, 603),
        "hang up": HangUp(call),
        "offer": Offer(call, "offer"),
        "accept": Accept(call, "accepted"),
        "refuse offer": RefuseOffer(call),
        "info": SendInfo(call, "application/dtmf", "1"),
    }
    return made.get(kind) or Answer(call, "late")


def names(end: End) -> list[str]:
    return [output.call for output in end.told if isinstance(output, CallOffered)]


def check_one_end_each(end: End, started: list[str]) -> None:
    """Every call ended exactly once, and nothing was told of it afterwards."""
    for name in started:
        about: list[Output] = [output for output in end.told if getattr(output, "call", None) == name]
        ended = [index for index, output in enumerate(about) if isinstance(output, ENDS)]
        assert ended == [len(about) - 1], about


@settings(max_examples=max(150, settings().max_examples), deadline=None)
@given(
    st.lists(st.sampled_from(sorted(FATES)), min_size=1, max_size=12),
    st.lists(
        st.tuples(st.booleans(), st.sampled_from(COMMANDS), st.sampled_from([0.0, 0.005, 0.1, 1.0, 5.0])), max_size=14
    ),
    st.sampled_from(["udp", "tcp"]),
    st.booleans(),
    st.booleans(),
)
def test_fuzz_every_call_ends_once_and_leaves_nothing(
    fates: list[str], steps: list[tuple[bool, str, float]], transport: str, offers: bool, reliable: bool
) -> None:
    wire = Wire("tcp" if transport == "tcp" else "udp")
    if transport == "udp":
        wire.fate = lambda _data, count: FATES[fates[count % len(fates)]]
    wire.call("offer" if offers else None, headers={"Require": "100rel"} if reliable else {})
    wire.run(0.05)
    for by_alice, kind, wait in steps:
        for name in ["out"] if by_alice else names(wire.bob):
            wire.do(wire.alice if by_alice else wire.bob, command(kind, name))
        wire.run(wait)
    wire.do(wire.alice, HangUp("out"))
    for name in names(wire.bob):
        wire.do(wire.bob, HangUp(name))
    wire.run(400)
    for name in names(wire.bob):  # an INVITE that came late is answered by nobody yet
        wire.do(wire.bob, HangUp(name))
    wire.run(400)
    check_one_end_each(wire.alice, ["out"])
    check_one_end_each(wire.bob, names(wire.bob))
    assert wire.quiet()
