"""Agents that think with a language model, callers that are one, and judges that are one: all without a key."""

import asyncio
from pathlib import Path

import pytest

from switchroom.errors import Invalid, Unavailable
from switchroom.ports import LanguageModel, ToolWanted
from switchroom.providers.scripted import Bit, ScriptedModel
from switchroom.rehearsal.cast import Cast
from switchroom.rehearsal.reading import parse
from switchroom.rehearsal.report import Held, details
from switchroom.rehearsal.stage import Means, Result, rehearse
from tests.virtual_time import run

FLOW = """
flow: thinking host
home: host
restaurant:
  name: The Copper Table
  zone: Europe/London
  hours: {friday: 17:00-22:00}
nodes:
  start: {type: start, greeting: Good day., next: host}
  host:
    type: agent
    prompt: You are the host of a restaurant.
    tools: [check_table, book_table]
    routes: {done: {to: bye, when: the caller says goodbye}}
  bye: {type: hang_up, text: Goodbye then.}
"""
HEAD = "rehearsal: x\nagent: host.yaml\nnow: 2026-11-24T15:00\n"
BOOKING = """
model:
  - when: table for four
    say: Let me see.
    call: {check_table: {party: 4, day: 2026-11-27, time: "19:30"}}
  - {after: check_table, when: free, say: "It is free. Shall I book it?"}
  - when: "yes"
    call: {book_table: {party: 4, day: 2026-11-27, time: "19:30", name: Anna}}
  - {after: book_table, when: booked, say: It is booked for you.}
  - {when: goodbye, route: done}
script:
  - say: a table for four on friday at half past seven
  - expect:
      - heard: Let me see
      - heard: It is free
      - {tool: check_table, with: {party: 4}, outcome: ok, result: {status: free}}
  - say: "yes please"
  - expect: [{tool: book_table, times: 1, outcome: ok}, {heard: booked for you}]
  - say: goodbye
expect:
  - {rows: reservations, where: {name: Anna, party: 4, at: 2026-11-27 19:30}, count: 1}
  - ended: agent_hangup
  - replies: 1
"""


def held(folder: Path, text: str, models: dict[str, LanguageModel] | None = None, flow: str = FLOW) -> Result:
    (folder / "host.yaml").write_text(flow, encoding="utf-8")
    piece = parse(HEAD + text, folder / "one.yaml")
    part = asyncio.run(Cast().part(piece.rehearsal, piece.path))
    return run(rehearse(piece, part, Means(models=None if models is None else models.__getitem__)))


def told(result: Result) -> str:
    return details(Held("one.yaml", "x", 0.0, result))


def test_an_agent_that_thinks_is_rehearsed_by_the_lines_of_its_model(tmp_path: Path) -> None:
    result = held(tmp_path, BOOKING)
    assert result.passed, told(result)


def test_what_the_lines_do_not_foresee_is_a_failure_that_says_what_was_asked(tmp_path: Path) -> None:
    result = held(tmp_path, BOOKING.replace("when: table for four", "when: table for five"))
    assert not result.passed
    assert "no line for: a table for four on friday" in result.problem


def test_a_line_may_fail_as_models_do(tmp_path: Path) -> None:
    lines = "model:\n  - {fails: model_down, times: 1}\n  - {say: I am here again.}\n"
    script = "script:\n  - say: hello there\n  - expect: [{event: provider.failed, with: {code: model_down}}]\n"
    result = held(tmp_path, f"{lines}{script}  - say: hello there\n  - expect: [{{heard: I am here again}}]\n")
    assert result.passed, told(result)


def test_a_line_that_is_slow_shows_in_the_latency(tmp_path: Path) -> None:
    lines = "model:\n  - {say: Well., takes: 2.5}\n"
    result = held(tmp_path, f"{lines}script:\n  - say: hello there\nexpect: [{{latency: 2.0}}]\n")
    assert [judged.finding.holds for judged in result.findings] == [False]


def test_an_agent_that_thinks_needs_something_to_think_with(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="write its answers under `model`"):
        held(tmp_path, "script: []\n")


def test_a_real_model_thinks_for_the_agent_where_there_are_no_lines(tmp_path: Path) -> None:
    mind = ScriptedModel([["We are ", "closed."]] * 5)  # it may be asked for turns that are only guessed
    result = held(tmp_path, "script:\n  - say: are you open\n  - expect: [{heard: we are closed}]\n", {"": mind})
    assert result.passed, told(result)


CALLER = """
model:
  - {when: a table, say: "For how many?"}
  - {when: for two, say: "It is booked, two people."}
  - {say: Goodbye.}
caller: {model: player, persona: You are called Tom., goal: Book a table for two., turns: 5}
script: []
"""


TABLE: list[Bit] = ["I see, and a table."]


def player(*answers: list[Bit]) -> dict[str, LanguageModel]:
    return {"player": ScriptedModel(answers)}


