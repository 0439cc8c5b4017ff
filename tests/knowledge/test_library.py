from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from switchroom.errors import Invalid, NotFound, Unavailable
from switchroom.flow.graph import Exchange
from switchroom.flow.tools import Occasion, tools_of
from switchroom.identity import AgentId, TenantId
from switchroom.knowledge.library import Library, Shelf
from switchroom.knowledge.ranking import fused, telling, terms
from switchroom.knowledge.tool import Lookup
from switchroom.ports import Embedder, Vectors
from tests.knowledge.papers import CARD, pdf
from tests.storage.stories import migrated
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases

OAK, ELM = Shelf(TenantId("tnt_oak"), AgentId("agt_oak")), Shelf(TenantId("tnt_elm"), AgentId("agt_elm"))


class ScriptedEmbedder:
    """Vectors of two dimensions: whether it is about dogs, and whether it is about anything else."""

    name = "scripted"

    def __init__(self) -> None:
        self.broken = False
        self.more = 0

    async def embed(self, texts: Sequence[str], role: Literal["question", "passage"]) -> Vectors:
        if self.broken:
            raise Unavailable("the embedder died")
        dogs = ["dog" in text.lower() or "four-legged" in text.lower() for text in texts]
        return np.array([[float(dog), float(not dog), *[0.0] * self.more] for dog in dogs], np.float32)


@asynccontextmanager
async def library(tmp_path: Path, embedder: Embedder | None = None) -> AsyncIterator[Library]:
    async with migrated(tmp_path) as database:
        yield Library(database, lambda: 1000.0, embedder)


def test_a_question_finds_its_passage_with_where_it_is_from(tmp_path: Path) -> None:
    async def main() -> None:
        async with library(tmp_path) as books:
            await books.add(OAK, "House book", CARD.encode(), "text/markdown", "card.md")
            found = (await books.search(OAK, "Where can I park my car, please?"))[0]
            assert "twelve parking places" in found.passage.text
            assert found.citation == "House book, The Oak > Parking"
            assert (await books.search(OAK, "Can you cook without gluten?"))[0].passage.heading == "The Oak > Allergies"
            assert await books.search(OAK, "quantum chromodynamics") == []
            assert await books.search(OAK, "") == []

    run_real(main())


def test_nobody_finds_what_stands_on_anothers_shelf(tmp_path: Path) -> None:
    async def main() -> None:
        async with library(tmp_path) as books:
            made = await books.add(OAK, "House book", CARD.encode(), "text/markdown")
            await books.add(Shelf(OAK.tenant), "Chain", b"Parking is never towed.", "text/plain")
            assert await books.search(ELM, "parking") == []
            assert not await books.holds(ELM)
            assert await books.documents(ELM) == []
            with pytest.raises(NotFound):
                await books.passages(ELM, made.id)
            with pytest.raises(NotFound):
                await books.remove(ELM, made.id)
            titles = {found.title for found in await books.search(OAK, "parking")}
            assert titles == {"House book", "Chain"}

    run_real(main())


def test_a_document_given_again_replaces_the_one_before(tmp_path: Path) -> None:
    async def main() -> None:
        async with library(tmp_path) as books:
            await books.add(OAK, "Hours", b"Open until nine.", "text/plain")
            await books.add(OAK, "Hours", b"Open until eleven.", "text/plain")
            assert [found.passage.text for found in await books.search(OAK, "open")] == ["Open until eleven."]
            assert len(await books.documents(OAK)) == 1
            await books.remove(OAK, "Hours")
            assert await books.search(OAK, "open") == []

    run_real(main())


def test_a_document_that_cannot_be_read_leaves_the_one_before(tmp_path: Path) -> None:
    async def main() -> None:
        async with library(tmp_path) as books:
            await books.add(OAK, "Hours", b"Open until nine.", "text/plain")
            with pytest.raises(Invalid):
                await books.add(OAK, "Hours", b"junk", "application/pdf")
            with pytest.raises(Invalid, match="title"):
                await books.add(OAK, " ", b"text", "text/plain")
            assert [found.passage.text for found in await books.search(OAK, "open")] == ["Open until nine."]

    run_real(main())


