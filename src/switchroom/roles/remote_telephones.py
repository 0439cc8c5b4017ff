"""The telephones as a process without SIP sees them: each is registered with one of the engines, so all of them are asked."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from pydantic import TypeAdapter

from switchroom.accounts.sip_accounts import SipAccounts
from switchroom.fleet.post import Data, Handler, Post
from switchroom.fleet.registry import Registry
from switchroom.settings import SipSettings
from switchroom.sip.commands import Forget
from switchroom.sip.peer import Transport
from switchroom.telephones import Telephones
from switchroom.transports.sip.endpoint import SipEndpoint
from switchroom.transports.sip.trunks.devices import Device

DEVICES, FORGET = "devices", "forget"

_Found = TypeAdapter(list[Device])


@dataclass(frozen=True, slots=True)
class RemoteTelephones:
    """Asks. Everything raises Unavailable if an engine does not answer: what it has is then not known."""

    post: Post
    registry: Registry

    async def devices(self, realm: str) -> list[Device]:
        """Return what is registered in a realm, at all engines."""
        found: list[Device] = []
        for engine in await self._engines():
            found += _Found.validate_python((await self.post.ask(engine, DEVICES, {"realm": realm}))["devices"])
        return found

    async def forget(self, record: str, contact: str) -> None:
        """Let go of a device, wherever it is registered."""
        for engine in await self._engines():
            await self.post.ask(engine, FORGET, {"record": record, "contact": contact})

    async def _engines(self) -> list[str]:
        return [one.process.id for one in await self.registry.all() if one.lost is None and one.process.most]


def remote_telephones(accounts: SipAccounts, remote: RemoteTelephones, settings: SipSettings) -> Telephones:
    """Return the telephones for the web; the ports are those that the settings name, for engines share them."""
    return Telephones(accounts, remote.devices, remote.forget, _ports(settings))


def of_endpoint(endpoint: SipEndpoint) -> dict[str, Handler]:
    """Return what an engine can be asked about its telephones."""

    async def devices(data: Data) -> Data:
        return {"devices": [asdict(device) for device in endpoint.devices(str(data.get("realm")))]}

    async def forget(data: Data) -> Data:
        endpoint.send(Forget(str(data.get("record")), str(data.get("contact"))))
        return {}

    return {DEVICES: devices, FORGET: forget}


def _ports(settings: SipSettings) -> Mapping[Transport, int]:
    named: dict[Transport, int | None] = {
        "udp": settings.port,
        "tcp": settings.port,
        "tls": settings.tls_port,
        "ws": settings.ws_port,
        "wss": settings.wss_port,
    }
    return {transport: port for transport, port in named.items() if port}
