"""``switchroom rehearse``: what it says, what it writes, and its exit status."""

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from switchroom.accounts.service import Accounts
from switchroom.catalogue.flow_desk import FlowDesk
from switchroom.catalogue.service import Catalogue
from switchroom.commands.rehearse import FAILED, PASSED, UNUSABLE, Wishes, found, hold, print_call, print_schema
from switchroom.events.catalogue import CallStarted
from switchroom.history.reader import HistoryReader
from switchroom.identity import UserId
from switchroom.receptions import Receptions
from switchroom.settings import Settings
from switchroom.storage.db import Database
from switchroom.storage.journal import Journal
from switchroom.storage.schema import upgrade
from tests.rehearsal.theatre import held
from tests.virtual_time import run_real

NOW = 1_795_532_400.0
FLOW = Path(__file__).parents[2] / "examples" / "restaurant.yaml"
GOOD = f"""
rehearsal: Where the house is
agent: {FLOW}
script:
  - say: where are you
  - expect: [{{said: twelve Mill Lane}}]
"""
BAD = GOOD.replace("twelve Mill", "thirteen Mill").replace("Where the", "Where another")
BROKEN = "rehearsal: nothing\nagent: nowhere.yaml\nscript: []\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("good", GOOD), ("bad", BAD), ("broken", BROKEN)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def rehearsed(wishes: Wishes) -> tuple[int, str]:
    said: list[str] = []
    status = hold(wishes, said.append, Settings())
    return status, "\n".join(said)


def test_a_rehearsal_that_goes_as_expected_is_one_line(folder: Path) -> None:
    status, said = rehearsed(Wishes((str(folder / "good.yaml"),)))
    assert status == PASSED
    assert said.startswith("ok     Where the house is")
    assert "1 rehearsals, all as expected" in said


def test_what_is_not_as_expected_is_shown_in_the_transcript_with_what_came_nearest(folder: Path) -> None:
    status, said = rehearsed(Wishes((str(folder / "bad.yaml"),)))
    assert status == FAILED
    assert "caller  where are you" in said
    assert "X  line 6: expected said: thirteen Mill Lane" in said
    assert "nearest: You find us at twelve Mill Lane" in said


def test_a_file_that_cannot_be_used_says_why_and_counts_more_than_a_failure(folder: Path) -> None:
    status, said = rehearsed(Wishes((str(folder),)))
    assert status == UNUSABLE
    assert "ERROR" in said
    assert "nowhere.yaml" in said
    assert "3 rehearsals, 2 not as expected" in said


def test_only_those_that_are_asked_for_are_held(folder: Path) -> None:
    status, said = rehearsed(Wishes((str(folder / "*.yaml"),), only="the house"))
    assert status == PASSED
    assert "1 rehearsals" in said


def test_nothing_to_rehearse_is_no_success(folder: Path) -> None:
    status, said = rehearsed(Wishes((str(folder),), only="xyz"))
    assert (status, "nothing to rehearse" in said) == (UNUSABLE, True)


def test_whoever_names_nothing_is_asked_to() -> None:
    assert rehearsed(Wishes(())) == (
        UNUSABLE,
        "Name what to rehearse: files, folders or patterns, such as examples/rehearsals",
    )


def test_the_report_for_machines_has_a_case_per_file(folder: Path) -> None:
    report = folder / "out" / "junit.xml"
    rehearsed(Wishes((str(folder),), junit=report))
    suite = ElementTree.fromstring(report.read_text(encoding="utf-8"))[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "1")
    kinds = {case.get("name"): [part.tag for part in case] for case in suite}
    assert kinds == {
        "Where another house is": ["failure", "system-out"],
        "broken": ["error", "system-out"],
        "Where the house is": ["system-out"],
    }


def test_json_tells_everything(folder: Path) -> None:
    _, said = rehearsed(Wishes((str(folder / "bad.yaml"),), as_json=True))
    (told,) = json.loads(said)
    assert told["passed"] is False
    assert told["expectations"][0]["line"] == 6
    assert told["latencies"].keys() == {"1"}
    assert any("twelve Mill Lane" in line for line in told["transcript"])


