"""What agents may look up: documents put on their shelves, and searched as an agent would."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Query, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from switchroom.accounts.tokens import Identity
from switchroom.errors import Invalid, NotFound, Unavailable
from switchroom.knowledge.library import LARGEST, Document, Library, Shelf
from switchroom.knowledge.passages import Passage
from switchroom.knowledge.reading import KINDS, kind_of
from switchroom.web.auth import Asker
from switchroom.web.services import Services, With

router = APIRouter(prefix="/api/v1/agents/{agent_id}/knowledge", tags=["knowledge"])

ALL = "all"
"""In place of an agent: what all agents of the tenant may look up."""

_MISSING: dict[int | str, dict[str, object]] = {404: {"description": "there is no such agent or document here"}}
_UNREADABLE: dict[int | str, dict[str, object]] = {
    403: {"description": "only an administrator may"},
    422: {"description": "the document cannot be read: `detail` says why"},
    **_MISSING,
}


class Note(BaseModel):
    """A document given as text. ``kind`` is its media type: text/markdown, text/plain or text/html."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "title": "Parking",
                "text": "There are twelve places behind the house.",
                "kind": "text/markdown",
            }
        }
    )

    title: str = Field(max_length=300)
    text: str = Field(max_length=LARGEST)
    kind: str = "text/markdown"
    source: str = Field(default="", max_length=2000, description="where it is from, such as an address")


class DocumentOut(BaseModel):
    """A document. ``size`` is in bytes, ``passages`` how many it was cut into."""

    id: str
    title: str
    source: str
    kind: str
    size: int
    added: datetime
    passages: int


class PassageOut(BaseModel):
    """A piece of a document; ``page`` counts from 1, 0 where there are none."""

    heading: str
    page: int
    text: str


class FoundOut(BaseModel):
    """A passage that answers, and its source for people."""

    document: str
    title: str
    citation: str
    passage: PassageOut


@router.get("", summary="List what an agent may look up", responses=_MISSING)
async def documents(agent_id: str, asker: Asker, services: With) -> list[DocumentOut]:
    """Answer with the documents on the agent's own shelf, newest first; with ``all`` for the agent, those of all agents."""
    library, shelf = await _shelf(agent_id, asker, services)
    return [_document(document) for document in await library.documents(shelf)]


@router.post("", summary="Add a text", status_code=201, responses=_UNREADABLE)
async def add(agent_id: str, note: Note, asker: Asker, services: With) -> DocumentOut:
    """Put a text on the shelf, in place of one of the same title there. It is found from the next question on."""
    library, shelf = await _shelf(agent_id, asker, services)
    if note.kind not in KINDS or note.kind == "application/pdf":
        raise Invalid(f"{note.kind} is no kind of text: send files to {router.prefix}/files", code="kind")
    return _document(await library.add(shelf, note.title, note.text.encode(), note.kind, note.source))


@router.post("/files", summary="Add a file", status_code=201, responses=_UNREADABLE)
async def upload(
    agent_id: str, file: UploadFile, asker: Asker, services: With, title: Annotated[str, Form()] = ""
) -> DocumentOut:
    """Put a Markdown, text, HTML or PDF file on the shelf, in place of one of the same title. Without a title: the file's name."""
    library, shelf = await _shelf(agent_id, asker, services)
    name = file.filename or ""
    kind = kind_of(name, file.content_type or "")
    content = await file.read(LARGEST + 1)
    return _document(await library.add(shelf, title or name, content, kind, name))


@router.get("/search", summary="Ask as the agent would", responses=_MISSING)
async def search(
    agent_id: str,
    asker: Asker,
    services: With,
    question: Annotated[str, Query(max_length=1000)],
    most: Annotated[int, Query(ge=1, le=20)] = 4,
) -> list[FoundOut]:
    """Answer with the passages that the agent would be given, best first."""
    library, shelf = await _shelf(agent_id, asker, services)
    return [
        FoundOut(document=one.document, title=one.title, citation=one.citation, passage=_passage(one.passage))
        for one in await library.search(shelf, question, most)
    ]


@router.get("/{document_id}", summary="See what a document was cut into", responses=_MISSING)
async def passages(agent_id: str, document_id: str, asker: Asker, services: With) -> list[PassageOut]:
    """Answer with the passages of a document, by its id or title: all that the agent can know of it."""
    library, shelf = await _shelf(agent_id, asker, services)
    return [_passage(passage) for passage in await library.passages(shelf, document_id)]


@router.delete("/{document_id}", summary="Take a document away", status_code=204, responses=_MISSING)
async def remove(agent_id: str, document_id: str, asker: Asker, services: With) -> None:
    """Take a document, by its id or title, off the shelf."""
    library, shelf = await _shelf(agent_id, asker, services)
    await library.remove(shelf, document_id)


async def _shelf(agent: str, asker: Identity, services: Services) -> tuple[Library, Shelf]:
    if services.library is None:
        raise Unavailable("this program keeps no documents", code="not_running")
    if agent == ALL:
        return services.library, Shelf(asker.tenant)
    found = [one for one in await services.catalogue.agents(asker.tenant) if agent in (one.id, one.name)]
    if not found:
        raise NotFound(f"there is no agent {agent!r}")
    return services.library, Shelf(asker.tenant, found[0].id)


def _document(document: Document) -> DocumentOut:
    return DocumentOut(
        id=document.id,
        title=document.title,
        source=document.source,
        kind=document.kind,
        size=document.size,
        added=datetime.fromtimestamp(document.added, UTC),
        passages=document.passages,
    )


def _passage(passage: Passage) -> PassageOut:
    return PassageOut(heading=passage.heading, page=passage.page, text=passage.text)
