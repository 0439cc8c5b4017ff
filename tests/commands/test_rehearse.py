"""``switchroom rehearse``: what it says, what it writes, and its exit status."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from switchroom.commands.rehearse import FAILED, PASSED, UNUSABLE, Wishes, found, hold, print_schema

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
    status = hold(wishes, said.append)
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
