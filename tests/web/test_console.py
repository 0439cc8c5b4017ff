"""The console's files: what is kept, what is not, and what the page may load. A test builds nothing: it puts files there."""

import gzip
import re
from pathlib import Path

import pytest

from switchroom.web import console
from tests.virtual_time import run_real
from tests.web.site import site

SCRIPT = b"console.log('a script of some length');"


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "built"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text('<meta name="style-nonce" content="{{nonce}}"><div id="root"></div>')
    (folder / "assets" / "page-1a2b.js").write_bytes(SCRIPT)
    (folder / "assets" / "page-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT))
    monkeypatch.setattr(console, "FOLDER", folder)


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("address", ["/console", "/console/", "/console/calls/call_1", "/console/sign-in"])
def test_every_address_answers_with_the_page(tmp_path: Path, address: str) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client(accept="text/html") as client:
            answer = await client.get(address)
            assert answer.status_code == 200
            assert answer.headers["cache-control"] == "no-store"
            assert '<div id="root">' in answer.text

    run_real(story())


@pytest.mark.usefixtures("built")
def test_styles_are_let_in_by_a_nonce_that_is_used_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client() as client:
            nonces = set()
            for _ in range(2):
                answer = await client.get("/console/")
                policy = answer.headers["content-security-policy"]
                found = re.search(r"style-src 'self' 'nonce-([\w-]+)'", policy)
                assert found is not None
                assert f'content="{found[1]}"' in answer.text
                assert "unsafe" not in policy
                assert "default-src 'self'" in policy
                nonces.add(found[1])
            assert len(nonces) == 2

    run_real(story())


@pytest.mark.usefixtures("built")
def test_a_built_file_is_kept_for_ever_and_sent_small(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client() as client:
            small = await client.get("/console/assets/page-1a2b.js", headers={"accept-encoding": "gzip"})
            plain = await client.get("/console/assets/page-1a2b.js", headers={"accept-encoding": "identity"})
            for answer in (small, plain):
                assert answer.content == SCRIPT
                assert "immutable" in answer.headers["cache-control"]
                assert answer.headers["content-type"].startswith("text/javascript")
            assert small.headers["content-encoding"] == "gzip"
            assert "content-encoding" not in plain.headers

    run_real(story())


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("name", ["gone-0000.js", "..%2Findex.html", "%2Fetc%2Fpasswd"])
def test_a_file_that_is_not_there_is_no_page(tmp_path: Path, name: str) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client() as client:
            answer = await client.get(f"/console/assets/{name}")
            assert answer.status_code == 404 or '<div id="root">' in answer.text  # never another file

    run_real(story())


def test_a_console_that_was_not_built_says_how_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        monkeypatch.setattr(console, "FOLDER", tmp_path / "nothing")
        async with site(tmp_path) as here, here.client(accept="text/html") as client:
            answer = await client.get("/console/")
            assert answer.status_code == 503
            assert "make console" in answer.text

    run_real(story())
