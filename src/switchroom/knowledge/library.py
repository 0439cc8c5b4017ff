"""The documents of agents: put in, listed, taken out, and searched.

A document is read in a process of its own, cut into passages, and stored with them in one transaction; giving it again
replaces it. A search looks for words, and, where there is a model that embeds, for meaning too, and fuses both rankings; a
model that fails or is late costs meaning, never the answer.
"""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import structlog
from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.errors import Invalid, NotFound, SwitchroomError
from switchroom.identity import AgentId, TenantId, new_id
from switchroom.knowledge.by_words import by_words
from switchroom.knowledge.model import DocumentRow, PassageRow
from switchroom.knowledge.passages import Passage, cut
from switchroom.knowledge.ranking import fused, terms
from switchroom.knowledge.reader import read_apart
from switchroom.ports import Embedder, Vectors
from switchroom.storage.db import Database
from switchroom.storage.scope import WHOLE_HOUSE

log = structlog.get_logger()

LARGEST = 20 * 1024 * 1024
MOST_PASSAGES = 20_000
_CANDIDATES = 24
_PATIENCE = 1.5
"""Seconds a search waits for the question's vector: a caller waits with it."""
_BATCH = 64
_EVERY = 60.0
_SHELVES = 32
"""So many shelves have their vectors in memory, those read last."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where documents stand: an agent's own, or, without one, those of all agents of the tenant."""

    tenant: TenantId
    agent: AgentId | None = None

    @property
    def name(self) -> str:
        """What the rows call it."""
        return self.agent or self.tenant


