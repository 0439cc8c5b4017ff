"""What tenants inherit, on both databases; and what a logo may be."""

from pathlib import Path

import pytest

from switchroom.accounts.branding import branded
from switchroom.accounts.logo import LARGEST, Logo, examine
from switchroom.accounts.settings_book import SettingsBook
from switchroom.accounts.sip_accounts import SipAccounts
from switchroom.accounts.tenancy import Wanted
from switchroom.accounts.tenant_tree import PLATFORM
from switchroom.errors import Conflict, Invalid, NotFound
from switchroom.ports.plan import Quota
from switchroom.storage.scope import WHOLE_HOUSE
from tests.accounts.test_tenancy import tree
from tests.virtual_time import run_real

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.mark.databases
def test_the_nearest_word_counts_and_says_where_it_is_from(tmp_path: Path) -> None:
    async def main() -> None:
        async with tree(tmp_path) as at:
            book, elsewhere = at.tenancy.settings, SettingsBook(at.database, lambda: 1.0)
            await book.change(PLATFORM, {"currency": "GBP", "brand_name": "House"})
            await book.change(at.north.id, {"brand_name": "North", "brand_color": "#AA0000"})
            await book.change(at.dental.id, {"brand_color": "#00aa00"})
            found = await elsewhere.of(at.dental.id)
            values = found.values
            assert (values.brand_name, values.brand_color, values.currency) == ("North", "#00aa00", "GBP")
            origin = {name: found.origin[name] for name in ("brand_name", "brand_color", "currency", "limit_calls")}
            assert list(origin.values()) == ["reseller", "own", "platform", "default"]
            await book.change(at.north.id, {"brand_name": None})
            assert (await elsewhere.of(at.dental.id)).values.brand_name == "House"
            await at.tenancy.change(PLATFORM, "dental", Wanted(parent="south"))
            assert (await elsewhere.of(at.dental.id)).chain[1].tenant == at.south.id
            with pytest.raises(NotFound):
                await book.change(at.dental.id.__class__("tnt_nobody"), {})

    run_real(main())


@pytest.mark.databases
def test_a_domain_is_one_tenants_and_leads_to_its_brand(tmp_path: Path) -> None:
    async def main() -> None:
        async with tree(tmp_path) as at:
            book = at.tenancy.settings
            await book.change(at.north.id, {"brand_domain": "Voice.North.example", "mail_from": "hello@north.example"})
            with pytest.raises(Conflict):
                await book.change(at.south.id, {"brand_domain": "voice.north.example"})
            assert await book.meant("voice.north.example:8443") == at.north.id
            assert await book.meant("elsewhere.example") == PLATFORM
            assert await book.meant("", "dental") == at.dental.id
            async with at.database.snapshot(WHOLE_HOUSE) as session:
                brand = await branded(book, "http://home")(session, at.dental.id)
            assert (brand.sender, brand.home) == ("hello@north.example", "https://voice.north.example")
            for wrong in (
                {"brand_domain": "no host"},
                {"brand_color": "red;}"},
                {"limit_calls": -1},
                {"mail_from": "a b"},
            ):
                with pytest.raises(Invalid):
                    await book.change(at.north.id, wrong)

    run_real(main())


def test_limits_bind_at_every_level_where_they_are_said(tmp_path: Path) -> None:
    async def main() -> None:
        async with tree(tmp_path) as at:
            book = at.tenancy.settings
            await book.change(at.north.id, {"limit_calls": 10})
            await book.change(at.dental.id, {"limit_calls": 99, "limit_calls_per_minute": 6})
            assert await book.quotas(at.dental.id) == (Quota(at.dental.id, 99, 6), Quota(at.north.id, 10, None))
            assert await book.quotas(at.florist.id) == (Quota(at.north.id, 10, None),)
            assert (await book.of(at.florist.id)).values.limit_calls == 10

    run_real(main())


def test_telephones_register_below_their_resellers_domain(tmp_path: Path) -> None:
    async def main() -> None:
        async with tree(tmp_path) as at:
            phones = SipAccounts(at.database, "s" * 32, lambda: 1.0)
            await phones.set_domain(at.north.id, "sip.north.example")
            assert await phones.domain(at.dental.id) == "dental.sip.north.example"
            assert await phones.domain(at.bakery.id) == "bakery.sip.local"
            assert phones.book.realm("dental.sip.north.example") == "dental.sip.local"
            await phones.set_domain(at.dental.id, "sip.dental.example")
            assert await phones.domain(at.dental.id) == "sip.dental.example"
            await at.tenancy.change(PLATFORM, "florist", Wanted(parent="south"))
            await phones.refresh()
            assert phones.book.realm("florist.sip.north.example") == ""

    run_real(main())


@pytest.mark.databases
def test_a_logo_is_inherited_until_there_is_one_of_ones_own(tmp_path: Path) -> None:
    async def main() -> None:
        async with tree(tmp_path) as at:
            book = at.tenancy.settings
            await book.hang(at.north.id, examine(PNG))
            assert await book.logo(at.dental.id) == Logo("image/png", PNG)
            own = examine(b'<svg xmlns="http://www.w3.org/2000/svg"/>')
            await book.hang(at.dental.id, own)
            await book.hang(at.dental.id, own)
            assert await book.logo(at.dental.id) == own
            await book.hang(at.dental.id, None)
            assert (await book.logo(at.dental.id)).content == PNG
            with pytest.raises(NotFound):
                await book.logo(at.bakery.id)

    run_real(main())


def test_of_an_svg_only_drawing_is_kept() -> None:
    evil = b"""<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" onload="alert(1)">
      <script>alert(1)</script><foreignObject><body/></foreignObject><a href="javascript:alert(1)"><path d="M0 0"/></a>
      <style>@import url(http://evil.example)</style><image href="http://evil.example/x.png"/><use xlink:href="#a"/>
      <rect width="10" style="fill:url(http://evil.example)" onclick="alert(1)" fill="#fff"/>
      <g fill="url(#gradient)"><circle r="1"/></g></svg>"""
    kept = examine(evil).content.decode()
    for bad in ("script", "alert", "evil", "href", "foreignObject", "style", "onload", "onclick"):
        assert bad not in kept
    for good in ("<rect", 'width="10"', 'fill="#fff"', "<circle", "url(#gradient)"):
        assert good in kept


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"<html><script>alert(1)</script></html>",
        b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
        b"<svg>no namespace</svg>",
        b'<svg xmlns="http://www.w3.org/2000/svg">',
        b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<g>" * 60 + b"</g>" * 60 + b"</svg>",
        b"\x89PNG\r\n\x1a\n" + b"\0" * LARGEST,
    ],
)
def test_what_is_no_harmless_picture_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        examine(content)
