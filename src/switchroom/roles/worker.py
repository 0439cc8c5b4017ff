"""The worker: what is done in the background, beside reading the journal (``records``)."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from switchroom.catalogue.voice_models import NAME as VOICE_MODELS
from switchroom.catalogue.voice_models import VoiceModelUsage
from switchroom.hooks.deliverer import Deliverer
from switchroom.hooks.fanout import FanOut
from switchroom.hooks.retention import LogRetention
from switchroom.hooks.sending import Reach
from switchroom.hosting import hosting
from switchroom.installation import secret_of
from switchroom.mail.carriers import carrier
from switchroom.mail.postman import Postman
from switchroom.roles.records import Records
from switchroom.settings import Settings
from switchroom.storage.vault import Vault
from switchroom.usage.charging import NAME as USAGE
from switchroom.usage.charging import Charging


@asynccontextmanager
async def working(settings: Settings, records: Records) -> AsyncIterator[None]:
    """Do it while the context is open."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(hosting(records.place.alone("library", records.library.run)))
        charging = Charging(records.journal, records.usage.credits, time.monotonic)
        await stack.enter_async_context(hosting(records.place.alone(USAGE, charging.run)))
        counting = VoiceModelUsage(records.journal)
        await stack.enter_async_context(hosting(records.place.alone(VOICE_MODELS, counting.run)))
        await stack.enter_async_context(_telling(settings, records))
        await stack.enter_async_context(hosting(records.archive.retention.run()))
        postman = Postman(records.journal, records.people.outbox, carrier(settings.mail), time.time)
        await stack.enter_async_context(hosting(postman.run()))
        await stack.enter_async_context(hosting(records.accounts.audit.forget(settings.accounts.audit_days)))
        yield


@asynccontextmanager
async def _telling(settings: Settings, records: Records) -> AsyncIterator[None]:
    """Send events to the webhooks of the tenants."""
    reach = Reach(private=settings.webhooks.private)
    deliverer = Deliverer(records.journal, Vault(secret_of(settings)), time.time, reach)
    fanout = FanOut(records.journal, time.time, deliverer.notice)
    kept = LogRetention(records.database, time.time, settings.webhooks.keep_days * 86400)
    async with hosting(deliverer.run()), hosting(fanout.run()), hosting(kept.run()):
        yield
