"""Opens the place that the settings name for blobs. The library that speaks S3 is loaded here, and only when blobs are used."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from switchroom.settings import BlobSettings
from switchroom.storage.blobs import Blobs

if TYPE_CHECKING:
    from obstore.store import ClientConfig, S3Config, S3Store


def open_blobs(settings: BlobSettings, data: Path) -> Blobs:
    """Return the blobs: files below ``data`` if no store is named. Nothing is asked of the store yet."""
    from obstore.store import LocalStore  # noqa: PLC0415

    if settings.url:
        return Blobs(_s3(settings))
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Blobs(LocalStore(data, mkdir=True), data)


def _s3(settings: BlobSettings) -> "S3Store":
    from obstore.store import S3Store  # noqa: PLC0415

    parts = urlsplit(settings.url)
    path_style = bool(settings.endpoint) if settings.path_style is None else settings.path_style
    config: S3Config = {
        "region": settings.region,
        "virtual_hosted_style_request": not path_style,
        "checksum_algorithm": "sha256",  # the store itself refuses what did not arrive as it was sent
    }
    if settings.endpoint:
        config["endpoint"] = settings.endpoint
    if settings.access_key:
        config["access_key_id"] = settings.access_key
        config["secret_access_key"] = settings.secret_key.get_secret_value()
    client: ClientConfig = {
        "allow_http": settings.allow_http,
        "timeout": timedelta(seconds=settings.timeout),
        "connect_timeout": timedelta(seconds=min(5.0, settings.timeout)),
    }
    return S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        config=config,
        client_options=client,
        retry_config={
            "max_retries": 10,
            "retry_timeout": timedelta(seconds=settings.retry_for),
            "backoff": {"base": 2, "init_backoff": timedelta(seconds=0.1), "max_backoff": timedelta(seconds=5)},
        },
    )
