import os
from pathlib import Path

import pytest

from switchroom.errors import Unavailable
from switchroom.roles.uploading import IDLE, Uploading
from switchroom.storage.blob_store import open_blobs
from tests.servers.s3 import S3
from tests.storage.test_blobs import settings
from tests.virtual_time import run_real

NOW = 1_800_000_000.0


def recording(folder: Path, name: str, idle: float) -> Path:
    path = folder / "tnt_1" / f"{name}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"RIFF" + name.encode() * 1000)
    os.utime(path, (NOW - idle, NOW - idle))
    return path


def test_a_recording_is_moved_to_the_store_once_the_call_is_over(s3: S3, tmp_path: Path) -> None:
    async def story() -> None:
        blobs = open_blobs(settings(s3.endpoint, s3.bucket()), tmp_path)
        uploading = Uploading(blobs, tmp_path, lambda: NOW)
        over, running = recording(tmp_path, "call_1", IDLE), recording(tmp_path, "call_2", IDLE - 1)
        content = over.read_bytes()
        s3.kill()
        try:
            with pytest.raises(Unavailable):
                await uploading.move()
            assert over.exists()
        finally:
            s3.start()
        bucket = open_blobs(settings(s3.endpoint, s3.bucket()), tmp_path)
        assert await Uploading(bucket, tmp_path, lambda: NOW).move() == 1
        assert not over.exists() and running.exists()
        assert b"".join([chunk async for chunk in bucket.read("recordings/tnt_1/call_1.wav")]) == content

    run_real(story())
