"""Settings and brand over the API: read by everybody, said by administrators, limits by who is above."""

from pathlib import Path

from tests.virtual_time import run_real
from tests.web.site import site
from tests.web.test_tenants import HEADER

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def test_a_tenant_says_its_brand_and_who_is_above_its_limits(tmp_path: Path) -> None:
    async def main() -> None:
        async with site(tmp_path) as here, here.as_user() as client, here.as_user(here.account.operator) as operator:
            changed = await client.patch("/api/v1/settings", json={"brand_name": "Copper", "brand_color": "#aa0000"})
            assert changed.status_code == 200, changed.text
            assert changed.json()["effective"]["brand_name"] == "Copper"
            assert changed.json()["origin"]["brand_name"] == "own"
            assert changed.json()["origin"]["currency"] == "default"
            denied = await client.patch("/api/v1/settings", json={"limit_calls": 1000})
            assert (denied.status_code, denied.json()["code"]) == (403, "not_above")
            acting = {HEADER: "demo"}
            limited = await operator.patch("/api/v1/settings", json={"limit_calls": 3}, headers=acting)
            assert limited.json()["own"]["limit_calls"] == 3
            assert (await client.get("/api/v1/settings")).json()["effective"]["limit_calls"] == 3
            for wrong in ({"brand_color": "red"}, {"nonsense": 1}, {"brand_name": ""}):
                assert (await client.patch("/api/v1/settings", json=wrong)).status_code == 422

    run_real(main())


def test_the_brand_is_public_by_host_or_slug_and_its_logo_harmless(tmp_path: Path) -> None:
    async def main() -> None:
        async with site(tmp_path) as here, here.as_user() as client, here.client() as public:
            fields = {"brand_name": "Copper", "brand_color": "#aa0000", "brand_domain": "copper.example"}
            await client.patch("/api/v1/settings", json=fields)
            assert (await public.get("/api/v1/brand")).json()["name"] == "Switchroom"
            by_host = (await public.get("/api/v1/brand", headers={"host": "copper.example"})).json()
            by_slug = (await public.get("/api/v1/brand?tenant=demo")).json()
            assert by_host["name"] == by_slug["name"] == "Copper"
            assert by_host["logo"] is None
            assert (await public.get("/api/v1/brand?tenant=nobody")).status_code == 404
            assert (await public.get("/api/v1/brand/logo?tenant=demo")).status_code == 404
            style = await public.get(by_slug["css"])
            assert style.headers["content-type"].startswith("text/css")
            assert "--accent: #aa0000;" in style.text
            assert (await client.put("/api/v1/settings/logo", content=b"<html>")).status_code == 422
            assert (await client.put("/api/v1/settings/logo", content=b"x" * 600_000)).status_code == 422
            assert (await client.put("/api/v1/settings/logo", content=PNG)).json()["logo"] is not None
            picture = await public.get("/api/v1/brand/logo?tenant=demo")
            assert (picture.content, picture.headers["content-type"]) == (PNG, "image/png")
            assert picture.headers["x-content-type-options"] == "nosniff"
            assert "sandbox" in picture.headers["content-security-policy"]
            assert (await client.delete("/api/v1/settings/logo")).json()["logo"] is None

    run_real(main())


def test_pages_show_the_brand_of_who_looks_at_them(tmp_path: Path) -> None:
    async def main() -> None:
        async with site(tmp_path) as here, here.as_user() as client, here.in_browser() as browser:
            await client.patch("/api/v1/settings", json={"brand_name": "Copper & Co"})
            shown = (await browser.get("/calls")).text
            assert "Copper &amp; Co</a>" in shown
            assert "/brand.css?tenant=demo" in shown
            async with here.client(accept="text/html") as anybody:
                assert "Copper" not in (await anybody.get("/login")).text

    run_real(main())
