"""Schemathesis over the whole API: the real application, on a real database, asked by an administrator of the platform.

``python -m tests.web.contract EXAMPLES [PART]`` asks each operation (those with PART in their name) so often, always with the same
requests, and prints what it found as JSON. It is a process of its own: the server runs in a thread with a loop of its own, and what
schemathesis warns of is not the tests'.
"""

import asyncio
import json
import sys
import tempfile
import threading
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from switchroom.catalogue.voice_profiles import VoiceProfileForm
from switchroom.identity import TenantId
from switchroom.roles.minds import thinking
from switchroom.roles.records import keeping_records
from switchroom.roles.running import seed_demo
from switchroom.roles.services import services_of_records, with_minds
from switchroom.settings import Settings
from switchroom.web.app import create_app
from switchroom.web.openapi import document
from switchroom.web.server import serving
from switchroom.web.services import Services
from tests.storage.stories import Story
from tests.web.site import ScriptedControl

PASSWORD = "correct horse battery"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ENDS_THE_SESSION = ("/api/auth/logout", "/api/auth/password", "/api/auth/me/password")
PATIENCE = 30.0
STREAMS = ("/api/v1/calls/changes",)
"""Answers that never end."""


@dataclass
class Found:
    """What went wrong where, and which statuses were seen."""

    wrong: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[tuple[Services, str]]:
    """Run everything but an engine, as the program puts it together; yields a token of an administrator too."""
    given_ = Settings(data=folder, secret="s" * 32, demo=True, database_url="", providers=None)
    async with keeping_records(given_) as records:
        _, user = await seed_demo(given_, records)
        assert user is not None
        async with thinking(given_, records, None) as minds:
            services = with_minds(services_of_records(given_, records, user), minds)
            await records.journal.write(Story("call_1", TenantId(user.tenant)).whole())
            await records.reader.caught_up()
            yield (
                replace(services, control=ScriptedControl(), listen=_spoken),
                await _token(services, TenantId(user.tenant)),
            )


async def _spoken(_tenant: TenantId, _profile: VoiceProfileForm, text: str) -> bytes:
    return text.encode()


async def _token(services: Services, tenant: TenantId) -> str:
    user = await services.accounts.create_user(tenant, "tester@example.com", PASSWORD, name="Tester", role="admin")
    return services.accounts.token(user)


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, str]]:
    """Serve it from a thread; yields where, and a token."""
    ready: list[tuple[str, str]] = []
    begun, loop = threading.Event(), asyncio.new_event_loop()
    ended = asyncio.Event()

    async def main() -> None:
        async with house(folder) as (services, token), serving(create_app(services), "127.0.0.1", 0) as port:
            ready.append((f"http://127.0.0.1:{port}", token))
            begun.set()
            await ended.wait()

    def work() -> None:
        try:
            loop.run_until_complete(main())
        finally:
            begun.set()

    thread = threading.Thread(target=work)
    thread.start()
    begun.wait()
    try:
        yield ready[0]
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()


