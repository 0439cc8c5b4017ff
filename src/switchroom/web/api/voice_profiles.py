"""Voice profiles: ways to speak under a name."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Body, Query, Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue, WithJsonSchema

from switchroom.catalogue.named_forms import Named, NamedForms
from switchroom.catalogue.voice_models import VoiceModels
from switchroom.catalogue.voice_profiles import VoiceProfileForm, remove_profile, voice_profiles
from switchroom.identity import TenantId
from switchroom.providers.choices import check_names, load_choices
from switchroom.web.api.refusals import refusals
from switchroom.web.auth import Asker
from switchroom.web.services import Services, With

router = APIRouter(prefix="/api/v1/voice-profiles", tags=["voice profiles"])

Fields = Annotated[dict[str, JsonValue], WithJsonSchema(VoiceProfileForm.model_json_schema())]


class VoiceProfileOut(BaseModel):
    """A voice profile."""

    id: str
    form: VoiceProfileForm


class ListenIn(BaseModel):
    """What is to be said; empty: the profile's sample, or a sentence in its language."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"text": "Hello, this is Ada."}})

    text: str = Field("", max_length=200)


class VoiceProfileList(BaseModel):
    """Voice profiles in the order in which they were made; ``next`` is the cursor of the following page."""

    items: list[VoiceProfileOut]
    next: str | None


@router.get("", summary="List voice profiles", responses=refusals(401, 403, 422, 429))
async def profiles(
    asker: Asker,
    services: With,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> VoiceProfileList:
    """Answer with the tenant's voice profiles."""
    found = await _desk(services).page(asker.tenant, limit + 1, cursor)
    shown = found[:limit]
    return VoiceProfileList(items=[_out(one) for one in shown], next=shown[-1].id if len(found) > limit else None)


@router.post("", summary="Add a voice profile", status_code=201, responses=refusals(401, 403, 409, 422, 429))
async def add(fields: Annotated[Fields, Body()], asker: Asker, services: With) -> VoiceProfileOut:
    """Add a voice profile."""
    await _check_provider(fields, asker.tenant, services)
    return _out(await _desk(services).create(asker.tenant, fields))


@router.get("/{profile}", summary="Get a voice profile", responses=refusals(401, 403, 404, 429))
async def one(profile: str, asker: Asker, services: With) -> VoiceProfileOut:
    """Answer with a voice profile, by id or name."""
    return _out(await _desk(services).get(asker.tenant, profile))


@router.patch("/{profile}", summary="Change a voice profile", responses=refusals(401, 403, 404, 409, 422, 429))
async def change(profile: str, fields: Annotated[Fields, Body()], asker: Asker, services: With) -> VoiceProfileOut:
    """Change the fields that are given; agents that speak by it do so from their next call on."""
    await _check_provider(fields, asker.tenant, services)
    return _out(await _desk(services).change(asker.tenant, profile, fields))


@router.delete(
    "/{profile}", summary="Remove a voice profile", status_code=204, responses=refusals(401, 403, 404, 409, 429)
)
async def remove(profile: str, asker: Asker, services: With) -> None:
    """Remove a voice profile, unless agents speak by it: the answer then names those."""
    found = await _desk(services).get(asker.tenant, profile)
    await remove_profile(services.database, asker.tenant, found.id)


@router.post(
    "/{profile}/listen",
    summary="Listen to a voice profile",
    response_class=Response,
    responses={
        200: {"description": "a WAV file of the sentence", "content": {"audio/wav": {}}},
        **refusals(401, 403, 404, 422, 429, 503, s503="its provider does not work, or not in this process; says where"),
    },
)
async def listen(profile: str, asker: Asker, services: With, wanted: ListenIn | None = None) -> Response:
    """Answer with one sentence by the profile's voice; a tenant has one at a time made, within ten seconds."""
    found = await _desk(services).get(asker.tenant, profile)
    spoken = await services.listen(asker.tenant, found.form, "" if wanted is None else wanted.text.strip())
    return Response(spoken, media_type="audio/wav", headers={"cache-control": "no-store"})


async def _check_provider(fields: Fields, tenant: TenantId, services: Services) -> None:
    """Raise Invalid if the provider that is given is none of the installation's, or switched off for the tenant."""
    provider = fields.get("provider")
    if isinstance(provider, str):
        check_names(await asyncio.to_thread(load_choices, services.settings.providers_file), {"voices": [provider]})
        await VoiceModels(services.database).check(tenant, {"voices": [provider]})


def _desk(services: Services) -> NamedForms[VoiceProfileForm]:
    return voice_profiles(services.database, services.wall)


def _out(found: Named[VoiceProfileForm]) -> VoiceProfileOut:
    return VoiceProfileOut(id=found.id, form=found.form)
