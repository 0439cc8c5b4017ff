"""Certificates for SIP over TLS and WSS: which we show, by the host name that was asked for, and whose we trust.

Every ``*.pem`` file of one folder (certificate chain and private key together) serves the host names that its certificate
itself names, so a tenant's domain is added by adding a file. With no folder, or none in it, a self-signed certificate is made
that nobody but a test or a developer should trust.

Certificates end while we run. Files that were changed, added or removed are read anew when the next caller comes, ten seconds
after the last look at the soonest; files that cannot be read leave what was there before. Our own certificate is made anew in time.
"""

import datetime
import ipaddress
import ssl
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from switchroom.errors import Invalid

_SELF_SIGNED_DAYS = 30
_RENEWED_AFTER = 20 * 86_400.0
_LOOKS_EVERY = 10.0
_LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")

log = structlog.get_logger()

Files = tuple[tuple[Path, int, int], ...]
"""What there is, with the times and sizes by which a change is seen."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is shown: by name, and to who asks for no name or for one that nobody has. ``since`` is when it was made."""

    first: ssl.SSLContext
    named: dict[str, ssl.SSLContext]
    since: float
    own: bool

    def to(self, name: str) -> ssl.SSLContext:
        return self.named.get(name) or self.named.get("*." + name.partition(".")[2]) or self.first


class Certificates:
    """What is shown to callers and what is asked of those that we call."""

    def __init__(
        self, folder: Path | None = None, trust: Path | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._folder = folder
        self._trust = trust
        self._clock = clock
        self._files: Files = ()
        self._looked = 0.0

    def server(self) -> ssl.SSLContext:
        """Return the context to listen with; it picks the certificate by SNI (RFC 6066 §3). Raises Invalid for bad files."""
        self._files, self._looked = self._there(), self._clock()
        shown = self._load()

        def choose(connection: ssl.SSLSocket | ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
            nonlocal shown
            shown = self._renewed(shown)
            connection.context = shown.to((name or "").lower())

        front = shown.first
        front.sni_callback = choose
        return front

    def client(self) -> ssl.SSLContext:
        """Return the context to connect with: the far side must prove its name (RFC 5922 §7). Raises Invalid."""
        try:
            context = ssl.create_default_context(cafile=self._trust)
        except OSError as error:
            raise Invalid(f"cannot read trusted certificates from {self._trust}: {error}") from error
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    def _renewed(self, shown: _Shown) -> _Shown:
        """Return what is to be shown now."""
        now = self._clock()
        if now - self._looked < _LOOKS_EVERY:
            return shown
        self._looked = now
        there = self._there()
        if there == self._files and not (shown.own and now - shown.since > _RENEWED_AFTER):
            return shown
        self._files = there
        try:
            fresh = self._load()
        except Invalid as error:
            log.error("certificates not read", problem=str(error))  # noqa: TRY400 - it is said whole
            return shown
        log.info("certificates read anew", files=len(there))
        return fresh

    def _there(self) -> Files:
        found = sorted(self._folder.glob("*.pem")) if self._folder is not None else []
        files = []
        for file in found:
            try:
                about = file.stat()
            except OSError:  # it went as we looked, or leads nowhere
                files.append((file, 0, 0))
            else:
                files.append((file, about.st_mtime_ns, about.st_size))
        return tuple(files)

    def _load(self) -> _Shown:
        named: dict[str, ssl.SSLContext] = {}
        made = [_loaded(file, named) for file, _, _ in self._files]
        first = made[0] if made else _self_signed_context()
        return _Shown(first, named, self._clock(), own=not made)


def self_signed(names: tuple[str, ...] = _LOCAL_NAMES) -> bytes:
    """Return a certificate for ``names`` (hosts or addresses) and its key, as one PEM text."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=_SELF_SIGNED_DAYS))
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM) + private


def _loaded(file: Path, contexts: dict[str, ssl.SSLContext]) -> ssl.SSLContext:
    context = _server_context()
    try:
        context.load_cert_chain(file)
        names = _names(x509.load_pem_x509_certificate(file.read_bytes()))
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise Invalid(f"{file} is no certificate with its key: {error}") from error
    for name in names:
        contexts.setdefault(name.lower(), context)
    return context


def _self_signed_context() -> ssl.SSLContext:
    context = _server_context()
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:  # readable by us alone, and gone at once
        file.write(self_signed())
        file.flush()
        context.load_cert_chain(file.name)
    return context


def _server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return names.get_values_for_type(x509.DNSName)


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
