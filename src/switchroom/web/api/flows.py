"""Flows: drafts that are worked on, what is wrong with them, versions that answer calls, and what distinguishes two of them.

A flow is meant by its name or its id. A draft may be anything; only what can run is published, and answers from the next call on.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from switchroom.catalogue.flow_desk import LARGEST
from switchroom.flow.changes import changes, text_changes
from switchroom.flow.file import parse, schema
from switchroom.web.auth import Asker
from switchroom.web.services import With

router = APIRouter(prefix="/api/v1/flows", tags=["flows"])

_MISSING: dict[int | str, dict[str, object]] = {
    404: {"description": "there is no such flow or version, or it is somebody else's"}
}
_NOT_MINE: dict[int | str, dict[str, object]] = {403: {"description": "only an administrator may"}, **_MISSING}
_CHANGED: dict[int | str, dict[str, object]] = {
    409: {"description": "somebody else has changed or published it meanwhile: `draft_changed`, `conflict`"}
}
_UNUSABLE: dict[int | str, dict[str, object]] = {
    422: {"description": "it cannot run (`flow_invalid`): `problems` says where and what to do"}
}


class NewFlow(BaseModel):
    """A name of small letters, figures, ``-`` and ``_``, and the text of a flow file as the first draft."""

    name: str = Field(examples=["reception"])
    text: str = Field(max_length=LARGEST)


class Draft(BaseModel):
    """The whole text; ``revision`` is the one that was looked at, and refuses to overwrite a newer one."""

    text: str = Field(max_length=LARGEST)
    revision: int | None = None


class Text(BaseModel):
    """The text of a flow file."""

    text: str = Field(max_length=LARGEST)


class Publication(BaseModel):
    """Why it is published; ``revision`` is the one that was looked at."""

    note: str = Field("", max_length=2000)
    revision: int | None = None


class Return(BaseModel):
    """Which version is to answer again, and why."""

    number: int
    note: str = Field("", max_length=2000)


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class FlowOut(_Out):
    """A flow. ``published`` is the version that answers calls, 0 for none; times are RFC 3339."""

    id: str
    name: str
    published: int
    revision: int
    changed: datetime
    changed_by: str


class FlowWithDraft(FlowOut):
    """A flow and its draft."""

    draft: str


class VersionOut(_Out):
    """A publication. ``restores`` is the older version that it is a copy of, 0 for none."""

    number: int
    note: str
    created: datetime
    created_by: str
    restores: int


class VersionWithText(VersionOut):
    """A publication and its text."""

    text: str


class ProblemOut(_Out):
    """What is wrong with which field of which node (empty: of the flow). ``line`` counts from 1; 0: it is not known."""

    node: str
    field: str
    message: str
    line: int


class Verdict(BaseModel):
    """Whether a text could be published, and if not, why not."""

    usable: bool
    problems: list[ProblemOut]


class ChangeOut(BaseModel):
    """One difference, as data and in words."""

    how: Literal["added", "removed", "changed"]
    what: Literal["flow", "node", "intent", "slot", "section"]
    name: str
    field: str
    before: str
    after: str
    words: str


class DiffOut(BaseModel):
    """What turns one version into another: in meaning, and line by line."""

    same: bool
    changes: list[ChangeOut]
    text: str


@router.get("", summary="List flows")
async def flows(asker: Asker, services: With) -> list[FlowOut]:
    """Answer with the tenant's flows by name, without their drafts."""
    return [FlowOut.model_validate(record) for record in await services.flows.all(asker.tenant)]


@router.post("", summary="Begin a flow", status_code=201, responses={**_NOT_MINE, **_CHANGED})
async def create(new: NewFlow, asker: Asker, services: With) -> FlowWithDraft:
    """Begin a flow with a draft, which may be anything yet."""
    return FlowWithDraft.model_validate(await services.flows.create(asker.tenant, new.name, new.text, asker.user))


