"""Documents of agents over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from switchroom.knowledge.library import Library
from tests.knowledge.papers import CARD, pdf
from tests.virtual_time import run_real
from tests.web.site import NOW, Site, site

SHELF = "/api/v1/agents/Receptionist/knowledge"


@asynccontextmanager
async def shelves(folder: Path) -> AsyncIterator[Site]:
    async with site(folder) as here:
        here.services = replace(here.services, library=Library(here.services.database, lambda: NOW))
        yield here


def test_a_document_is_added_looked_at_asked_and_removed(tmp_path: Path) -> None:
    async def story() -> None:
        async with shelves(tmp_path) as here, here.as_user() as client:
            made = await client.post(SHELF, json={"title": "House book", "text": CARD, "source": "https://oak.example"})
            assert made.status_code == 201
            document = made.json()
            assert (document["title"], document["passages"], document["kind"]) == ("House book", 4, "text/markdown")
            assert (await client.get(SHELF)).json() == [document]
            pieces = (await client.get(f"{SHELF}/{document['id']}")).json()
            assert [piece["heading"] for piece in pieces][:2] == ["The Oak", "The Oak > Opening hours"]
            found = (await client.get(f"{SHELF}/search", params={"question": "where do I park"})).json()
            assert found[0]["citation"] == "House book, The Oak > Parking"
            assert (await client.delete(f"{SHELF}/House book")).status_code == 204
            assert (await client.get(SHELF)).json() == []

    run_real(story())


def test_a_file_is_uploaded_under_its_name_or_a_better_one(tmp_path: Path) -> None:
    async def story() -> None:
        async with shelves(tmp_path) as here, here.as_user() as client:
            paper = {"file": ("animals.pdf", pdf("Dogs are welcome."), "application/octet-stream")}
            made = (await client.post(f"{SHELF}/files", files=paper)).json()
            assert (made["title"], made["kind"]) == ("animals.pdf", "application/pdf")
            everybody = "/api/v1/agents/all/knowledge"
            named = await client.post(f"{everybody}/files", files=paper, data={"title": "Animals"})
            assert named.json()["title"] == "Animals"
            found = (await client.get(f"{SHELF}/search", params={"question": "dogs"})).json()
            assert {one["citation"] for one in found} == {"animals.pdf, page 1", "Animals, page 1"}

    run_real(story())


def test_what_cannot_be_read_is_refused_with_the_reason(tmp_path: Path) -> None:
    async def story() -> None:
        async with shelves(tmp_path) as here, here.as_user() as client:
            word = {"file": ("card.docx", b"PK", "application/octet-stream")}
            answer = await client.post(f"{SHELF}/files", files=word)
            assert (answer.status_code, answer.json()["code"]) == (422, "kind")
            assert ".pdf" in answer.json()["detail"]
            broken = {"file": ("card.pdf", b"junk", "application/pdf")}
            assert (await client.post(f"{SHELF}/files", files=broken)).json()["code"] == "broken_document"
            empty = await client.post(SHELF, json={"title": "Nothing", "text": " "})
            assert (empty.status_code, empty.json()["code"]) == (422, "empty_document")
            assert (await client.get(f"{SHELF}/none")).status_code == 404
            assert (await client.get("/api/v1/agents/nobody/knowledge")).status_code == 404

    run_real(story())


def test_strangers_see_nothing_and_only_administrators_write(tmp_path: Path) -> None:
    async def story() -> None:
        async with shelves(tmp_path) as here:
            async with here.as_user() as client:
                await client.post(SHELF, json={"title": "House book", "text": CARD})
            async with here.as_user(await here.stranger()) as client:
                assert (await client.get(f"/api/v1/agents/{here.agent.id}/knowledge")).status_code == 404
                found = await client.get("/api/v1/agents/all/knowledge/search", params={"question": "parking"})
                assert found.json() == []
            clerk = await here.services.accounts.create_user(
                here.account.tenant.id, "clerk@example.com", "a long password", name="Clerk", role="agent"
            )
            async with here.as_user(clerk) as client:
                assert (await client.get(SHELF)).status_code == 200
                assert (await client.post(SHELF, json={"title": "Mine", "text": "x"})).status_code == 403
            async with here.client() as client:
                assert (await client.get(SHELF)).status_code == 401

    run_real(story())
