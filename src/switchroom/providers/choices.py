"""The providers of an installation: a YAML file that gives each a name, says of what kind it is, and where its key is kept.

Agents name providers, never vendors or keys; so an installation changes a vendor in one place, and an agent's record can
be shown to anybody. A key is never in the file: ``env:NAME`` and ``file:PATH`` say where it is. docs/providers.md has the format.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, assert_never

import yaml
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, field_validator

from switchroom.errors import Invalid

Section = Literal["models", "recognisers", "voices", "embedders"]

SECTIONS: tuple[Section, ...] = ("models", "recognisers", "voices", "embedders")

LOCAL = "local"
"""The name that the recogniser and the voice of this machine always have."""

_NAME = r"^[a-z0-9][a-z0-9_-]{0,39}$"


@dataclass(frozen=True, slots=True)
class Choice:
    """One provider as configured. ``key`` is the secret itself, empty if it is not there; ``key_from`` says where it should be.

    ``model``, ``voice`` and ``language`` are in the words of the provider, as ``options`` are.
    """

    name: str
    kind: str
    model: str = ""
    key: str = field(default="", repr=False)
    url: str = ""
    voice: str = ""
    language: str = ""
    options: Mapping[str, JsonValue] = field(default_factory=dict)
    key_from: str = ""
    normalises: bool | None = None
    """Whether a voice reads figures well by itself; None: as its kind does."""
    patience: float | None = None
    """Seconds that a model or a voice is waited for before its first sign; None: what others are given."""

    @property
    def lacks_key(self) -> bool:
        """Whether a key is spoken of and not there."""
        return bool(self.key_from) and not self.key


@dataclass(frozen=True, slots=True)
class Choices:
    """All of them by name, section by section."""

    models: Mapping[str, Choice] = field(default_factory=dict)
    recognisers: Mapping[str, Choice] = field(default_factory=lambda: {LOCAL: Choice(LOCAL, LOCAL)})
    voices: Mapping[str, Choice] = field(default_factory=lambda: {LOCAL: Choice(LOCAL, LOCAL)})
    embedders: Mapping[str, Choice] = field(default_factory=dict)
    """The first of them gives knowledge its meaning."""

    def section(self, section: Section) -> Mapping[str, Choice]:
        """Return the providers of one section."""
        match section:
            case "models":
                return self.models
            case "recognisers":
                return self.recognisers
            case "voices":
                return self.voices
            case "embedders":
                return self.embedders
            case _:
                assert_never(section)


def check_names(choices: Choices, wanted: Mapping[Section, Sequence[str]]) -> None:
    """Raises Invalid if a chain names what the providers file does not have."""
    for section, names in wanted.items():
        there = choices.section(section)
        for name in names:
            if name not in there:
                raise Invalid(
                    f"there is no {name!r} among the {section} of the providers file: {', '.join(there) or 'none'}",
                    code="providers",
                )


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: str = Field(pattern=_NAME)
    model: str = ""
    key: str = ""
    url: str = Field("", pattern="^(|(https?|wss?)://.+)$")
    voice: str = ""
    language: str = ""
    normalises: bool | None = None
    patience: float | None = Field(None, gt=0.0, le=120.0)
    options: dict[str, JsonValue] = Field(default_factory=dict)

    @field_validator("key")
    @classmethod
    def _point_to_keys(cls, value: str) -> str:
        if value and not value.startswith(("env:", "file:", "credential:")):
            raise ValueError("a key is not written here: say where it is, env:NAME, file:PATH or credential:NAME")
        return value


_Entries = dict[Annotated[str, Field(pattern=_NAME)], _Entry]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    models: _Entries = Field(default_factory=dict)
    recognisers: _Entries = Field(default_factory=dict)
    voices: _Entries = Field(default_factory=dict)
    embedders: _Entries = Field(default_factory=dict)

    @field_validator("recognisers", "voices")
    @classmethod
    def _keep_local(cls, value: _Entries) -> _Entries:
        if LOCAL in value:
            raise ValueError(f"{LOCAL!r} is there by itself and cannot be another: give it another name")
        return value


def load_choices(path: Path, environment: Mapping[str, str] = os.environ) -> Choices:
    """Return what the file says; without a file: the speech of this machine, and no model. Raises Invalid, with the place."""
    if not path.exists():
        return Choices()
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} cannot be read: {error}", code="providers") from error
    except yaml.YAMLError as error:
        raise Invalid(f"{path} is not YAML: {_where(error)}", code="providers") from None
    return read_choices(content or {}, str(path), environment)


def read_choices(content: object, place: str, environment: Mapping[str, str] = os.environ) -> Choices:
    """Return the providers of a file's content. ``place`` is the file's name in messages."""
    try:
        file = _File.model_validate(content)
    except ValidationError as error:
        raise Invalid("; ".join(_complaints(error, place)), code="providers") from None
    local = {LOCAL: Choice(LOCAL, LOCAL)}
    return Choices(
        models=_choices(file.models, environment),
        recognisers=local | _choices(file.recognisers, environment),
        voices=local | _choices(file.voices, environment),
        embedders=_choices(file.embedders, environment),
    )


def _choices(entries: Mapping[str, _Entry], environment: Mapping[str, str]) -> dict[str, Choice]:
    return {
        name: Choice(
            name, entry.kind, entry.model, key_at(entry.key, environment), entry.url, entry.voice, entry.language,
            entry.options, entry.key, entry.normalises, entry.patience,
        )
        for name, entry in entries.items()
    }  # fmt: skip


def key_at(place: str, environment: Mapping[str, str]) -> str:
    """Return the key that is kept at ``env:NAME`` or ``file:PATH``, empty if there is none.

    Keys of credentials are put into ``environment`` by whoever can open them, under the whole ``credential:NAME``.
    """
    how, _, where = place.partition(":")
    if how == "credential":
        return environment.get(place, "")
    if how == "env":
        return environment.get(where, "").strip()
    if how == "file":
        try:
            return Path(where).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return ""
    return ""


def _where(error: yaml.YAMLError) -> str:
    """Say what is wrong and where, without the line itself: it may hold a key."""
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    problem = (error.problem if isinstance(error, yaml.MarkedYAMLError) else None) or "it cannot be parsed"
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}" if mark else problem


def _complaints(error: ValidationError, place: str) -> list[str]:
    return [
        f"{place}: {'.'.join(map(str, part['loc'])) or 'the file'}: {_words(part['type'], part['msg'], part['loc'])}"
        for part in error.errors()
    ]


def _words(kind: str, message: str, where: tuple[int | str, ...]) -> str:
    if kind == "extra_forbidden":
        known = list(_File.model_fields if len(where) == 1 else _Entry.model_fields)
        alike = get_close_matches(str(where[-1]), known, n=1)
        return "there is no such field" + (
            f"; did you mean {alike[0]}?" if alike else f"; there are {', '.join(known)}"
        )
    return message.removeprefix("Value error, ")
