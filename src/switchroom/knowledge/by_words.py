"""Which passages have the words of a question: FTS5 on SQLite, a text search of equal habits on PostgreSQL.

Both strip accents and English endings, find a passage by any of the words, count a heading twice, and rank by how rare a word
is on the shelves (FTS5 by bm25; PostgreSQL ranks without rarity, so the query multiplies it in).
"""

import unicodedata
from collections.abc import Sequence
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_ACCENTED: Final = "".join(
    letter
    for letter in map(chr, range(0xE0, 0x180))
    if len(unicodedata.normalize("NFD", letter)) == 2 and letter.islower()
)
_PLAIN: Final = "".join(unicodedata.normalize("NFD", letter)[0] for letter in _ACCENTED)

_SQLITE = text(
    "SELECT rowid FROM knowledge_fts WHERE knowledge_fts MATCH :words ORDER BY bm25(knowledge_fts, 0, 2, 1) LIMIT :most"
)


def _lexemes(column: str) -> str:
    return f"to_tsvector('english', translate(lower({column}), '{_ACCENTED}', '{_PLAIN}'))"


POSTGRESQL_VECTOR: Final = f"(setweight({_lexemes('heading')}, 'A') || setweight({_lexemes('text')}, 'B'))"
"""What the index of PostgreSQL holds; a query that says it in the same words finds it there."""

_POSTGRESQL = text(
    f"""
    WITH wanted AS (
        SELECT DISTINCT plainto_tsquery('english', translate(lower(word), '{_ACCENTED}', '{_PLAIN}')) AS query
        FROM unnest(CAST(:words AS text[])) AS word
    ), hits AS (
        SELECT number, query, ts_rank(CAST('{{0, 0, 0.5, 1}}' AS real[]), {POSTGRESQL_VECTOR}, query, 1) AS weight
        FROM wanted JOIN knowledge_passages ON {POSTGRESQL_VECTOR} @@ query
        WHERE shelf IN (:shelf, :tenant)
    ), rarity AS (
        SELECT query, ln(1 + (SELECT count(*) FROM knowledge_passages WHERE shelf IN (:shelf, :tenant))
                             / CAST(count(*) AS double precision)) AS factor
        FROM hits GROUP BY query
    )
    SELECT number FROM hits JOIN rarity USING (query) GROUP BY number ORDER BY sum(weight * factor) DESC, number LIMIT :most
    """  # noqa: S608 - the letters are ours
)


async def by_words(session: AsyncSession, words: Sequence[str], shelf: str, tenant: str, most: int) -> list[int]:
    """Return the numbers of up to ``most`` passages of both shelves that have any of ``words``, best first."""
    if session.get_bind().dialect.name == "sqlite":
        wanted = " OR ".join(f'"{word}"' for word in words)
        query = f'shelf : ("{shelf}" OR "{tenant}") AND {{heading text}} : ({wanted})'
        found = await session.execute(_SQLITE, {"words": query, "most": most})
    else:
        given = {"words": list(words), "shelf": shelf, "tenant": tenant, "most": most}
        found = await session.execute(_POSTGRESQL, given)
    return [number for (number,) in found]