def test_files_are_named_by_pattern_folder_or_name_and_held_once(folder: Path) -> None:
    good = folder / "good.yaml"
    assert found([str(good), str(folder / "go*.yaml"), str(good)]) == [good]
    assert len(found([str(folder)])) == 3
    assert found(["nowhere.yaml"]) == [Path("nowhere.yaml")]


def test_the_schema_is_json() -> None:
    said: list[str] = []
    assert print_schema(said.append) == PASSED
    assert json.loads(said[0])["title"] == "Rehearsal"


@pytest.fixture
def installation(tmp_path: Path) -> Settings:
    """Return an installation with the demo agent, whose flow was published twice, and one call that was held."""
    settings = Settings(data=tmp_path / "data", secret="x" * 40)
    result = held("script:\n  - say: where are you\n", tmp_path)
    events = [
        replace(moment.event, at=NOW + moment.at) for moment in result.record.moments if not moment.event.ephemeral
    ]

    async def furnish() -> None:
        database = Database(settings.url)
        try:
            await upgrade(database)
            tenant = await Accounts(database, settings.secret, lambda: NOW).create_tenant("demo", "Demo")
            desk = FlowDesk(database, Receptions(database, Path()).examine, lambda: NOW)
            for lane in ("Mill Lane", "Hill Lane"):
                text = FLOW.read_text(encoding="utf-8").replace("Mill Lane", lane)
                if lane == "Mill Lane":
                    record = await desk.create(tenant.id, "front-desk", text, UserId("usr_1"))
                else:
                    record = await desk.change(tenant.id, "front-desk", text, UserId("usr_1"))
                await desk.publish(tenant.id, record.id, UserId("usr_1"), "", seen=record.revision)
            agent = await Catalogue(database).create_agent(tenant.id, "Receptionist", "front-desk")
            journal = Journal(database)
            mine = [replace(event, tenant=tenant.id) for event in events]
            await journal.write(
                [replace(event, agent=agent.id) if isinstance(event, CallStarted) else event for event in mine]
            )
            await HistoryReader(journal).catch_up()
        finally:
            await database.close()

    run_real(furnish())
    return settings


@pytest.mark.parametrize(("version", "lane", "status"), [("", "Hill", PASSED), (", version: 1", "Hill", FAILED)])
def test_an_agent_of_the_installation_is_rehearsed_in_any_version(
    installation: Settings, tmp_path: Path, version: str, lane: str, status: int
) -> None:
    text = GOOD.replace(str(FLOW), f"{{name: Receptionist{version}}}").replace("Mill", lane)
    (tmp_path / "one.yaml").write_text(text, encoding="utf-8")
    assert hold(Wishes((str(tmp_path / "one.yaml"),)), lambda _: None, installation) == status


def test_an_agent_that_is_not_there_is_named(installation: Settings, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(GOOD.replace(str(FLOW), "{name: Nobody}"), encoding="utf-8")
    said: list[str] = []
    assert hold(Wishes((str(tmp_path / "one.yaml"),)), said.append, installation) == UNUSABLE
    assert "tenant 'demo' has no agent 'Nobody'" in "\n".join(said)


def test_a_call_of_the_installation_is_printed_as_a_rehearsal_that_can_be_held(
    installation: Settings, tmp_path: Path
) -> None:
    call = next(iter(_calls(installation)))
    said: list[str] = []
    assert print_call(installation, call, said.append, anonymise=True) == PASSED
    (tmp_path / "again.yaml").write_text(said[0], encoding="utf-8")
    told: list[str] = []
    assert hold(Wishes((str(tmp_path / "again.yaml"),)), told.append, installation) == PASSED
    assert print_call(installation, "call_nobody", said.append, anonymise=False) == UNUSABLE
    assert said[-1] == "there is no call 'call_nobody'"


def _calls(settings: Settings) -> list[str]:
    async def read() -> list[str]:
        database = Database(settings.url)
        try:
            return [entry.call for entry in await Journal(database).after(0) if entry.call]
        finally:
            await database.close()

    return run_real(read())


@pytest.mark.speech
def test_a_rehearsal_is_held_in_real_time_by_ear_and_voice_of_this_machine(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD + "expect: [{understood: where are you}]\n", encoding="utf-8")
    status, said = rehearsed(Wishes((str(tmp_path / "good.yaml"),), real=True))
    assert status == PASSED, said
