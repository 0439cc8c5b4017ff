"""Trunks as they are written, stored, sealed and read again."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from switchroom.catalogue.service import Catalogue
from switchroom.catalogue.trunk_form import SECRETS, TrunkForm, build, read
from switchroom.catalogue.trunk_kinds import KINDS, USUAL
from switchroom.catalogue.trunks import Trunks
from switchroom.errors import Conflict, Invalid, NotFound, Unavailable
from switchroom.identity import TenantId
from switchroom.sip.description.policy import MediaPolicy
from switchroom.sip.messages.grammar import Malformed
from switchroom.sip.messages.uri import parse_uri
from switchroom.sip.outputs import Transmit
from switchroom.sip.peer import Peer
from switchroom.sip.trunks.trunk import Trunk
from switchroom.sip.trunks.trunk_route import route
from switchroom.sip.trunks.trunk_table import Arrival, Known, Stranger, TrunkTable
from switchroom.storage.db import Database
from switchroom.storage.vault import Vault
from switchroom.transports.sip.trunks.lines import registering
from tests.servers.databases import told, url_in
from tests.sip.texts import agent, header
from tests.storage.stories import TENANT, migrated
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases

OTHER = TenantId("tnt_2")
SECRET = "s" * 32


def clock() -> Callable[[], float]:
    ticks = count(1_000.0)
    return lambda: next(ticks)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[Trunks, Database]]:
    async with migrated(folder) as database:
        yield Trunks(database, Vault(SECRET), clock()), database


def form(**fields: object) -> dict[str, object]:
    return {"name": "Carrier", **fields}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_form_that_holds(kind: str) -> None:
    line = {"user": "line", "password": "secret", "domain": "pbx"} if USUAL[kind].get("registers") else {}  # type: ignore[index]
    made = read({**USUAL[kind], "name": kind, "kind": kind, **line})  # type: ignore[index]
    trunk = build("trk_1", TENANT, made, {"password": "secret"})
    assert trunk.kind == kind
    assert (trunk.registering is not None) is (kind in ("ovh", "fritzbox", "fusionpbx"))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"networks": ["10.0.0.1/8"]}, "networks.0: '10.0.0.1/8' is no network: 10.0.0.1/8 has host bits set"),
        ({"networks": ["somewhere"]}, "networks.0: 'somewhere' is no network"),
        ({"networks": ["0.0.0.0/0"]}, "networks: 0.0.0.0/0 is too wide"),
        ({"proxies": ["mailto:x@example.com"]}, "proxies.0: 'mailto:x@example.com' is no SIP address"),
        ({"allow": ["44"]}, "allow.0: '44' is no beginning of a number"),
        ({"headers": {"Via": "x"}}, "'Via' cannot be used as the name of a header"),
        ({"headers": {"f": "x"}}, "'f' cannot be used as the name of a header"),
        ({"outbound_token_header": "V"}, "'V' cannot be used as the name of a header"),
        ({"headers": {"X-A": "x\r\nVia: y"}}, "headers.X-A"),
        ({"domain": "sip:example.com"}, "domain: 'sip:example.com' is no host"),
        ({"domain": ".example.com"}, "domain: 'sip:.example.com' is no SIP address"),
        ({"domain": "a.example:99999"}, "domain: 'sip:a.example:99999' is no SIP address"),
        ({"domain": "sip..example.com"}, "domain: 'sip..example.com' is no host"),
        ({"inbound_domain": f"{'a' * 64}.example"}, "is no host"),
        ({"proxies": ["sip:a..b;lr"]}, "proxies.0: 'a..b' is no host"),
        ({"registrar": "a..b"}, "'a..b' is no host"),
        ({"contact_user": "me@home"}, "contact_user: 'me@home' cannot be the user of our contact"),
        ({"registers": True, "domain": "fritz.box"}, "user: a trunk that registers needs the user"),
        ({"registers": True, "user": "620"}, "registrar: a trunk that registers needs a registrar"),
        ({"codecs": ["MP3"]}, "codecs.0"),
        ({"color": "red"}, "color: there is no such field; the fields are name, "),
        ({"netwrks": "192.0.2.1"}, "netwrks: there is no such field; did you mean networks?"),
        ({"max_calls": -1}, "max_calls"),
    ],
)
def test_what_is_wrong_with_a_form_names_the_field_and_the_cure(fields: dict[str, object], said: str) -> None:
    with pytest.raises(Invalid) as caught:
        read({"name": "Carrier", **fields})
    assert said in str(caught.value)


def test_what_is_wrong_with_a_form_does_not_show_the_secret() -> None:
    with pytest.raises(ValidationError) as caught:
        TrunkForm.model_validate(form(password="sesame" * 50))
    assert "sesame" not in str(caught.value)


def test_a_new_trunk_has_what_is_usual_for_its_kind_and_what_was_said(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as (trunks, _):
            made = await trunks.create(
                TENANT, form(kind="ovh", user="0033972101112", password="secret", codecs=["PCMU"])
            )
            assert (made.form.domain, made.form.registers, made.form.codecs) == ("sip5.ovh.fr", True, ("PCMU",))
            trunk = await trunks.built(made.id, TENANT)
            assert trunk.media == MediaPolicy(("PCMU",))
            assert trunk.registering is not None and trunk.registering.contact_user == made.id
            assert await trunks.get("Carrier", TENANT) == made

    run_real(main())


def test_secrets_are_sealed_and_never_come_back(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as (trunks, _):
            given = {name: f"sesame-{name}" for name in SECRETS}
            asked = {
                "inbound_user": "pbx",
                "inbound_token_header": "X-In",
                "outbound_token_header": "X-Out",
                "user": "us",
            }
            made = await trunks.create(TENANT, form(**asked, **given))
            assert made.secrets == frozenset(SECRETS)
            assert "sesame" not in repr(made) + made.form.model_dump_json() + repr(await trunks.built(made.id, TENANT))
            trunk = await trunks.built(made.id, TENANT)
            assert trunk.outbound.credentials is not None and trunk.outbound.credentials.password == "sesame-password"
            assert trunk.inbound.token is not None and trunk.inbound.token.value == "sesame-inbound_token"
            stored = await told(tmp_path, "SELECT * FROM trunks")
            assert "sesame" not in stored and "X-Out" in stored

    run_real(main())


def test_a_change_keeps_the_secrets_that_it_does_not_name(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as (trunks, _):
            made = await trunks.create(
                TENANT, form(user="us", password="one", outbound_token_header="X-T", outbound_token="two")
            )
            changed = await trunks.change(made.id, TENANT, {"max_calls": 3})
            assert (changed.form.max_calls, changed.form.user, changed.secrets) == (3, "us", made.secrets)
            fewer = await trunks.change(made.id, TENANT, {"outbound_token": None})
            assert fewer.secrets == {"password"}
            assert (await trunks.built(made.id, TENANT)).outbound.token is None

    run_real(main())


def test_a_secret_that_is_needed_must_be_there(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as (trunks, _):
            with pytest.raises(Invalid, match="inbound_token: it is needed with 'X-In'"):
                await trunks.create(TENANT, form(inbound_token_header="X-In"))
            made = await trunks.create(TENANT, form(inbound_user="pbx", inbound_password="secret"))
            with pytest.raises(Invalid, match="inbound_password"):
                await trunks.change(made.id, TENANT, {"inbound_password": ""})

    run_real(main())


def test_under_another_secret_nothing_opens_and_nobody_is_let_in(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as (trunks, database):
            made = await trunks.create(
                TENANT, form(networks=["192.0.2.0/24"], inbound_token_header="X-In", inbound_token="sesame")
            )
            strange = Trunks(database, Vault("t" * 32), clock())
            with pytest.raises(Unavailable) as caught:
                await strange.built(made.id, TENANT)
            assert caught.value.code == "sealed"
            assert (await strange.all(TENANT))[0].secrets == frozenset()
            assert isinstance((await strange.table()).match(Arrival("192.0.2.7", "demo")), Stranger)

    run_real(main())


def test_a_box_does_not_open_for_another_owner() -> None:
    vault = Vault(SECRET)
    box = vault.seal({"password": "sesame"}, "trk_1")
    assert vault.open(box, "trk_1") == {"password": "sesame"}
    assert vault.seal({"password": "sesame"}, "trk_1") != box
    for wrong, owner in ((box, "trk_2"), (box[:-4] + "AAAA", "trk_1"), ("v1.???", "trk_1"), ("v1.", "trk_1")):
        with pytest.raises(Unavailable):
            vault.open(wrong, owner)


def test_a_tenant_sees_and_changes_its_own_trunks_alone(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as (trunks, _):
            made = await trunks.create(TENANT, form())
            await trunks.create(OTHER, form())
            assert [record.id for record in await trunks.all(TENANT)] == [made.id]
            with pytest.raises(NotFound):
                await trunks.get(made.id, OTHER)
            with pytest.raises(NotFound):
                await trunks.change(made.id, OTHER, {"enabled": False})
            with pytest.raises(NotFound):
                await trunks.delete(made.id, OTHER)
            await trunks.delete(made.id, TENANT)
            assert await trunks.all(TENANT) == []

    run_real(main())


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ({}, {"name": "carrier "}, ""),
        ({}, {}, "choose another name"),
        (
            {"inbound_user": "pbx", "inbound_password": "a"},
            {"inbound_user": "pbx", "inbound_password": "b"},
            "inbound_user",
        ),
        ({"networks": ["192.0.2.0/24"]}, {"name": "b", "networks": ["192.0.2.0/24"]}, "'Carrier' too"),
        ({"networks": ["192.0.2.0/24"]}, {"name": "b", "networks": ["192.0.2.0/24"], "inbound_prefix": "8123"}, ""),
        ({"networks": ["192.0.2.0/24"]}, {"name": "b", "networks": ["192.0.2.0/25"]}, ""),
        ({"networks": ["192.0.2.0/24"], "enabled": False}, {"name": "b", "networks": ["192.0.2.0/24"]}, ""),
    ],
)
def test_two_trunks_of_a_tenant_can_be_told_apart(
    tmp_path: Path, first: dict[str, object], second: dict[str, object], said: str
) -> None:
    async def main() -> None:
        async with opened(tmp_path) as (trunks, _):
            await trunks.create(TENANT, form(**first))
            if not said:
                await trunks.create(TENANT, form(**second))
                return
            with pytest.raises(Conflict, match=said):
                await trunks.create(TENANT, form(**second))

    run_real(main())


def test_not_all_calls_of_a_network_are_one_tenant_s_if_another_names_it_too(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as (trunks, _):
            await trunks.create(TENANT, form(networks=["192.0.2.0/24", "2001:db8::/48"]))
            for network in ("192.0.2.7/32", "192.0.0.0/16", "2001:db8::7"):
                with pytest.raises(Conflict, match="named by a trunk of another tenant"):
                    await trunks.create(OTHER, form(networks=[network], number="demo"))
            await trunks.create(OTHER, form(name="a", networks=["198.51.100.7/32"], number="demo"))
            await trunks.create(OTHER, form(name="b", networks=["192.0.2.7/32"]))
            await trunks.create(OTHER, form(name="c", networks=["192.0.2.7/32"], number="demo", numbers=["+1555"]))
            with pytest.raises(Conflict):
                await trunks.change("b", OTHER, {"number": "demo"})

    run_real(main())


def test_whom_calls_prove_to_be_is_one_trunk_of_the_installation(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as (trunks, _):
            await trunks.create(TENANT, form(inbound_user="pbx", inbound_password="a"))
            with pytest.raises(Conflict):
                await trunks.create(OTHER, form(inbound_user="pbx", inbound_password="b"))

    run_real(main())


def test_the_table_knows_trunks_and_numbers_and_its_stamp_tells_of_every_write(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as (trunks, database):
            elsewhere = Trunks(database, Vault(SECRET), clock())
            stamps = [await elsewhere.stamp()]
            made = await trunks.create(TENANT, form(networks=["192.0.2.0/24"]))
            stamps.append(await elsewhere.stamp())
            catalogue = Catalogue(database)
            await catalogue.bind("+15550100", await catalogue.create_agent(TENANT, "Ada", "flow.yaml"))
            stamps.append(await elsewhere.stamp())
            await trunks.change(made.id, TENANT, {"reads_bare": True})
            stamps.append(await elsewhere.stamp())
            match = (await elsewhere.table()).match(Arrival("192.0.2.7", "15550100"))
            assert isinstance(match, Known) and (match.trunk.id, match.dialled) == (made.id, "+15550100")
            await trunks.delete(made.id, TENANT)
            stamps.append(await elsewhere.stamp())
            assert len(set(stamps)) == 5 and stamps[-1] == await elsewhere.stamp()

    run_real(main())


async def rewrite(folder: Path, form_: str) -> None:
    value = ":form" if url_in(folder).startswith("sqlite") else "CAST(:form AS json)"
    await told(folder, f"UPDATE trunks SET form = {value}", form=form_)


def test_a_form_of_another_version_that_cannot_be_read_is_off_until_it_is_entered_anew(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as (trunks, _):
            made = await trunks.create(TENANT, form(networks=["192.0.2.0/24"], domain="x.example"))
            await rewrite(tmp_path, '{"name": "Carrier", "networks": ["192.0.2.0/24"], "codecs": ["MP3"]}')
            assert made.id not in (await trunks.table()).trunks
            (shown,) = await trunks.all(TENANT)
            assert (shown.form.name, shown.form.enabled) == ("Carrier", False)
            assert await trunks.usable(TENANT) == []
            await trunks.create(TENANT, form(name="Other", networks=["192.0.2.0/24"]))
            with pytest.raises(Invalid, match=r"codecs\.0"):
                await trunks.change(made.id, TENANT, {"max_calls": 3})
            await trunks.change(made.id, TENANT, {"codecs": ["PCMU"], "networks": []})
            assert made.id in (await trunks.table()).trunks

    run_real(main())


def test_fields_of_a_newer_version_are_passed_over(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as (trunks, _):
            made = await trunks.create(TENANT, form())
            await rewrite(tmp_path, '{"name": "Carrier", "networks": ["192.0.2.0/24"], "hologram": true}')
            assert (await trunks.get(made.id, TENANT)).form.networks == ["192.0.2.0/24"]
            assert made.id in (await trunks.table()).trunks

    run_real(main())


def test_an_account_that_is_called_like_a_mailbox_is_escaped_where_it_is_an_address() -> None:
    made = read({"name": "x", "registers": True, "domain": "pbx.example", "user": "620@pbx", "password": "secret"})
    trunk = build("trk_1", TENANT, made, made.secrets())
    assert registering(trunk, Peer("udp", "192.0.2.1", 5060)).sender == "sip:620%40pbx@pbx.example"
    assert route(trunk, "+442079460000", "").sender == "sip:620%40pbx@pbx.example"
    assert trunk.outbound.credentials is not None and trunk.outbound.credentials.user == "620@pbx"


def test_a_password_answers_only_the_realm_that_it_is_for() -> None:
    challenge = 'Digest realm="elsewhere", nonce="n1", algorithm=MD5'
    for realm, methods in (("", ["REGISTER"]), ("elsewhere", ["REGISTER"]), ("pbx.example", [])):
        fields = {"name": "x", "registers": True, "domain": "pbx.example", "user": "620", "password": "secret"}
        made = read({**fields, "realm": realm})
        alice, there = agent(), Peer("udp", "192.0.2.2", 5060)
        (asked,) = alice.send(registering(build("trk_1", TENANT, made, made.secrets()), there), 0.0)
        assert isinstance(asked, Transmit)
        copied = [f"{name}: {header(asked, name)}" for name in ("Via", "From", "To", "Call-ID", "CSeq")]
        lines = ["SIP/2.0 401 Unauthorized", *copied, f"WWW-Authenticate: {challenge}", "Content-Length: 0", "", ""]
        outputs = alice.receive("\r\n".join(lines).encode(), there, 1.0)
        again = [told.data.decode() for told in outputs if isinstance(told, Transmit)]
        assert [text.partition(" ")[0] for text in again] == methods
        assert all("response=" in text for text in again)


def test_a_trunk_that_cannot_be_built_leaves_the_others_in_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails_for_one(trunk: str, tenant: TenantId, made: TrunkForm, secrets: Mapping[str, str]) -> Trunk:
        if made.name == "broken":
            raise Malformed("Bad URI")
        return build(trunk, tenant, made, secrets)

    async def main() -> None:
        async with opened(tmp_path) as (trunks, _):
            await trunks.create(TENANT, form(name="broken"))
            good = await trunks.create(TENANT, form(name="good"))
            monkeypatch.setattr("switchroom.catalogue.trunks.build", fails_for_one)
            assert set((await trunks.table()).trunks) == {good.id}
            with pytest.raises(Invalid, match="trunk 'broken' cannot be used"):
                await trunks.built("broken", TENANT)

    run_real(main())


_VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=30), st.lists(st.text(max_size=20), max_size=3),
    st.dictionaries(st.text(max_size=10), st.text(max_size=10), max_size=2),
    st.sampled_from([".example.com", "a.example:99999", "sip..example.com", "620@pbx", "a:b", "%zz", "<x>", "pbx.example"]),
    st.sampled_from(["sip:[::1]:5060;transport=tcp", "0.0.0.0/0", "::/0", "+44", "twilio", "e164", "620"]),
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(sorted(TrunkForm.model_fields)), _VALUES, max_size=6))
def test_fuzz_a_form_is_usable_or_says_what_is_wrong(values: dict[str, object]) -> None:
    try:
        made = read({"name": "x", **values})
    except Invalid:
        return
    secrets = made.secrets()
    trunk = build("trk_1", TENANT, made, secrets)
    TrunkTable([trunk])
    if trunk.registering is not None:
        command = registering(trunk, Peer("udp", "192.0.2.1", 5060))
        assert agent().send(command, 0.0), "a REGISTER, and not Invalid"
    if trunk.outbound.proxies or trunk.outbound.domain:
        way = route(trunk, "+442079460000", "")
        assert parse_uri(way.target).is_sip and (not way.sender or parse_uri(way.sender).is_sip)
    assert read(made.model_dump(mode="json")).model_dump() == made.model_dump()
    shown = str(made.model_dump(mode="json"))  # by chance, what is no secret may read the same
    assert all(secret in shown or secret not in repr(trunk) for secret in secrets.values() if len(secret) > 8)
