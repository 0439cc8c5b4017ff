"""``kill -9`` in the middle, of real processes: nothing that was acknowledged is lost, and little is sent twice."""

import asyncio
import subprocess
from pathlib import Path

import pytest
from bench.hook_actors import Actors, acting, endpoints

from tests.servers.databases import url_in

pytestmark = pytest.mark.databases
EVENTS, ENDPOINTS = 120, 2


def scene(actors: Actors) -> subprocess.Popen[str]:
    """Let there be endpoints, each of which wants everything, and who receives it."""
    receiver = actors.receiver()
    asyncio.run(endpoints(actors.url, actors.port, ENDPOINTS))
    return receiver


def expected(actors: Actors) -> set[str]:
    return {f"/{place} {id_}" for id_ in actors.written() for place in range(ENDPOINTS)}


def settle(actors: Actors) -> None:
    """Wait until everything came that was acknowledged."""
    actors.until_came(len(actors.written()) * ENDPOINTS)
    while not expected(actors) <= set(actors.came()):
        actors.until_came(actors.count() + 1)


def test_a_worker_that_is_killed_loses_nothing_and_repeats_little(tmp_path: Path) -> None:
    with acting(url_in(tmp_path), tmp_path) as actors:
        scene(actors)
        worker = actors.worker("quick")
        writer = actors.writer(EVENTS, 1.0)
        actors.until_came(EVENTS * ENDPOINTS // 3)
        worker.kill()
        writer.wait()
        actors.worker("quick")
        settle(actors)
        came = actors.came()
        assert set(came) == expected(actors)
        assert max(came.values()) <= 2  # what was on its way, or not written down yet, when it was killed


def test_a_receiver_that_is_killed_gets_everything_once_it_is_back(tmp_path: Path) -> None:
    with acting(url_in(tmp_path), tmp_path) as actors:
        receiver = scene(actors)
        actors.worker("quick")
        writer = actors.writer(EVENTS, 1.0)
        actors.until_came(EVENTS * ENDPOINTS // 3)
        receiver.kill()
        receiver.wait()
        writer.wait()
        actors.receiver()
        settle(actors)
        came = actors.came()
        assert set(came) == expected(actors)
        assert max(came.values()) <= 2  # what it had written down, but could not answer any more


def test_after_everything_was_killed_nothing_is_missing_that_was_acknowledged(tmp_path: Path) -> None:
    with acting(url_in(tmp_path), tmp_path) as actors:
        scene(actors)
        actors.worker("quick")
        actors.writer(EVENTS / 2, 60.0)
        actors.until_came(EVENTS // 2)
        actors.close()  # kill -9 of all three, in the middle of writing and sending
        acknowledged = actors.written()
        assert acknowledged
        actors.receiver()
        actors.worker("quick")
        settle(actors)
        assert {f"/0 {id_}" for id_ in acknowledged} <= set(actors.came())