def test_words_of_a_query_language_are_only_words(tmp_path: Path) -> None:
    async def main() -> None:
        async with library(tmp_path) as books:
            await books.add(OAK, "House book", CARD.encode(), "text/markdown")
            for question in ('parking" OR shelf:"tnt_elm', "NEAR(parking, 2)", "parking*", "-parking", "{a} : b", "'"):
                await books.search(OAK, question)

    run_real(main())


def test_meaning_finds_what_words_do_not_and_its_failure_costs_nothing_else(tmp_path: Path) -> None:
    async def main() -> None:
        embedder = ScriptedEmbedder()
        async with library(tmp_path, embedder) as books:
            await books.add(
                OAK, "Animals", pdf("Dogs are welcome on the terrace.", "Wine is from the Mosel."), "application/pdf"
            )
            found = await books.search(OAK, "May my four-legged friend come?")
            assert (found[0].passage.text, found[0].citation) == ("Dogs are welcome on the terrace.", "Animals, page 1")
            embedder.broken = True
            assert await books.search(OAK, "May my four-legged friend come?") == []
            assert (await books.search(OAK, "wine"))[0].passage.page == 2

    run_real(main())


def test_what_was_added_without_a_model_gets_its_meaning_later(tmp_path: Path) -> None:
    async def main() -> None:
        embedder = ScriptedEmbedder()
        async with library(tmp_path, embedder) as books:
            embedder.broken = True
            await books.add(OAK, "Animals", b"Dogs are welcome on the terrace.", "text/plain")
            embedder.broken = False
            assert await books.search(OAK, "four-legged friends") == []
            assert await books.catch_up() == 1
            assert await books.catch_up() == 0
            assert len(await books.search(OAK, "four-legged friends")) == 1

    run_real(main())


def test_a_model_that_changes_its_dimensions_costs_meaning_and_no_answer(tmp_path: Path) -> None:
    async def main() -> None:
        embedder = ScriptedEmbedder()
        async with library(tmp_path, embedder) as books:
            await books.add(OAK, "Animals", b"Dogs are welcome on the terrace.", "text/plain")
            embedder.more = 3
            assert await books.search(OAK, "four-legged friends") == []
            assert len(await books.search(OAK, "terrace")) == 1
            await books.add(OAK, "Pets", b"Dogs get water.", "text/plain")
            assert [found.title for found in await books.search(OAK, "four-legged friends")] == ["Pets"]

    run_real(main())


def test_an_agent_looks_things_up_and_can_say_where_it_is_from(tmp_path: Path) -> None:
    async def main() -> None:
        async with library(tmp_path) as books:
            await books.add(OAK, "House book", CARD.encode(), "text/markdown")
            spec = tools_of(Lookup(books))["search_knowledge"]
            assert spec.declared.read_only
            exchange = Exchange(OAK.tenant, "call", agent=OAK.agent or "")
            occasion = Occasion(exchange, "key", datetime(2026, 11, 21, tzinfo=UTC))
            told = await spec.run(occasion, question="when does the kitchen close")
            assert told["status"] == "found"
            assert told["answer"] == "The kitchen closes at half past ten."
            assert told["source"] == "House book, The Oak > Opening hours"
            assert str(told["passages"]).startswith("[1] House book, The Oak > Opening hours\n")
            assert (await spec.run(occasion, question="quarks"))["status"] == "nothing"

    run_real(main())


def test_the_words_worth_looking_for() -> None:
    assert terms("Where can I park my car?") == ["park", "car"]
    assert terms("What is it?") == ["what", "is", "it"]
    assert terms("?!") == []


def test_what_both_rankings_like_comes_first() -> None:
    assert fused(["a", "b", "c"], ["c", "b"])[0] in {"b", "c"}
    assert fused(["a"], []) == ["a"]
    assert fused() == []


def test_the_telling_sentence() -> None:
    assert telling("parking places", "We cook. There is a parking place. Bye.") == "There is a parking place."
    assert telling("x", "") == ""
