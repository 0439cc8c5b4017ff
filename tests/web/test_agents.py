"""Agents over HTTP, and how a change is read from words."""

from pathlib import Path

import pytest

from switchroom.catalogue.agent_form import change_from
from switchroom.errors import Invalid
from tests.virtual_time import run_real
from tests.web.site import site

AGENT = "/api/v1/agents/Receptionist"


def test_an_agents_chains_are_set_and_read_back(tmp_path: Path) -> None:
    (tmp_path / "providers.yaml").write_text(
        "models: {fast: {kind: scripted}}\nvoices: {warm: {kind: scripted}}\n", encoding="utf-8"
    )

    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            wanted = {
                "models": ["fast"],
                "voice_providers": ["warm", "local"],
                "voices": {"de": "hans"},
                "languages": ["de"],
                "temperature": 0.3,
                "no_silence": 0.9,
                "fillers": ["Let me see.", "One moment, please."],
                "guesses": 0,
            }
            changed = await client.patch(AGENT, json=wanted)
            assert changed.status_code == 200
            assert {name: changed.json()[name] for name in wanted} == wanted
            assert (await client.get(AGENT)).json() == changed.json()
            assert (await client.get("/api/v1/agents")).json() == [changed.json()]
            again = await client.patch(AGENT, json={"speed": 1.1})
            assert again.json()["models"] == ["fast"]

    run_real(story())


@pytest.mark.parametrize(
    ("wanted", "detail"),
    [
        ({"models": ["fast"]}, "there is no 'fast' among the models of the providers file: none"),
        ({"recognisers": ["nova"]}, "there is no 'nova' among the recognisers of the providers file: local"),
        ({"speed": 9}, "speed"),
        ({"modles": []}, "modles"),
        ({"language": "English"}, "language"),
        ({"fillers": [""]}, "fillers"),
        ({"guesses": 4}, "guesses"),
    ],
)
def test_a_change_that_cannot_be_is_refused_with_the_field(
    tmp_path: Path, wanted: dict[str, object], detail: str
) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            refused = await client.patch(AGENT, json=wanted)
            assert refused.status_code == 422
            assert detail in refused.text

    run_real(story())


def test_nobody_sees_or_changes_an_agent_that_is_not_there(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            assert (await client.get("/api/v1/agents/nobody")).status_code == 404
            assert (await client.patch("/api/v1/agents/nobody", json={"speed": 1.0})).status_code == 404

    run_real(story())


def test_words_of_the_command_line_become_a_change() -> None:
    change = change_from(
        {
            "models": "fast, careful",
            "voices": "de=hans,sonic:fr=anne",
            "temperature": "0.5",
            "record": "false",
            "speed": "1.2",
            "fillers": "Well, let me see.; One moment.",
        }
    )
    assert change.models == ("fast", "careful")
    assert change.fillers == ("Well, let me see.", "One moment.")
    assert change.voices == {"de": "hans", "sonic:fr": "anne"}
    assert (change.temperature, change.record, change.speed) == (0.5, False, 1.2)
    assert change_from({"temperature": ""}).temperature is None
    with pytest.raises(Invalid, match="there is no such field; did you mean models"):
        change_from({"model": "fast"})
    with pytest.raises(Invalid, match="write LANGUAGE=VOICE"):
        change_from({"voices": "hans"})