@dataclass(frozen=True, slots=True)
class Document:
    """A document as stored; ``passages`` is how many it was cut into, ``added`` seconds since 1970."""

    id: str
    shelf: Shelf
    title: str
    source: str
    kind: str
    size: int
    added: float
    passages: int


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that answers a question, and where it is from."""

    document: str
    title: str
    source: str
    passage: Passage

    @property
    def citation(self) -> str:
        """The source for people: "Menu, Desserts, page 2"."""
        page = f"page {self.passage.page}" if self.passage.page else ""
        headings = [part for part in self.passage.heading.split(" > ") if part and part != self.title]
        return ", ".join(filter(None, [self.title, " > ".join(headings), page]))


class Library:
    """Every method sees one tenant's documents alone."""

    def __init__(self, database: Database, wall: Callable[[], float], embedder: Embedder | None = None) -> None:
        self._database = database
        self._wall = wall
        self._embedder = embedder
        self._vectors: dict[tuple[str, ...], tuple[object, list[int], Vectors]] = {}

    def use(self, embedder: Embedder | None) -> None:
        """Look for meaning with this model from now on; what was added without it is found by words until ``catch_up``."""
        self._embedder = embedder

    async def run(self) -> None:
        """Give what is added elsewhere its meaning, until cancelled; without a model there is nothing to do."""
        while self._embedder is not None:
            try:
                await self.catch_up()
            except (SwitchroomError, SQLAlchemyError) as error:
                log.warning("passages wait for their meaning", embedder=self._embedder.name, problem=str(error))
            await asyncio.sleep(_EVERY)

    async def catch_up(self) -> int:
        """Embed what was stored without this model, or by another one; return how many passages. Raises Unavailable, Denied."""
        done = 0
        while self._embedder is not None:
            model = self._embedder.name
            query = select(PassageRow).where(PassageRow.embedded_by != model).order_by(PassageRow.number).limit(_BATCH)
            async with self._database.snapshot(WHOLE_HOUSE) as session:
                rows = list(await session.scalars(query))
            if not rows:
                break
            vectors = await self._embedded([_passage(row) for row in rows])
            assert vectors is not None
            async with self._database.transaction(WHOLE_HOUSE) as session:
                for row, vector in zip(rows, vectors, strict=True):
                    mine = update(PassageRow).where(PassageRow.number == row.number)
                    await session.execute(mine.values(embedded_by=model, vector=vector.tobytes()))
            self._vectors.clear()
            done += len(rows)
        return done

    async def add(self, shelf: Shelf, title: str, content: bytes, kind: str, source: str = "") -> Document:
        """Read a document and put it on ``shelf``, in place of one of the same title there. Raises Invalid, Unavailable."""
        title = " ".join(title.split())
        if not title:
            raise Invalid("a document needs a title: it is what an agent cites", code="no_title")
        if len(content) > LARGEST:
            raise Invalid(f"{title!r} is larger than {LARGEST // 2**20} MB: divide it", code="too_large")
        passages = cut(await read_apart(content, kind))
        if len(passages) > MOST_PASSAGES:
            raise Invalid(
                f"{title!r} has {len(passages)} passages, {MOST_PASSAGES} are possible: divide it", code="too_long"
            )
        row = DocumentRow(
            id=new_id("doc"),
            tenant_id=shelf.tenant,
            shelf=shelf.name,
            title=title[:300],
            source=source,
            kind=kind,
            digest=hashlib.sha256(content).hexdigest(),
            size=len(content),
            added=self._wall(),
        )
        vectors = await self._embedded_now(passages)
        async with self._database.transaction(shelf.tenant) as session:
            before = await session.scalars(select(DocumentRow.id).where(_on(shelf), DocumentRow.title == row.title))
            await _remove(session, list(before))
            session.add(row)
            await session.flush()
            session.add_all(self._rows(row, passages, vectors))
        return _document(row, shelf, len(passages))

    async def remove(self, shelf: Shelf, document: str) -> None:
        """Take a document out, by its id or its title. Raises NotFound."""
        async with self._database.transaction(shelf.tenant) as session:
            await _remove(session, [(await _find(session, shelf, document)).id])

    async def documents(self, shelf: Shelf) -> list[Document]:
        """Return what stands on a shelf, newest first."""
        counts = select(PassageRow.document_id, func.count().label("count")).group_by(PassageRow.document_id).subquery()
        query = select(DocumentRow, func.coalesce(counts.c.count, 0)).outerjoin(
            counts, counts.c.document_id == DocumentRow.id
        )
        async with self._database.snapshot(shelf.tenant) as session:
            rows = await session.execute(query.where(_on(shelf)).order_by(DocumentRow.added.desc(), DocumentRow.id))
            return [_document(row, shelf, count) for row, count in rows]

    async def passages(self, shelf: Shelf, document: str) -> list[Passage]:
        """Return what a document was cut into: what an agent can know of it. Raises NotFound."""
        async with self._database.snapshot(shelf.tenant) as session:
            row = await _find(session, shelf, document)
            query = select(PassageRow).where(PassageRow.document_id == row.id).order_by(PassageRow.place)
            return [_passage(one) for one in await session.scalars(query)]

    async def search(self, shelf: Shelf, question: str, most: int = 4) -> list[Found]:
        """Return the passages that answer ``question`` best, of the shelf and of the tenant's own."""
        by_meaning = await self._by_meaning(shelf, question)
        async with self._database.snapshot(shelf.tenant) as session:
            numbers = fused(await self._by_words(session, shelf, question), by_meaning)[:most]
            query = select(PassageRow, DocumentRow).join(DocumentRow).where(PassageRow.number.in_(numbers))
            rows = {passage.number: (passage, document) for passage, document in await session.execute(query)}
        return [
            Found(document.id, document.title, document.source, _passage(passage))
            for passage, document in (rows[number] for number in numbers if number in rows)
        ]

    async def holds(self, shelf: Shelf) -> bool:
        """Tell whether there is anything to look up for the shelf."""
        query = select(DocumentRow.id).where(DocumentRow.shelf.in_({shelf.name, shelf.tenant})).limit(1)
        async with self._database.snapshot(shelf.tenant) as session:
            return await session.scalar(query) is not None

    def _rows(self, row: DocumentRow, passages: Sequence[Passage], vectors: Vectors | None) -> list[PassageRow]:
        return [
            PassageRow(
                document_id=row.id,
                tenant_id=row.tenant_id,
                shelf=row.shelf,
                place=place,
                page=passage.page,
                heading=passage.heading,
                text=passage.text,
                embedded_by="" if vectors is None or self._embedder is None else self._embedder.name,
                vector=None if vectors is None else vectors[place].tobytes(),
            )
            for place, passage in enumerate(passages)
        ]

    async def _by_words(self, session: AsyncSession, shelf: Shelf, question: str) -> list[int]:
        words = terms(question)
        return await by_words(session, words, shelf.name, shelf.tenant, _CANDIDATES) if words else []

    async def _embedded_now(self, passages: Sequence[Passage]) -> Vectors | None:
        """Return their vectors; None if they must wait for it, because there is no model or it does not answer."""
        try:
            return await self._embedded(passages)
        except SwitchroomError as error:
            log.warning("a document waits for its meaning", problem=str(error))
            return None

    async def _embedded(self, passages: Sequence[Passage]) -> Vectors | None:
        """Return the vectors of passages, None without a model."""
        if self._embedder is None:
            return None
        texts = [f"{passage.heading}\n{passage.text}".strip() for passage in passages]
        parts = [await self._embedder.embed(texts[at : at + _BATCH], "passage") for at in range(0, len(texts), _BATCH)]
        return _of_length_one(np.concatenate(parts))

    async def _by_meaning(self, shelf: Shelf, question: str) -> list[int]:
        if self._embedder is None:
            return []
        numbers, vectors = await self._shelved(shelf, self._embedder.name)
        if not numbers:
            return []
        try:
            async with asyncio.timeout(_PATIENCE):
                wanted = _of_length_one(await self._embedder.embed([question], "question"))[0]
        except (SwitchroomError, TimeoutError) as error:
            log.warning("searching by words alone", embedder=self._embedder.name, problem=repr(error))
            return []
        if vectors.shape[1] != len(wanted):
            return []  # the model has other dimensions now; the next document added tells
        near = vectors @ wanted
        return [numbers[place] for place in np.argsort(-near)[:_CANDIDATES]]

    async def _shelved(self, shelf: Shelf, model: str) -> tuple[list[int], Vectors]:
        """Return the vectors in reach of a shelf, read anew only when something was written there."""
        mine = (PassageRow.shelf.in_({shelf.name, shelf.tenant}), PassageRow.embedded_by == model)
        key = (shelf.name, shelf.tenant, model)
        async with self._database.snapshot(shelf.tenant) as session:
            stamp = tuple((await session.execute(select(func.count(), func.max(PassageRow.number)).where(*mine))).one())
            known = self._vectors.get(key)
            if known is None or known[0] != stamp:
                rows = list(
                    await session.execute(
                        select(PassageRow.number, PassageRow.vector).where(*mine).order_by(PassageRow.number)
                    )
                )
                known = self._vectors[key] = (stamp, *_stacked(rows))
                while len(self._vectors) > _SHELVES:
                    del self._vectors[next(iter(self._vectors))]
        return known[1], known[2]