def test_a_model_plays_the_caller_until_its_goal_is_reached(tmp_path: Path) -> None:
    models = player(
        ["I would like a table."], ["For two, please."], ["Thank you, goodbye.", ToolWanted("1", "hang_up", {})]
    )
    result = held(tmp_path, CALLER + "expect: [{heard: it is booked}, {ended: caller_hangup}, {turns: 3}]\n", models)
    assert result.passed, told(result)
    asked = models["player"]
    assert isinstance(asked, ScriptedModel)
    assert "You are called Tom." in asked.asks[0].instructions
    assert "Book a table for two." in asked.asks[0].instructions
    assert [type(message).__name__ for message in asked.asks[1].messages] == ["TheySaid", "WeSaid", "TheySaid"]


def test_the_played_caller_presses_keys_and_says_nothing_where_it_wants(tmp_path: Path) -> None:
    keys = ToolWanted("1", "press_keys", {"digits": "12x"})
    models = player([keys], [ToolWanted("2", "stay_silent", {})], [ToolWanted("3", "hang_up", {})])
    result = held(tmp_path, CALLER + "expect: [{event: call.dtmf, times: 2}, {turns: 1}]\n", models)
    assert result.passed, told(result)


def test_a_played_caller_without_end_is_ended(tmp_path: Path) -> None:
    result = held(tmp_path, CALLER + "expect: [{turns: 5}]\n", player(*([TABLE] * 9)))
    assert result.passed, told(result)


def test_a_caller_whose_model_fails_is_no_success(tmp_path: Path) -> None:
    result = held(tmp_path, CALLER, player([Unavailable("no more today")]))
    assert "the model that plays the caller failed: no more today" in result.problem


def test_a_model_that_nobody_has_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="'player' plays the caller, and the installation has no models"):
        held(tmp_path, CALLER)


JUDGED = """
judge: wise
model: [{say: I do not know.}]
script:
  - say: are you open
expect:
  - judge: Was the agent helpful?
"""


@pytest.mark.parametrize(
    ("answer", "holds"),
    [("Yes, it was.", True), ("No. It did not know.", False), ("Perhaps.", False), ("", False)],
)
def test_a_model_judges_with_yes_or_no(tmp_path: Path, answer: str, *, holds: bool) -> None:
    judge = ScriptedModel([[answer]])
    result = held(tmp_path, JUDGED, {"wise": judge})
    assert result.passed is holds
    (question,) = judge.asks[0].messages
    assert "Caller: are you open" in str(question)
    assert "Agent: I do not know." in str(question)
    assert "Was the agent helpful?" in str(question)


def test_a_judge_that_fails_does_not_agree(tmp_path: Path) -> None:
    result = held(tmp_path, JUDGED, {"wise": ScriptedModel([[Unavailable("not today")]])})
    assert "the judge failed: not today" in result.findings[0].finding.actual


def test_without_a_judge_nothing_is_judged_to_be_so(tmp_path: Path) -> None:
    result = held(tmp_path, JUDGED.replace("judge: wise\n", ""))
    assert not result.passed


FROM_ELSEWHERE = """
flow: weather
home: host
nodes:
  start: {type: start, greeting: Good day., next: host}
  host:
    type: agent
    prompt: You tell the weather.
    tools: [weather.now, search_knowledge]
    routes: {}
"""


def test_a_tool_from_elsewhere_gives_what_the_rehearsal_says(tmp_path: Path) -> None:
    text = """
tools: {weather.now: [{returns: {text: It rains.}}]}
model:
  - {when: weather, call: {weather.now: {place: London, days: 2}}}
  - {after: weather_now, when: rains, say: "It rains, take a coat."}
script:
  - say: what is the weather like
  - expect: [{tool: weather.now, with: {place: London}, outcome: ok, times: 1}, {heard: take a coat}]
"""
    result = held(tmp_path, text.replace("weather.now: {place", "weather_now: {place"), flow=FROM_ELSEWHERE)
    assert result.passed, told(result)


def test_a_tool_from_elsewhere_that_nobody_speaks_for_is_told(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"there is no tool 'weather\.now'"):
        held(tmp_path, "model: [{say: x}]\nscript: []\n", flow=FROM_ELSEWHERE)


def test_an_agent_looks_things_up_in_the_documents_of_the_rehearsal(tmp_path: Path) -> None:
    (tmp_path / "dogs.md").write_text("# Dogs\n\nDogs are welcome on the terrace, on a lead.\n", encoding="utf-8")
    text = """
knowledge: [dogs.md]
tools: {weather.now: {fails: unused}}
model:
  - {when: dog, call: {search_knowledge: {question: are dogs welcome}}}
  - {after: search_knowledge, when: terrace, say: "Yes, on the terrace."}
script:
  - say: can i bring my dog
  - expect: [{tool: search_knowledge, result: {status: found}}, {heard: on the terrace}]
"""
    result = held(tmp_path, text, flow=FROM_ELSEWHERE)
    assert result.passed, told(result)
