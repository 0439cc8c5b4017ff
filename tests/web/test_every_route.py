"""Every route and method of the OpenAPI document, asked for another tenant's things: they do not exist.

The walk is over the document itself, so a new route is walked without a word here. A path with a kind of thing that nobody has made
fails and says what to add.
"""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from switchroom.accounts.api_keys import SCOPES
from switchroom.accounts.service import User
from switchroom.web.routes import routed
from tests.virtual_time import run_real
from tests.web.belongings import PRICES, Belongings, administrator, belongings, furnished
from tests.web.site import Site, site

NOBODYS = {
    "bans": "the operator's, with a token of their own",
    "statements": "a month, of the asker's own calls",
    "voice-models": "the installation's; what a tenant says of one is its own row, whoever names it",
    "devices": "what a telephone says of itself while it is registered",
}
"""Kinds in paths that no tenant owns, and why."""

BODIES: dict[tuple[str, str], object] = {
    ("patch", "/api/v1/sip/accounts/{account}"): {"display_name": "Mine"},
    ("put", "/api/v1/flows/{flow}/draft"): {"text": "mine"},
    ("post", "/api/v1/flows/{flow}/roll-back"): {"number": 1},
    ("put", "/api/v1/price-lists/{list_id}"): PRICES,
}
"""What to send where the document gives no example."""

QUERIES = {"/api/v1/agents/{agent_id}/knowledge/search": {"question": "parking"}}

ENDLESS = {"/api/v1/calls/changes"}
"""Streams that go on for as long as somebody listens; tests/web/test_calls.py tries whose calls they tell of."""

FORGIVEN = {"scope", "not_a_person"}
"""Codes of a 403 that is said to every key, whoever's the thing is."""


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    operation: dict[str, Any]

    @property
    def kinds(self) -> list[str]:
        return re.findall(r"([\w-]+)/\{\w+\}", self.path)

    def at(self, things: Belongings) -> str:
        """Return the address of somebody's thing."""
        return re.sub(r"([\w-]+)/\{\w+\}", lambda found: f"{found[1]}/{things[found[1]]}", self.path)

    def body(self, schemas: dict[str, Any]) -> object:
        """Return something that the route understands."""
        if (self.method, self.path) in BODIES:
            return BODIES[self.method, self.path]
        content = self.operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        schema = content.get("schema", {})
        for option in (schema, *schema.get("anyOf", ())):
            named = schemas.get(str(option.get("$ref", "")).rpartition("/")[2], option)
            if "example" in named or "examples" in named:
                return named.get("example", named.get("examples", [None])[0])
        return {} if content else None


DOCUMENT = routed().openapi()
ROUTES = [
    Route(method, path, operation) for path, item in DOCUMENT["paths"].items() for method, operation in item.items()
]


def _owned() -> Iterator[Route]:
    for route in ROUTES:
        if "{" in route.path and not set(route.kinds) & NOBODYS.keys():
            yield route


@dataclass(frozen=True)
class Street:
    """A reseller, and two neighbours below it, of whom the first owns ``things``; ``above`` is what the reseller owns."""

    site: Site
    reseller: User
    owner: User
    neighbour: User
    things: Belongings
    above: Belongings


@asynccontextmanager
async def street(folder: Path) -> AsyncIterator[Street]:
    async with site(folder) as plain:
        here = furnished(plain)
        north = await administrator(here, here.account.operator.tenant, "north", "reseller")
        owner, neighbour = [await administrator(here, north.tenant, slug) for slug in ("acme", "bakery")]
        things, above = await belongings(here, owner), await belongings(here, north, number="+442079460002")
        yield Street(here, north, owner, neighbour, things, above)


async def _ask(client: httpx.AsyncClient, route: Route, things: Belongings) -> httpx.Response:
    body, params = route.body(DOCUMENT["components"]["schemas"]), QUERIES.get(route.path)
    if "multipart/form-data" in route.operation.get("requestBody", {}).get("content", {}):
        return await client.request(route.method, route.at(things), files={"file": ("a.txt", b"text", "text/plain")})
    return await client.request(route.method, route.at(things), json=body, params=params)


