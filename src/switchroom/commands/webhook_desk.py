"""``switchroom webhook``: a tenant's webhooks from the command line; a running server sees what is written."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast, get_args

from switchroom.commands import house
from switchroom.errors import Invalid
from switchroom.hooks.deliveries import Deliveries, Delivery, Filter, Span, State
from switchroom.hooks.endpoints import Wanted, Webhooks
from switchroom.identity import TenantId
from switchroom.settings import Settings
from switchroom.storage.journal import Journal
from switchroom.storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Desk:
    """The webhooks of one tenant, opened for a command."""

    tenant: TenantId
    webhooks: Webhooks
    deliveries: Deliveries
    journal: Journal


@asynccontextmanager
async def opened(settings: Settings, slug: str) -> AsyncIterator[Desk]:
    """Open the database of the installation. Raises NotFound for a tenant that is not there."""
    async with house.opened(settings) as here:
        journal = Journal(here.database)
        webhooks = Webhooks(journal, Vault(here.secret), time.time, settings.webhooks)
        yield Desk(await here.tenant(slug), webhooks, Deliveries(here.database, time.time), journal)


async def add(desk: Desk, wanted: Wanted, say: Callable[[str], None]) -> None:
    """Add an endpoint. Raises Invalid."""
    made, secret = await desk.webhooks.create(desk.tenant, wanted)
    say(f"Added {made.id} for {', '.join(made.topics)}.")
    say(f"Its secret, shown this once: {secret}")


async def show(desk: Desk, say: Callable[[str], None]) -> None:
    """List the tenant's endpoints."""
    found = await desk.webhooks.all(desk.tenant)
    for one in found:
        off = "" if one.enabled else f"  off{f' ({one.disabled_why})' if one.disabled_why else ''}"
        seen = "never" if one.delivered is None else _time(one.delivered)
        say(f"{one.id}  {one.url}  {', '.join(one.topics)}  last delivered: {seen}{off}")
    if not found:
        say("There are no webhooks.")


async def log(desk: Desk, webhook: str, state: str, limit: int, say: Callable[[str], None]) -> None:
    """Print deliveries, newest first. Raises NotFound, Invalid."""
    if state not in ("", *get_args(State)):
        raise Invalid(f"state: {state!r} is none: pending, delivered or failed")
    wanted = Filter(limit, None, cast("State", state) if state else None)
    found, _ = await desk.deliveries.page(webhook, desk.tenant, wanted)
    for one in found:
        say(_line(one))
    if not found:
        say("There are no deliveries.")


async def replay(desk: Desk, what: str, say: Callable[[str], None], *, everything: bool) -> None:
    """Send again a delivery, or what failed of a webhook. Raises NotFound, Conflict."""
    if what.startswith("dlv_"):
        await desk.deliveries.replay(what, desk.tenant)
        say("Sent again: 1.")
        return
    count = await desk.deliveries.replay_all(what, desk.tenant, Span("all" if everything else "failed"))
    say(f"Sent again: {count}.")


def _line(one: Delivery) -> str:
    last = one.attempts[-1] if one.attempts else None
    came = "" if last is None else str(last["problem"] or last["status"])
    again = "" if one.due is None else f"  next {_time(one.due)}"
    return f"{_time(one.created)}  {one.id}  {one.topic}  {one.state}  {one.tries} tries{again}  {came}".rstrip()


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
