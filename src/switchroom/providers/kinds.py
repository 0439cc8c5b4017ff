"""The kinds of providers there are, and what opens each: one line per kind.

An opener is ``module:function``, imported when the first provider of its kind is opened, since some bring libraries of a
hundred megabytes. The function takes the Choice and returns an asynchronous context manager that yields the provider (a
LanguageModel, SpeechToText or TextToSpeech); it is entered and left in one task, so it may start tasks of its own. It
raises Unavailable or Invalid, saying what is missing.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import assert_never

from switchroom.errors import Invalid, Unavailable
from switchroom.ports import Embedder, LanguageModel, SpeechToText, TextToSpeech
from switchroom.providers.choices import Choice, Section

Provider = LanguageModel | SpeechToText | TextToSpeech | Embedder
Opener = Callable[[Choice], AbstractAsyncContextManager[Provider]]


@dataclass(frozen=True, slots=True)
class Kind:
    """What can be opened of a kind, as ``module:function``; empty: it has none. ``keyed`` ones do nothing without a key.

    ``normalises``: its voice reads numbers, dates and addresses by itself as people do, so it is given the text as written.
    """

    models: str = ""
    recognisers: str = ""
    voices: str = ""
    embedders: str = ""
    keyed: bool = True
    normalises: bool = False

    def opener(self, section: Section) -> str:
        """Return what opens a provider of that section."""
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


_SCRIPTED = "switchroom.providers.scripted_choices"
_MODEL = "switchroom.providers.models.opening:open_model"
_EMBEDDER = "switchroom.providers.models.embedder:open_embedder"
_PLUGIN_EAR = "switchroom.providers.vendors.recogniser:open_recogniser"
_PLUGIN_VOICE = "switchroom.providers.vendors.voice:open_voice"
_FOLDER_EAR = "switchroom.providers.neural.recogniser:open_recogniser"
_FOLDER_VOICE = "switchroom.providers.neural.voice:open_voice"
_SERVER_VOICE = "switchroom.providers.servers.voice:open_voice"

KINDS: Mapping[str, Kind] = {
    "local": Kind(recognisers="-", voices="-", keyed=False),  # run by the process itself: see speech.py
    "scripted": Kind(f"{_SCRIPTED}:open_model", f"{_SCRIPTED}:open_recogniser", f"{_SCRIPTED}:open_voice", keyed=False),
    "sherpa": Kind(recognisers=_FOLDER_EAR, voices=_FOLDER_VOICE, keyed=False),
    "whisper": Kind(recognisers=_FOLDER_EAR, keyed=False),
    "piper": Kind(voices=_SERVER_VOICE, keyed=False),
    "chatterbox": Kind(voices=_SERVER_VOICE, keyed=False),
    "anthropic": Kind(models=_MODEL),
    "google": Kind(models=_MODEL, embedders=_EMBEDDER),
    "compatible": Kind(
        models=_MODEL, embedders=_EMBEDDER, keyed=False
    ),  # any server that speaks as OpenAI's does, by its url
    "ollama": Kind(models=_MODEL, embedders=_EMBEDDER, keyed=False),
    "vllm": Kind(models=_MODEL, embedders=_EMBEDDER, keyed=False),
    "assemblyai": Kind(recognisers=_PLUGIN_EAR),
    "cartesia": Kind(recognisers=_PLUGIN_EAR, voices=_PLUGIN_VOICE),
    "deepgram": Kind(recognisers=_PLUGIN_EAR, voices=_PLUGIN_VOICE),
    "elevenlabs": Kind(recognisers=_PLUGIN_EAR, voices=_PLUGIN_VOICE),
    "livekit": Kind(recognisers=_PLUGIN_EAR, voices=_PLUGIN_VOICE, keyed=False),  # any plugin, named by an option
    "openai": Kind(_MODEL, _PLUGIN_EAR, _PLUGIN_VOICE, _EMBEDDER, normalises=True),
}


def kind_of(choice: Choice, section: Section) -> Kind:
    """Return the kind. Raises Invalid if there is none of that name that has what the section is for."""
    known = [name for name, kind in KINDS.items() if kind.opener(section)]
    if choice.kind not in known:
        alike = get_close_matches(choice.kind, known, n=1)
        there = f"did you mean {alike[0]}?" if alike else f"there are {', '.join(known) or 'none'}"
        raise Invalid(
            f"{section}.{choice.name}: there is no kind {choice.kind!r} of {section}; {there}", code="providers"
        )
    return KINDS[choice.kind]


def complaint(choice: Choice, section: Section) -> str:
    """Say what keeps the provider from being opened, as far as its entry tells; empty if nothing does."""
    try:
        kind = kind_of(choice, section)
    except Invalid as error:
        return str(error)
    if choice.lacks_key:
        return f"{section}.{choice.name}: its key is not there: {_remedy(choice.key_from)}"
    if kind.keyed and not choice.key:
        return f"{section}.{choice.name}: {choice.kind} needs a key: write key: env:NAME or key: file:PATH"
    return ""


def opener_of(choice: Choice, section: Section) -> Opener:
    """Return what opens the provider; may take a second or two to import it. Raises Invalid, Unavailable."""
    if problem := complaint(choice, section):
        raise Invalid(problem, code="providers")
    module, _, function = kind_of(choice, section).opener(section).partition(":")
    try:
        opener: Opener = getattr(import_module(module), function)
    except ImportError as error:
        message = f"{section}.{choice.name}: what opens {choice.kind} cannot be imported: {error}"
        raise Unavailable(message, code="providers", retryable=False) from error
    return opener


def _remedy(place: str) -> str:
    how, _, where = place.partition(":")
    return f"set {where} in the environment" if how == "env" else f"write it into the file {where}"
