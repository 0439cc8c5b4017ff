"""SIP over TLS on loopback: who proves what to whom."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import structlog
from cryptography import x509

from switchroom.errors import Invalid
from switchroom.settings import SipSettings
from switchroom.sip.peer import Peer, Transport
from switchroom.transports.sip.wire import connections
from switchroom.transports.sip.wire.certificates import Certificates, self_signed
from switchroom.transports.sip.wire.guard import FAILURES
from switchroom.transports.sip.wire.sockets import SipSockets
from tests.virtual_time import run_real

MESSAGE = b"OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 5\r\n\r\nhello"


class Box:
    """Sockets whose messages and losses are kept."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[tuple[bytes, Peer]] = asyncio.Queue()
        self.lost: asyncio.Queue[Peer] = asyncio.Queue()
        self.sockets = SipSockets(lambda data, peer: self.messages.put_nowait((data, peer)), self.lost.put_nowait)

    def secure(self, name: str = "") -> Peer:
        return Peer("tls", *self.sockets.addresses["tls"], name=name)


@asynccontextmanager
async def box(settings: SipSettings) -> AsyncIterator[Box]:
    made = Box()
    await made.sockets.open(settings)
    try:
        yield made
    finally:
        made.sockets.close()
        await asyncio.sleep(0.05)  # TLS takes its leave


@pytest.fixture
def settings(tmp_path: Path) -> SipSettings:
    folder = tmp_path / "certificates"
    folder.mkdir()
    (folder / "a.pem").write_bytes(self_signed(("localhost", "127.0.0.1")))
    (folder / "b.pem").write_bytes(self_signed(("sip.tenant.test", "*.wild.test")))
    trust = tmp_path / "trust.pem"
    trust.write_bytes(b"".join(file.read_bytes() for file in folder.iterdir()))
    return SipSettings(host="127.0.0.1", port=0, tls_port=0, certificates=folder, trust=trust)


@pytest.mark.parametrize("name", ["", "localhost", "sip.tenant.test", "any.wild.test"])
def test_each_host_name_is_shown_its_own_certificate(settings: SipSettings, name: str) -> None:
    async def main() -> None:
        async with asyncio.timeout(10.0), box(settings) as here, box(settings) as there:
            assert not here.sockets.send(MESSAGE, there.secure(name))
            await here.sockets.connect(there.secure(name))
            data, peer = await there.messages.get()
            assert (data, peer.transport) == (MESSAGE, "tls")
            assert there.sockets.send(MESSAGE, peer), "answered over the same connection"
            assert (await here.messages.get())[0] == MESSAGE

    run_real(main())


async def shown(address: tuple[str, int], name: str) -> list[str]:
    """Return the host names of the certificate that a caller is shown who asks for ``name``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection(*address, ssl=context, server_hostname=name)
    certificate = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    found = x509.load_der_x509_certificate(certificate).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return found.value.get_values_for_type(x509.DNSName)


def test_tenants_at_one_port_are_told_apart_by_the_name_that_is_asked_for(settings: SipSettings) -> None:
    assert settings.certificates is not None
    for tenant in ("ada", "bob"):
        (settings.certificates / f"{tenant}.pem").write_bytes(self_signed((f"sip.{tenant}.example",)))

    async def main() -> None:
        async with asyncio.timeout(10.0), box(settings) as there:
            address = there.sockets.addresses["tls"]
            assert await shown(address, "sip.ada.example") == ["sip.ada.example"]
            assert await shown(address, "SIP.bob.example") == ["sip.bob.example"]
            assert await shown(address, "sip.nobody.example") == ["localhost"], "the first file"

    run_real(main())


def test_a_far_side_that_cannot_prove_its_name_is_not_spoken_to(settings: SipSettings) -> None:
    async def main() -> None:
        async with asyncio.timeout(10.0), box(settings) as here, box(settings) as there:
            here.sockets.send(MESSAGE, there.secure("sip.other.test"))
            await here.sockets.connect(there.secure("sip.other.test"))
            assert (await here.lost.get()).name == "sip.other.test"
            assert there.messages.empty()

    run_real(main())


def test_a_connection_proved_for_one_name_is_not_used_for_another(settings: SipSettings) -> None:
    async def main() -> None:
        async with asyncio.timeout(10.0), box(settings) as here, box(settings) as there:
            here.sockets.send(MESSAGE, there.secure("localhost"))
            await here.sockets.connect(there.secure("localhost"))
            assert here.sockets.send(MESSAGE, there.secure("localhost"))
            assert not here.sockets.send(MESSAGE, there.secure("sip.tenant.test"))

    run_real(main())


def test_a_strangers_certificate_is_not_trusted(settings: SipSettings) -> None:
    async def main() -> None:
        stranger = SipSettings(host="127.0.0.1", port=0, tls_port=0)
        async with asyncio.timeout(10.0), box(settings) as here, box(stranger) as there:
            here.sockets.send(MESSAGE, there.secure("localhost"))
            await here.sockets.connect(there.secure("localhost"))
            assert (await here.lost.get()).port == there.secure().port

    with structlog.testing.capture_logs() as logged:
        run_real(main())
    [told] = logged
    assert (told["event"], told["host"]) == ("certificate not trusted", "localhost")
    assert "self-signed" in told["problem"]


@pytest.mark.parametrize("transport", ["tls", "wss"])
def test_a_secure_connection_counts_before_its_handshake_until_it_is_closed(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MAX_PER_HOST", 2)

    async def main() -> None:
        plain = SipSettings(host="127.0.0.1", port=0, tls_port=0, wss_port=0)
        async with asyncio.timeout(10.0), box(plain) as there:
            address = there.sockets.addresses[transport]
            silent = [await asyncio.open_connection(*address) for _ in range(2)]
            reader, writer = await asyncio.open_connection(*address)
            with pytest.raises((EOFError, ConnectionError)):
                await reader.readexactly(1)
            assert there.sockets.counts["connection_refused"] == 1
            for _, one in (*silent, (reader, writer)):
                one.close()
            await asyncio.sleep(0.05)
            secure = ssl.create_default_context()
            secure.check_hostname, secure.verify_mode = False, ssl.CERT_NONE
            _, writer = await asyncio.open_connection(*address, ssl=secure)
            writer.close()
            assert there.sockets.counts["connection_refused"] == 1

    run_real(main())


def test_a_banned_source_gets_no_handshake() -> None:
    async def main() -> None:
        plain = SipSettings(host="127.0.0.1", port=0, tls_port=0)
        async with asyncio.timeout(10.0), box(plain) as there:
            for _ in range(FAILURES):
                there.sockets.blame(Peer("udp", "127.0.0.1", 9))
            reader, writer = await asyncio.open_connection(*there.sockets.addresses["tls"])
            with pytest.raises((EOFError, ConnectionError)):  # before we have said hello
                await reader.readexactly(1)
            assert there.sockets.counts["connection_refused"] == 1
            writer.close()

    run_real(main())


def test_nothing_older_than_tls_1_2_is_spoken() -> None:
    certificates = Certificates()
    assert certificates.server().minimum_version is ssl.TLSVersion.TLSv1_2
    assert certificates.client().minimum_version is ssl.TLSVersion.TLSv1_2


def test_a_file_that_is_no_certificate_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.pem").write_text("nonsense")
    with pytest.raises(Invalid, match=r"broken\.pem"):
        Certificates(tmp_path).server()


def test_trust_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"missing\.pem"):
        Certificates(trust=tmp_path / "missing.pem").client()