def _stacked(rows: Sequence[tuple[int, bytes | None]]) -> tuple[list[int], Vectors]:
    """Return the numbers and vectors of passages that have as many dimensions as the newest: a model may change its own."""
    size = len(rows[-1][1] or b"") if rows else 0
    alike = [(number, vector) for number, vector in rows if vector is not None and len(vector) == size]
    vectors = np.frombuffer(b"".join(vector for _, vector in alike), np.float32)
    return [number for number, _ in alike], vectors.reshape(len(alike), -1) if alike else np.zeros((0, 0), np.float32)


def _of_length_one(vectors: Vectors) -> Vectors:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9), np.float32)


def _on(shelf: Shelf) -> ColumnElement[bool]:
    return (DocumentRow.tenant_id == shelf.tenant) & (DocumentRow.shelf == shelf.name)


async def _find(session: AsyncSession, shelf: Shelf, document: str) -> DocumentRow:
    query = select(DocumentRow).where(_on(shelf), (DocumentRow.id == document) | (DocumentRow.title == document))
    row = await session.scalar(query)
    if row is None:
        raise NotFound(f"there is no document {document!r} here")
    return row


async def _remove(session: AsyncSession, documents: list[str]) -> None:
    await session.execute(delete(PassageRow).where(PassageRow.document_id.in_(documents)))
    await session.execute(delete(DocumentRow).where(DocumentRow.id.in_(documents)))


def _document(row: DocumentRow, shelf: Shelf, passages: int) -> Document:
    return Document(row.id, shelf, row.title, row.source, row.kind, row.size, row.added, passages)


def _passage(row: PassageRow) -> Passage:
    return Passage(row.heading, row.text, row.page)
