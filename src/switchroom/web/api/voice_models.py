"""Voice models: the recognisers, language models and voices that agents may name, and how much of each was used."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from switchroom.catalogue.voice_models import METERS, Permission, Units, VoiceModels, month_of
from switchroom.errors import NotFound
from switchroom.providers.choices import Choice, Choices, Section, load_choices
from switchroom.web.api.refusals import refusals
from switchroom.web.auth import Asker
from switchroom.web.services import Services, With

router = APIRouter(prefix="/api/v1/voice-models", tags=["voice models"])

Part = Literal["recognisers", "models", "voices"]
_PARTS: tuple[Part, ...] = ("recognisers", "models", "voices")
Month = Annotated[
    str | None, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="such as 2026-11; without: this one")
]


class VoiceModelOut(BaseModel):
    """A provider. ``ready``: its key is there. ``used`` are units of the month: seconds heard, characters spoken, tokens."""

    section: Part
    name: str
    kind: str
    model: str
    voice: str
    language: str
    label: str
    enabled: bool
    ready: bool
    used: dict[str, float]


class VoiceModelList(BaseModel):
    """All that there are; an installation has few, so ``next`` is always null."""

    month: str
    items: list[VoiceModelOut]
    next: str | None = None


class VoiceModelEdit(BaseModel):
    """What the tenant says of it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"enabled": False}})

    enabled: bool = True
    label: str = Field("", max_length=200)


@router.get("", summary="List voice models", responses=refusals(401, 403, 422, 429))
async def models(asker: Asker, services: With, month: Month = None) -> VoiceModelList:
    """Answer with every recogniser, language model and voice of the installation, and what the tenant used of it."""
    chosen, desk = await _choices(services), VoiceModels(services.database)
    when = month or month_of(services.wall())
    said, used = await desk.permissions(asker.tenant), await desk.used(asker.tenant, when)
    found = [
        _out(part, choice, said.get((part, choice.name), Permission()), used)
        for part in _PARTS
        for choice in chosen.section(part).values()
    ]
    return VoiceModelList(month=when, items=found)


@router.patch("/{section}/{name}", summary="Allow a voice model", responses=refusals(401, 403, 404, 422, 429))
async def change(section: Part, name: str, edit: VoiceModelEdit, asker: Asker, services: With) -> VoiceModelOut:
    """Say whether the tenant's agents may name it; agents that name it already are not changed."""
    choice = (await _choices(services)).section(section).get(name)
    if choice is None:
        raise NotFound(f"there is no {name!r} among the {section} of the providers file")
    desk, said = VoiceModels(services.database), Permission(edit.enabled, edit.label)
    await desk.permit(asker.tenant, (section, name), said)
    return _out(section, choice, said, await desk.used(asker.tenant, month_of(services.wall())))


async def _choices(services: Services) -> Choices:
    return await asyncio.to_thread(load_choices, services.settings.providers_file)


def _out(section: Section, choice: Choice, said: Permission, used: Units) -> VoiceModelOut:
    units = used.get(choice.name, {})
    return VoiceModelOut.model_validate(
        {
            "section": section,
            "name": choice.name,
            "kind": choice.kind,
            "model": choice.model,
            "voice": choice.voice,
            "language": choice.language,
            "label": said.label,
            "enabled": said.enabled,
            "ready": not choice.lacks_key or choice.key_from.startswith("credential:"),
            "used": {meter: units.get(meter, 0.0) for meter in METERS[section]},
        }
    )
