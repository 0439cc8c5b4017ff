"""Telephones seen from a process without SIP: the engines say who is registered with them, and let go of who is to go."""

from pathlib import Path

import pytest

from switchroom.errors import Unavailable
from switchroom.fleet.post import Post
from switchroom.fleet.registry import Process, Registry
from switchroom.hosting import hosting
from switchroom.roles.remote_telephones import RemoteTelephones, of_endpoint, remote_telephones
from switchroom.settings import SipSettings
from switchroom.storage.streams import Streams
from tests.servers.redis import Redis
from tests.storage.stories import migrated
from tests.test_telephones import house, proof
from tests.virtual_time import run_real

REALM = "acme.sip.local"


def test_an_api_lists_the_telephones_of_the_engines_and_lets_one_go(tmp_path: Path, redis: Redis) -> None:
    async def main() -> None:
        async with house(tmp_path / "house") as at, migrated(tmp_path / "fleet") as database:
            opened = await at.office.phones.create(at.office.tenant.id, "anna")
            assert await at.outcome("anna", proof(opened)) == "Registered"
            streams = Streams(redis.url)
            registry = Registry(database)
            await registry.enter(Process("eng", "engine", "host", "1", 100.0, most=5), alone=False)
            engine, api = Post(streams, "eng"), Post(streams, "api")
            engine.handlers |= of_endpoint(at.endpoint)
            settings = SipSettings(port=5060, wss_port=7443)
            phones = remote_telephones(at.office.phones, RemoteTelephones(api, registry), settings)
            assert phones.ports == {"udp": 5060, "tcp": 5060, "wss": 7443}
            async with hosting(api.run()), hosting(engine.run()):
                [device] = await phones.devices(REALM)
                assert (device.record, device.id) == ("anna@acme.sip.local", at.endpoint.devices(REALM)[0].id)
                assert await phones.devices("other.sip.local") == []
                await phones.forget(device.record, device.contact)
                assert await phones.devices(REALM) == []
                await registry.enter(Process("silent", "engine", "host", "1", 100.0, most=5), alone=False)
                api.patience = 0.2
                with pytest.raises(Unavailable, match="does not answer"):
                    await phones.devices(REALM)
            await streams.close()

    run_real(main())