class Asking:
    """The operations of a document, asked one after the other; what was made is asked for afterwards by its id."""

    def __init__(self, whole: Mapping[str, Any], base: str, token: str) -> None:
        self._whole = whole
        self._base = base
        self._session = requests.Session()
        self._session.headers["authorization"] = f"Bearer {token}"
        self._made: dict[str, list[str]] = defaultdict(list)
        self._turn = 0
        self.found = Found()

    def seed(self) -> None:
        """Make one of everything for which the document shows an example."""
        for path, operations in self._whole["paths"].items():
            body = operations.get("post", {}).get("requestBody", {}).get("content", {}).get("application/json", {})
            example = self._example(body.get("schema", {}))
            if example is not None and "{" not in path:
                self._note(
                    path, self._session.post(self._base + path, json=cast("dict[str, Any]", example), timeout=PATIENCE)
                )

    def learn(self) -> None:
        """Look at every list, to know by their ids what is there already; whoever asks is left alone, and so is their tenant."""
        me = self._session.get(f"{self._base}/api/auth/me", timeout=PATIENCE).json()
        for path, operations in self._whole["paths"].items():
            if (
                "get" not in operations
                or "{" in path
                or path.startswith(("/health", "/metrics", "/api/v1/tenants", *STREAMS))
            ):
                continue
            answer = self._session.get(self._base + path, timeout=PATIENCE)
            if answer.headers.get("content-type") == "application/json":
                self._made[path] += [id_ for id_ in _ids(answer.json()) if id_ not in (me.get("id"), me.get("user"))]

    def _example(self, schema: Mapping[str, Any]) -> object:
        name = schema.get("$ref", "").rpartition("/")[2]
        schema = self._whole["components"]["schemas"].get(name, schema)
        return schema.get("example") or next(iter(schema.get("examples", [])), None)

    def ask(self, case: Any) -> None:
        """Ask once, and look at the answer."""
        name = f"{case.method.upper()} {case.operation.path}"
        self._turn += 1
        for parameter in list(case.path_parameters or {}):
            known = self._made[case.operation.path.partition(f"/{{{parameter}}}")[0]]
            if known and self._turn % 3:
                case.path_parameters[parameter] = known[self._turn % len(known)]
        try:
            response = case.call(base_url=self._base, session=self._session, timeout=PATIENCE)
        except (requests.RequestException, TimeoutError, ConnectionError) as error:
            self.found.wrong[name].append(f"no answer: {error!r}"[:600])
            return
        self.found.statuses[name][response.status_code] += 1
        if case.method.upper() == "POST" and "{" not in case.operation.path and response.status_code == 201:
            self._made[case.operation.path].append(str(response.json().get("id", "")))
        try:
            case.validate_response(response, checks=CHECKS)
        except BaseExceptionGroup as problems:
            self.found.wrong[name] += [f"{problem} | {response.text[:400]}" for problem in problems.exceptions]
        except AssertionError as problem:
            self.found.wrong[name].append(f"{problem} | {response.text[:400]}")

    def _note(self, path: str, answer: requests.Response) -> None:
        if answer.status_code == 201 and "id" in answer.json():
            self._made[path].append(str(answer.json()["id"]))


def _ids(answer: Any) -> list[str]:
    """Return the ids of the things in a list, which may be a member of an object."""
    lists = [part for part in answer.values() if isinstance(part, list)] if isinstance(answer, dict) else [answer]
    things = [one for part in lists if isinstance(part, list) for one in part if isinstance(one, dict)]
    return [str(one.get("id") or one.get("name") or one.get("address")) for one in things][:3]


def order(operation: Any) -> tuple[bool, bool, str]:
    """What makes comes before what removes."""
    return (operation.method.upper() == "DELETE", operation.method.upper() != "POST", operation.path)


def run(examples: int, part: str) -> Found:
    """Ask everything, each operation ``examples`` times."""
    whole = json.loads(document())
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as (base, token):
        asking = Asking(whole, base, token)
        asking.seed()
        asking.learn()
        all_of_them: Any = schemathesis.openapi.from_dict(whole).get_all_operations()
        operations = sorted((one.ok() for one in all_of_them), key=order)
        often = settings(
            max_examples=examples,
            derandomize=True,
            database=None,
            deadline=None,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        )
        for operation in operations:
            name = f"{operation.method.upper()} {operation.path}"
            if part in name and operation.path not in STREAMS and not operation.path.startswith(ENDS_THE_SESSION):
                often(given(case=operation.as_strategy())(asking.ask))()
        still = requests.get(f"{base}/api/auth/me", headers={"authorization": f"Bearer {token}"}, timeout=PATIENCE)
        if still.status_code != 200:
            asking.found.wrong["the session"].append(f"it ended meanwhile: {still.text}")
        return asking.found


if __name__ == "__main__":
    outcome = run(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
    print(json.dumps({"wrong": outcome.wrong, "statuses": outcome.statuses}))