@router.get("/schema", summary="Get the JSON Schema of flow files")
async def file_schema(asker: Asker) -> Mapping[str, object]:  # noqa: ARG001 - for who is signed in
    """Answer with the format of flow files, for editors and other programs."""
    return schema()


@router.post("/validate", summary="Ask what is wrong with a flow")
async def validate(text: Text, asker: Asker, services: With) -> Verdict:
    """Answer with everything that keeps a text from being published; nothing is stored."""
    found = await services.flows.problems(asker.tenant, text.text)
    return Verdict(usable=not found, problems=[ProblemOut.model_validate(problem) for problem in found])


@router.get("/{flow}", summary="Get a flow and its draft", responses=_MISSING)
async def get(flow: str, asker: Asker, services: With) -> FlowWithDraft:
    """Answer with one flow."""
    return FlowWithDraft.model_validate(await services.flows.get(asker.tenant, flow))


@router.put("/{flow}/draft", summary="Change the draft", responses={**_NOT_MINE, **_CHANGED})
async def change(flow: str, draft: Draft, asker: Asker, services: With) -> FlowWithDraft:
    """Replace the draft; calls are answered by what is published, as before."""
    changed = await services.flows.change(asker.tenant, flow, draft.text, asker.user, seen=draft.revision)
    return FlowWithDraft.model_validate(changed)


@router.get("/{flow}/versions", summary="List what was published", responses=_MISSING)
async def versions(flow: str, asker: Asker, services: With) -> list[VersionOut]:
    """Answer with the publications, newest first, without their texts."""
    return [VersionOut.model_validate(version) for version in await services.flows.versions(asker.tenant, flow)]


@router.get("/{flow}/versions/{number}", summary="Get a version and its text", responses=_MISSING)
async def version(flow: str, number: int, asker: Asker, services: With) -> VersionWithText:
    """Answer with one publication."""
    return VersionWithText.model_validate(await services.flows.version(asker.tenant, flow, number))


@router.post(
    "/{flow}/publish", summary="Publish the draft", status_code=201, responses={**_NOT_MINE, **_CHANGED, **_UNUSABLE}
)
async def publish(flow: str, wanted: Publication, asker: Asker, services: With) -> VersionWithText:
    """Make the draft a version, which answers from the next call on; calls that run keep what they began with."""
    made = await services.flows.publish(asker.tenant, flow, asker.user, wanted.note, seen=wanted.revision)
    return VersionWithText.model_validate(made)


@router.post(
    "/{flow}/roll-back",
    summary="Publish an older version again",
    status_code=201,
    responses={**_NOT_MINE, **_CHANGED, **_UNUSABLE},
)
async def roll_back(flow: str, wanted: Return, asker: Asker, services: With) -> VersionWithText:
    """Publish an older version's text again, under a new number, and make it the draft."""
    return VersionWithText.model_validate(
        await services.flows.roll_back(asker.tenant, flow, wanted.number, asker.user, wanted.note)
    )


@router.get("/{flow}/diff", summary="Compare two versions", responses=_MISSING)
async def diff(
    flow: str,
    asker: Asker,
    services: With,
    old: Annotated[int | None, Query(alias="from", description="a version; left out: the one that answers")] = None,
    new: Annotated[int | None, Query(alias="to", description="a version; left out: the draft")] = None,
) -> DiffOut:
    """Answer with what turns one into the other. A draft that is no flow file answers 422 with ``flow_unreadable``."""
    if old is None:
        old = (await services.flows.get(asker.tenant, flow)).published
    before, after = [await services.flows.text(asker.tenant, flow, which) for which in (old, new)]
    found = changes(parse(before), parse(after))
    names = [f"{flow} {'draft' if which is None else which}" for which in (old, new)]
    return DiffOut(
        same=not found,
        changes=[ChangeOut(**asdict(change), words=str(change)) for change in found],
        text=text_changes(before, after, *names),
    )
