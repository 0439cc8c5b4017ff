"""Usage, credit and prices over the API: who may see and set what."""

from functools import partial
from pathlib import Path

from switchroom.events.usage import UsageMetered
from switchroom.identity import CallId, EventId, TenantId, new_id
from switchroom.usage.charging import Charging
from tests.virtual_time import run_real
from tests.web.site import Site, site
from tests.web.test_tenants import HEADER

PRICES = {"name": "Retail", "currency": "EUR", "credit_price": 200, "prices": [{"meter": "call_seconds", "credits": 7}]}


async def _used(here: Site, tenant: TenantId, seconds: float) -> None:
    made = partial(UsageMetered, id=EventId(new_id("evt")), tenant=tenant, call=CallId("call_1"), sequence=1)
    await here.journal.write([made(at=here.clock[0], used={"call_seconds": {"": seconds}})])
    here.clock[0] += 1.0
    await Charging(here.journal, here.services.usage.credits, lambda: 0.0).catch_up()


def test_the_operator_gives_credit_and_prices_and_the_tenant_sees_them(tmp_path: Path) -> None:
    async def main() -> None:
        async with site(tmp_path) as here, here.as_user(here.account.operator) as operator, here.as_user() as tenant:
            acting = {HEADER: here.account.tenant.slug}
            list_ = (await operator.post("/api/v1/price-lists", json=PRICES)).json()["id"]
            terms = {"least": 0, "price_list": list_}
            told = await operator.patch("/api/v1/credits", json=terms, headers=acting)
            assert told.status_code == 200, told.text
            given = await operator.post("/api/v1/credits/grants", json={"amount": 1000}, headers=acting)
            assert given.status_code == 201, given.text
            await _used(here, here.account.tenant.id, 10.0)
            seen = (await tenant.get("/api/v1/credits")).json()
            assert (seen["available"], seen["spent"], seen["least"], seen["pays"]) == (930, 70, 0, True)
            assert seen["prices"]["name"] == "Retail"
            [line] = (await tenant.get("/api/v1/usage")).json()["items"]
            assert (line["meter"], line["amount"], line["cost"], line["currency"]) == (
                "call_seconds",
                10,
                14_000,
                "EUR",
            )
            statement = await tenant.get("/api/v1/statements/2027-01.csv")
            assert statement.headers["content-type"].startswith("text/csv")
            assert len(statement.text.splitlines()) == 3
            used = await operator.delete(f"/api/v1/price-lists/{list_}")
            assert used.status_code == 409

    run_real(main())


def test_nobody_gives_themselves_credit_or_better_terms(tmp_path: Path) -> None:
    async def main() -> None:
        async with site(tmp_path) as here, here.as_user() as tenant:
            for way, path, body in (
                ("POST", "/api/v1/credits/grants", {"amount": 1000}),
                ("PATCH", "/api/v1/credits", {"least": None}),
                ("PATCH", "/api/v1/credits", {"price_list": ""}),
            ):
                refused = await tenant.request(way, path, json=body)
                assert (refused.status_code, refused.json()["code"]) == (403, "not_above")
            marked = await tenant.patch("/api/v1/credits", json={"mark": 500})
            assert marked.json()["mark"] == 500

    run_real(main())


def test_a_tenant_pays_only_by_a_list_of_somebody_above_it(tmp_path: Path) -> None:
    async def main() -> None:
        async with site(tmp_path) as here, here.as_user(here.account.operator) as operator:
            eve = await here.stranger()
            async with here.as_user(eve) as stranger:
                theirs = (await stranger.post("/api/v1/price-lists", json=PRICES)).json()["id"]
            acting = {HEADER: here.account.tenant.slug}
            refused = await operator.patch("/api/v1/credits", json={"price_list": theirs}, headers=acting)
            assert refused.status_code == 404
            assert (await operator.get(f"/api/v1/price-lists/{theirs}")).status_code == 404

    run_real(main())


def test_the_ledger_is_paged_newest_first(tmp_path: Path) -> None:
    async def main() -> None:
        async with site(tmp_path) as here, here.as_user() as tenant:
            for seconds in (30.0, 60.0, 90.0):
                await _used(here, here.account.tenant.id, seconds)
            first = (await tenant.get("/api/v1/credits/ledger?limit=4")).json()
            second = (await tenant.get("/api/v1/credits/ledger", params={"cursor": first["next"]})).json()
            numbers = [line["number"] for line in first["items"] + second["items"]]
            assert numbers == sorted(numbers, reverse=True)
            assert len(numbers) == 6
            assert second["next"] is None
            assert sum(line["amount"] for line in first["items"] + second["items"]) == 0

    run_real(main())