def test_every_kind_of_thing_in_a_path_is_made_for_the_walk(tmp_path: Path) -> None:
    async def main() -> None:
        async with street(tmp_path) as at:
            missing = {kind: route.path for route in _owned() for kind in route.kinds if kind not in at.things}
            unnamed = [route.path for route in _owned() if route.path.count("{") != len(route.kinds)]
            assert not unnamed, "an id stands behind the name of its kind: /things/{thing}"
            assert not missing, "make one in tests/web/belongings.py, or name it in NOBODYS with its reason"

    run_real(main())


def test_another_tenants_things_do_not_exist_on_any_route(tmp_path: Path) -> None:
    async def main() -> None:
        async with street(tmp_path) as at:
            neighbour = at.neighbour
            key = await at.site.services.keys.create(neighbour.tenant, "All", SCOPES, neighbour.id)
            wrong = []
            async with (
                at.site.as_user(neighbour) as person,
                at.site.client(authorization=f"Bearer {key.text}") as program,
            ):
                for things in (at.things, at.above):
                    for route in _owned():
                        for who, client in (("person", person), ("key", program)):
                            answer = await _ask(client, route, things)
                            said = answer.json().get("code", "") if answer.status_code == 403 else ""
                            if answer.status_code != 404 and not (who == "key" and said in FORGIVEN):
                                wrong.append(
                                    f"{who} {route.method} {route.path}: {answer.status_code} {answer.text[:200]}"
                                )
            assert wrong == []
            await _nothing_is_lost(at)

    run_real(main())


async def _nothing_is_lost(at: Street) -> None:
    """Whoever owns the things still finds each, so the walk asked for what is there; and so does their reseller, for them."""
    acting = {"Switchroom-Tenant": "acme"}
    async with at.site.as_user(at.owner) as owner, at.site.as_user(at.reseller) as reseller:
        lost = []
        for route in _owned():
            if route.method == "get" and route.path.endswith("}") and "versions" not in route.kinds:
                for who, client, headers in (("owner", owner, {}), ("reseller", reseller, acting)):
                    answer = await client.get(route.at(at.things), headers=headers)
                    if answer.status_code != 200:
                        lost.append(f"{who} {route.path}: {answer.status_code} {answer.text[:200]}")
        assert lost == []


def test_no_list_shows_another_tenants_things(tmp_path: Path) -> None:
    async def main() -> None:
        async with street(tmp_path) as at:
            shared = {"1"}  # the number of a version
            ids = {thing for things in (at.things, at.above) for thing in things.values()} - shared
            shown, seen = [], set()
            async with at.site.as_user(at.neighbour) as neighbour, at.site.as_user(at.owner) as owner:
                for route in ROUTES:
                    if route.method != "get" or "{" in route.path or route.path in ENDLESS:
                        continue
                    theirs, ours = [(await client.get(route.path)).text for client in (neighbour, owner)]
                    shown += [(route.path, thing) for thing in ids if thing in theirs]
                    seen |= {thing for thing in ids if thing in ours}
            assert shown == []
            assert len(seen) > 10  # the lists would have shown them

    run_real(main())


@pytest.mark.parametrize("other", ["north", "acme", "platform", "demo"])
def test_nobody_works_for_a_tenant_beside_or_above(tmp_path: Path, other: str) -> None:
    async def main() -> None:
        async with street(tmp_path) as at, at.site.as_user(at.neighbour) as client:
            for route in ROUTES:
                if route.path.startswith("/api/v1/") and route.method == "get" and "{" not in route.path:
                    answer = await client.get(route.path, headers={"Switchroom-Tenant": other})
                    public = "401" not in route.operation["responses"] and answer.status_code == 200
                    assert answer.status_code == 404 or public or answer.status_code in (401, 403), route.path

    run_real(main())
