"""How an agent is changed: the fields that are given, checked, over what it has."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from switchroom.catalogue.forms import checked
from switchroom.catalogue.service import AgentRecord
from switchroom.errors import Invalid

Tag = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Chain = Annotated[tuple[Name, ...], Field(max_length=8)]

_LISTS = ("models", "recognisers", "voice_providers", "languages")
_SENTENCES = ("fillers",)


class AgentChange(BaseModel):
    """What is to be otherwise; what is not given stays. See ``catalogue.service.AgentRecord`` for what the fields mean."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"example": {"models": ["fast", "careful"], "voice_providers": ["sonic", "local"]}},
    )

    name: str = Field("", min_length=1, max_length=200)
    flow: str = Field("", min_length=1, max_length=500)
    voice: str = Field("", max_length=100)
    speed: float = Field(1.0, ge=0.5, le=2.0)
    language: Tag = "en"
    languages: tuple[Tag, ...] = Field((), max_length=8)
    voices: Mapping[str, str] = Field(default_factory=dict, max_length=50)
    voice_profile: str = Field("", max_length=100, description="name or id; its voice counts, not the agent's own")
    greeting: str = Field("", max_length=1000)
    apology: str = Field("", min_length=1, max_length=1000)
    farewell: str = Field("", min_length=1, max_length=1000)
    record: bool = True
    max_duration: float = Field(1800.0, ge=10.0, le=86_400.0)
    silence: float = Field(7.0, ge=2.0, le=120.0)
    nudges: int = Field(3, ge=1, le=20)
    models: Chain = ()
    recognisers: Chain = ()
    voice_providers: Chain = ()
    temperature: float | None = Field(None, ge=0.0, le=2.0)
    prompt: str = Field("", max_length=20_000)
    guesses: int = Field(3, ge=0, le=3)
    no_silence: float = Field(1.2, ge=0.5, le=30.0)
    stalled: float = Field(8.0, ge=2.0, le=60.0)
    fillers: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=100)], ...], Field(max_length=12)] = ()

    def applied(self, agent: AgentRecord) -> AgentRecord:
        """Return the agent as it is to be."""
        return replace(agent, **{name: getattr(self, name) for name in self.model_fields_set})


def change_from(words: Mapping[str, str]) -> AgentChange:
    """Return the change that words ask for. Raises Invalid.

    Lists have commas, but ``fillers`` semicolons, for they are sentences; ``voices`` are ``de=hans,fr=anne``.
    """
    values: dict[str, object] = {}
    for name, word in words.items():
        parts = [part.strip() for part in word.split(",") if part.strip()]
        if name in _LISTS:
            values[name] = parts
        elif name in _SENTENCES:
            values[name] = [part.strip() for part in word.split(";") if part.strip()]
        elif name == "voices":
            values[name] = dict(_pair(part) for part in parts)
        elif name == "temperature" and not word:
            values[name] = None
        else:
            values[name] = word
    return checked(AgentChange, values)


def _pair(part: str) -> tuple[str, str]:
    language, sign, voice = part.partition("=")
    if not sign:
        raise Invalid(f"voices: {part!r} names no voice; write LANGUAGE=VOICE, such as de=hans")
    return language.strip(), voice.strip()
