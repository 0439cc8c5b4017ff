"""Voice profiles: ways to speak under a name, chosen once and used for several agents."""

from collections.abc import Callable

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from switchroom.catalogue.agent_form import Name, Tag
from switchroom.catalogue.model import VoiceProfileRow
from switchroom.catalogue.named_forms import NamedForms, Noun
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


def voice_profiles(database: Database, wall: Callable[[], float]) -> NamedForms[VoiceProfileForm]:
    """Return the voice profiles of all tenants."""
    return NamedForms(database, PROFILES, wall)
