"""Trunks seen from a process without SIP: an engine probes, and says how its lines are."""

from pathlib import Path

from switchroom.catalogue.trunks import Trunks
from switchroom.fleet.post import Post
from switchroom.fleet.registry import Process, Registry
from switchroom.hosting import hosting
from switchroom.roles.remote_trunks import RemoteTrunks, of_trunks
from switchroom.settings import SipSettings
from switchroom.storage.streams import Streams
from switchroom.storage.vault import Vault
from switchroom.transports.sip.endpoint import SipEndpoint
from switchroom.transports.sip.trunks.lines import OFF
from tests.interop.ports import free_block
from tests.servers.redis import Redis
from tests.storage.stories import TENANT, migrated
from tests.virtual_time import run_real


def test_an_api_probes_by_an_engine_and_shows_its_lines(tmp_path: Path, redis: Redis) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            streams, others = Streams(redis.url), Streams(redis.url)
            trunks = Trunks(database, Vault("s" * 32), lambda: 100.0)
            nobody = f"127.0.0.1:{free_block(2)}"
            fields = {
                "name": "carrier",
                "domain": "carrier.example.com",
                "proxies": [f"sip:{nobody}"],
                "registrar": f"sip:{nobody}",
                "registers": True,
                "user": "us",
                "password": "secret",
                "number": "demo",
            }
            made = await trunks.create(TENANT, fields)
            registry = Registry(database)
            await registry.enter(Process("eng", "engine", "host", "1", 100.0, most=5), alone=False)
            engine, api = Post(streams, "eng"), Post(others, "api")
            endpoint = SipEndpoint(SipSettings(host="127.0.0.1", port=0), lambda _: None)
            await endpoint.open()
            endpoint.trunks.use(await trunks.table())
            engine.handlers |= of_trunks(trunks, endpoint.trunks)
            remote = RemoteTrunks(api, registry)
            async with hosting(endpoint.run()), hosting(engine.run()), hosting(api.run()):
                probed = await remote.probes.probe(await trunks.built(made.id, TENANT))
                assert not probed.answered
                assert nobody in probed.where
                assert remote.lines.state(made.id) == OFF
                await remote.look()
                assert remote.lines.state(made.id).state in ("trying", "failed")
                assert remote.load(made.id) == {"in": 0, "out": 0}
            for client in (streams, others):
                await client.close()

    run_real(main())
