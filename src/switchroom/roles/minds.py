"""What thinks for callers and for those who write: agents, their flows, models and tools.

An engine has speech too, and makes ready what its calls begin with. A process without speech still thinks: for conversations in
writing, and to say what is wrong with a flow.
"""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from switchroom.accounts.tenant_tree import PLATFORM
from switchroom.answering import FLOWS, Answering
from switchroom.calls.text_desk import TextDesk
from switchroom.catalogue.hold_music import HoldMusic
from switchroom.hosting import hosting
from switchroom.observability import Metrics
from switchroom.providers.choices import load_choices
from switchroom.providers.speechless import Speechless
from switchroom.providing import Providers, open_providers
from switchroom.roles.records import Records
from switchroom.roles.voice_trials import VoiceTrials
from switchroom.settings import Settings
from switchroom.speech import LocalSpeech
from switchroom.tooling import Tooling


@dataclass(frozen=True, slots=True)
class Minds:
    """What thinks for callers, and what it thinks with."""

    directory: Answering
    texts: TextDesk
    tooling: Tooling
    voices: VoiceTrials

    def measure(self, metrics: Metrics) -> None:
        """Add the figures of the tools."""
        count = self.tooling.servers.count
        metrics.gauge("switchroom_mcp_servers_up", "MCP servers connected", lambda: float(count("up")))
        metrics.gauge("switchroom_mcp_servers_down", "MCP servers not reached", lambda: float(count("down")))


@asynccontextmanager
async def thinking(settings: Settings, records: Records, speech: LocalSpeech | None) -> AsyncIterator[Minds]:
    """Open the tools and providers of the tenants; with speech, make every agent ready that can answer."""
    async with AsyncExitStack() as stack:
        tooling = Tooling(records.mcp_servers)
        await tooling.load()
        await stack.enter_async_context(hosting(tooling.run()))
        providers = await stack.enter_async_context(providing(settings, records, speech))
        directory = Answering(records.catalogue, records.database, FLOWS, providers, tools=tooling.servers.tools)
        directory.music = HoldMusic(settings.hold_music)
        if speech is not None:
            for plan in await directory.usable():
                await providers.prepare(plan, directory.fixed_sentences())
                await speech.warm(plan.voice, (), directory.hints())
            await stack.enter_async_context(hosting(directory.keep_fresh()))
        texts = TextDesk(records.publish)
        await stack.enter_async_context(hosting(texts.run()))
        yield Minds(directory, texts, tooling, VoiceTrials(providers))


@asynccontextmanager
async def providing(settings: Settings, records: Records, speech: LocalSpeech | None) -> AsyncIterator[Providers]:
    """Open the providers of the installation, and look things up with its embedder."""
    stt, tts = (Speechless(), Speechless()) if speech is None else (speech.stt, speech.tts)
    environment = {**os.environ, **await _credentials(records)}
    async with open_providers(
        load_choices(settings.providers_file, environment),
        stt,
        tts,
        None if speech is None else settings.data / "speech",
    ) as providers:
        records.library.use(providers.opened.embedder())
        yield providers


async def _credentials(records: Records) -> dict[str, str]:
    """Return the platform's credentials for providers, as the providers file refers to them; read once, at the start."""
    credentials = records.mcp_servers.credentials
    kept = [one.name for one in await credentials.page(PLATFORM, 1000) if one.kind == "provider"]
    return {f"credential:{name}": await credentials.own(PLATFORM, name) for name in kept}
