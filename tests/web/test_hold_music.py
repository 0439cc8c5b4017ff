"""Music of a tenant's own: chosen, heard from the next call on, and taken back."""

import asyncio
from pathlib import Path

import numpy as np

from switchroom.catalogue.hold_music import LONGEST, HoldMusic
from switchroom.identity import TenantId
from switchroom.media.wav import header
from tests.virtual_time import run_real
from tests.web.site import site
from tests.web.test_trunks import agent


def _wav(seconds: float, rate: int = 8000) -> bytes:
    samples = (np.sin(np.arange(round(seconds * rate)) / 20) * 5000).astype("<i2").tobytes()
    return header(rate, 1, len(samples)) + samples


def test_a_tenant_chooses_its_music_and_goes_back_to_the_houses(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client, here.as_user(await here.stranger()) as stranger:
            where = "/api/v1/hold-music"
            assert (await client.get(where)).json() == {"own": False, "seconds": 0.0}
            assert (await client.delete(where)).status_code == 404
            chosen = await client.put(where, content=_wav(3.0))
            assert (chosen.status_code, chosen.json()) == (200, {"own": True, "seconds": 3.0})
            assert (await client.get(where)).json() == chosen.json()
            assert (await stranger.get(where)).json()["own"] is False
            music = HoldMusic(here.services.settings.hold_music)
            played = await music.of(here.account.tenant.id)
            assert played is not None and len(played) == 48_000
            assert (await client.delete(where)).status_code == 204
            assert await music.of(here.account.tenant.id) is None

    run_real(story())


def test_what_is_no_music_is_refused_and_only_an_administrator_chooses(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client, here.as_user(await agent(here)) as other:
            where = "/api/v1/hold-music"
            long = _wav(LONGEST + 1, 4000)
            for content, why in ((b"no", "not a WAV file"), (_wav(1.0), "lasts 1.0 seconds"), (long, "lasts 601")):
                refused = await client.put(where, content=content)
                assert refused.status_code == 422 and why in refused.json()["detail"], refused.text
            assert (await other.put(where, content=_wav(3.0))).status_code == 403

    run_real(story())


def test_a_file_that_breaks_or_goes_leaves_the_houses_music(tmp_path: Path) -> None:
    async def story() -> None:
        music, tenant = HoldMusic(tmp_path), TenantId("tnt_1")
        assert await HoldMusic().of(tenant) is None and await music.of(tenant) is None
        async with asyncio.TaskGroup() as tasks:
            for seconds in (2.0, 3.0):
                tasks.create_task(music.put(tenant, _wav(seconds)))
        found = await music.of(tenant)
        assert found is not None and len(found) in (32_000, 48_000)
        (tmp_path / "tnt_1.wav").write_bytes(b"broken")
        assert await music.of(tenant) is None
        assert await music.of(TenantId("../tnt_1")) is None

    run_real(story())
