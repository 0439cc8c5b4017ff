"""Voice profiles: ways to speak under a name, chosen once and used for several agents."""

from collections.abc import Callable

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from switchroom.catalogue.agent_form import Name, Tag
from switchroom.catalogue.model import VoiceProfileRow
from switchroom.catalogue.named_forms import NamedForms, Noun
from switchroom.catalogue.profile_choice import agents_with
from switchroom.errors import Conflict
from switchroom.identity import TenantId
from switchroom.storage.db import Database

EXAMPLE: JsonDict = {"name": "warm", "provider": "local", "voice": "slt", "speed": 0.95, "language": "en"}


class VoiceProfileForm(BaseModel):
    """A voice of a provider (a name among the voices of the providers file), and how it speaks."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"example": EXAMPLE})

    name: str = Field(min_length=1, max_length=100)
    provider: Name = "local"
    voice: str = Field("", max_length=100, description="in the words of the provider; empty: its best")
    speed: float = Field(1.0, ge=0.5, le=2.0)
    language: Tag = "en"
    sample: str = Field("Hello, how can I help you today?", max_length=300)


PROFILES: Noun[VoiceProfileForm] = Noun("vpr", "voice profile", VoiceProfileRow, VoiceProfileForm)  # type: ignore[arg-type]


async def remove_profile(database: Database, tenant: TenantId, profile: str) -> None:
    """Remove a profile, by its id. Raises Conflict, naming the agents that use it."""
    async with database.transaction(tenant) as session:
        row = await session.get(VoiceProfileRow, profile, with_for_update=True)
        users = await agents_with(session, tenant, profile)
        if row is not None and users:
            message = f"voice profile {row.name!r} is used by {', '.join(users)}: give them another voice first"
            raise Conflict(message, code="in_use")
        if row is not None and row.tenant_id == tenant:
            await session.delete(row)


def voice_profiles(database: Database, wall: Callable[[], float]) -> NamedForms[VoiceProfileForm]:
    """Return the voice profiles of all tenants."""
    return NamedForms(database, PROFILES, wall)
