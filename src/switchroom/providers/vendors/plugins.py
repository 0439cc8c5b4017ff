"""A vendor's plugin: found, imported without what must not come with it, and constructed from a provider's entry.

The names of a class's parameters are the names of an entry's options. What is withheld, and why: docs/decisions/0017.
"""

import asyncio
import importlib
import inspect
import logging
from collections.abc import Callable, Container, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from difflib import get_close_matches
from types import ModuleType
from typing import Literal, cast

from switchroom.errors import Invalid, Unavailable
from switchroom.providers.choices import Choice
from switchroom.providers.vendors.shapes import MakeFrame, Patience, Settings
from switchroom.providers.withheld import withhold

Role = Literal["STT", "TTS"]

GENERAL = "livekit"
"""The kind whose option ``plugin`` names any plugin, and whose option ``class`` any class of it."""

_NAMES: Mapping[str, tuple[str, ...]] = {
    "key": ("api_key", "subscription_key", "speech_key", "token"),
    "url": ("base_url", "endpoint_url", "api_url", "ws_url", "http_url", "speech_endpoint"),
    "model": ("model", "speech_model", "model_id"),
    "language": ("language", "language_code", "languages"),
    "voice": ("voice", "voice_id", "voice_name", "speaker", "model"),
}
"""What plugins call a field of an entry, the usual name first."""

_DEFAULTS: Mapping[tuple[str, Role], Settings] = {
    ("elevenlabs", "TTS"): {"encoding": "pcm_16000", "sync_alignment": False},
    ("openai", "TTS"): {"response_format": "pcm"},
    ("cartesia", "TTS"): {"word_timestamps": False},
}
"""PCM, and nothing that is only for the eye."""

_RATE = 16_000


@dataclass(frozen=True, slots=True)
class Plugin:
    """A class of a plugin, and what goes with it."""

    name: str
    make: Callable[..., object]
    frame: MakeFrame
    patience: Patience
    connected: Callable[[Container[str], Settings], AbstractAsyncContextManager[Settings]]
    """See ``wire.connected``."""

    @property
    def parameters(self) -> Mapping[str, inspect.Parameter]:
        """Return what the class takes."""
        return inspect.signature(self.make).parameters

    def called(self, field: str) -> str:
        """Return what the class calls a field of an entry; empty if it has no such thing."""
        return next((name for name in _NAMES[field] if name in self.parameters), "")


async def load(choice: Choice, role: Role) -> Plugin:
    """Return the class. Takes seconds, once. Raises Unavailable if it is not installed, Invalid if there is no such class."""
    name = str(choice.options.get("plugin", "")) if choice.kind == GENERAL else choice.kind
    named = str(choice.options.get("class", role))
    package = f"livekit-plugins-{name.replace('_', '-')}"
    if not name.isidentifier():
        raise Invalid(
            f"{choice.name}: the option plugin names the plugin, such as azure; not {name!r}", code="providers"
        )
    try:
        agents, module = await asyncio.to_thread(_import, name)
    except ImportError as error:
        raise Unavailable(
            f"{choice.name}: the plugin {name} is not there ({error}): pip install {package}",
            code="providers",
            retryable=False,
        ) from error
    make = getattr(module, named, None)
    if not inspect.isclass(make):
        raise Invalid(f"{choice.name}: {package} has no {_what(role)} called {named}", code="providers")
    _quieten()
    frame = cast("MakeFrame", importlib.import_module("livekit.rtc").AudioFrame)
    wire = importlib.import_module("switchroom.providers.vendors.wire")
    return Plugin(name, make, frame, cast("Patience", agents.APIConnectOptions), wire.connected)


def settings(plugin: Plugin, choice: Choice, role: Role) -> dict[str, object]:
    """Return what to construct the class with. Raises Invalid for what it does not take."""
    taken = plugin.parameters
    given = {name: value for name, value in choice.options.items() if name not in _OURS}
    for name in given:
        if name not in taken:
            raise Invalid(
                f"{choice.name}: {plugin.name} has no option {name!r}{_alike(name, list(taken))}", code="providers"
            )
    found = dict(_DEFAULTS.get((plugin.name, role), {}))
    if role == "TTS" and "sample_rate" in taken:
        found["sample_rate"] = _RATE
    for field in ("model", "voice", "key", "url", "language"):
        value = getattr(choice, field)
        if value:
            found[_called(plugin, field, choice)] = value
    return {name: value for name, value in found.items() if name in taken} | given


_OURS = {"plugin", "class", "patience", "tail"}
"""Options that are the adapter's."""


def seconds(choice: Choice, name: str, otherwise: float) -> float:
    """Return an option of the adapter's. Raises Invalid if it is not a number of seconds."""
    value = choice.options.get(name, otherwise)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise Invalid(f"{choice.name}: the option {name} is a number of seconds, not {value!r}", code="providers")
    return float(value)


def construct(plugin: Plugin, values: Settings, who: str) -> object:
    """Return an instance. Raises Invalid if the class does not like its settings, such as a key that is missing."""
    try:
        return plugin.make(**values)
    except (ValueError, TypeError) as error:
        raise Invalid(f"{who}: {plugin.name} cannot be set up: {error}", code="providers") from error


def _called(plugin: Plugin, field: str, choice: Choice) -> str:
    name = plugin.called(field)
    if not name:
        raise Invalid(f"{choice.name}: {plugin.name} has no {field} to choose", code="providers")
    return name


def _alike(name: str, taken: list[str]) -> str:
    alike = get_close_matches(name, taken, n=1)
    return f"; did you mean {alike[0]}?" if alike else f"; it has {', '.join(taken)}"


def _what(role: Role) -> str:
    return "recogniser" if role == "STT" else "voice"


def _import(name: str) -> tuple[ModuleType, ModuleType]:
    """Return LiveKit Agents and a plugin.

    Plugins register for LiveKit's own worker, which insists on the main thread; it is not here, and some vendors'
    libraries take two seconds, so nothing is registered and the main thread goes on.
    """
    withhold("av", "av.container", "livekit.local_inference")
    agents = importlib.import_module("livekit.agents")
    agents.Plugin.register_plugin = staticmethod(lambda _plugin: None)
    return agents, importlib.import_module(f"livekit.plugins.{name}")


def _quieten() -> None:
    """Let the plugins log nothing: what they log are failures that we report, and sometimes what a caller said."""
    for name in (
        "livekit",
        "livekit.agents",
        *(known for known in logging.root.manager.loggerDict if known.startswith("livekit.")),
    ):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
