"""The AsyncAPI document: valid by its own schema, and true of what travels."""

import json
import shutil
import subprocess
import tarfile
from pathlib import Path

import jsonschema
import pytest

from switchroom.errors import Limited
from switchroom.events.topics import TOPICS
from switchroom.hooks.message import message
from switchroom.storage.journal import Journal
from switchroom.transports.browser import messages as browser
from switchroom.transports.browser.outbox import Sound
from switchroom.web.asyncapi import asyncapi
from switchroom.web.socket_messages import INBOUND, OUTBOUND
from tests.storage.stories import Story, migrated
from tests.virtual_time import run_real

SPECS = "@asyncapi/specs@6.11.1"


def schema_of(name: str) -> dict[str, object]:
    """Return the payload of a message, with what it shares."""
    whole = json.loads(json.dumps(asyncapi()))
    payload = whole["components"]["messages"][name]["payload"]
    return {**payload, "components": whole["components"]}


def test_every_reference_leads_somewhere_and_every_topic_that_is_journaled_is_a_message() -> None:
    whole = json.loads(json.dumps(asyncapi()))
    names = {one["name"] for one in whole["components"]["messages"].values()}
    assert {topic for topic, kind in TOPICS.items() if not kind.ephemeral} <= names

    def follow(part: object) -> None:
        if isinstance(part, dict):
            if isinstance(ref := part.get("$ref"), str):
                found = whole
                for step in ref.removeprefix("#/").split("/"):
                    found = found[step]
            for inner in part.values():
                follow(inner)
        elif isinstance(part, list):
            for inner in part:
                follow(inner)

    follow(whole)


@pytest.mark.peer
def test_the_document_is_valid_by_the_schema_of_asyncapi(tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    packed = subprocess.run(["npm", "pack", SPECS], cwd=tmp_path, capture_output=True, text=True)
    if packed.returncode:
        pytest.skip("the schema cannot be had from the registry")
    with tarfile.open(tmp_path / packed.stdout.split()[-1]) as archive:
        file = archive.extractfile("package/schemas/3.0.0.json")
        assert file is not None
        schema = json.load(file)
    jsonschema.Draft7Validator(schema).validate(json.loads(json.dumps(asyncapi())))


def test_what_webhooks_tell_is_what_the_document_says(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            journal = Journal(database)
            await journal.write(Story().whole())
            for entry in await journal.after(0):
                schema = schema_of(entry.topic.replace(".", "_"))
                jsonschema.validate(message(entry, personal=True), schema)
                jsonschema.validate(message(entry, personal=False), schema)

    run_real(main())


EXAMPLES: dict[str, dict[str, object]] = {
    "authenticate": {"pin": "4711"},
    "start": {"agent": "demo", "language": "en", "rate": 16000, "format": "binary"},
    "audio": {"chunk": "AAA="},
    "interrupt": {},
    "digits": {"digits": "12#"},
    "text": {"text": "hello"},
    "end": {},
}


def test_the_socket_reads_what_the_document_says() -> None:
    assert {one.name for one in INBOUND} == set(browser._READERS) == set(EXAMPLES)
    for name, fields in EXAMPLES.items():
        spoken = {"type": name, **fields}
        jsonschema.validate(spoken, schema_of(f"in_{name}"))
        browser.read(json.dumps(spoken))


def test_the_socket_says_what_the_document_says() -> None:
    told = [one for event in Story().whole() if (one := browser.about(event)) is not None]
    told += [browser.chunk(Sound(1, b"\0\0"), 16000), browser.complaint(Limited("too often", retry_after=2.0))]
    for one in told:
        jsonschema.validate(dict(one), schema_of(f"out_{one['type']}"))
    documented = {one.name for one in OUTBOUND}
    listed = (browser.__doc__ or "").partition("us -> browser")[2].partition("\n\n")[0]
    assert documented == set(listed.replace(",", " ").split())
