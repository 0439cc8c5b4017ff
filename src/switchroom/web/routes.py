"""Every route there is, on an application that has nothing behind it yet.

So the OpenAPI document can be had without a database or an engine: ``python -m switchroom.web.openapi`` prints it.
"""

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.types import Lifespan

from switchroom.settings import Role
from switchroom.web import console, door_pages, live, pages, trunk_pages
from switchroom.web.api import (
    accounts,
    agent_versions,
    agents,
    audit,
    brand,
    call_records,
    calls,
    credentials,
    engines,
    event_kinds,
    flows,
    health,
    hold_music,
    hours,
    invitations,
    keys,
    knowledge,
    latency,
    links,
    live_calls,
    mcp_servers,
    numbers,
    overview,
    queues,
    rehearsals,
    second_steps,
    security,
    teams,
    telephones,
    tenant_settings,
    tenants,
    texting,
    tools,
    trunks,
    usage,
    users,
    voice_models,
    voice_profiles,
    voicemails,
    webhook_deliveries,
    webhooks,
)
from switchroom.web.described import describe

_VOICE = (calls, overview, call_records, live_calls, voicemails, hold_music, latency, telephones, trunks)
_THOUGHT = (agents, agent_versions, rehearsals, flows, mcp_servers, knowledge, texting)
_PEOPLE = (accounts, links, second_steps, keys, users, teams, invitations, audit)
_HOUSE = (*_PEOPLE, tenants, tenant_settings, brand, usage, security, engines, health)
_LINES = (numbers, hours, queues, credentials, voice_models, voice_profiles, tools)
_EVENTS = (webhook_deliveries, webhooks, event_kinds)

_EVERYTHING = (pages, door_pages, trunk_pages, console, live, *_HOUSE, *_VOICE, *_THOUGHT, *_LINES, *_EVENTS)
_OF_ROLE = {"all": _EVERYTHING, "api": _EVERYTHING, "engine": (live, security, health), "worker": (health,)}


def routed(lifespan: Lifespan[FastAPI] | None = None, role: Role = "all") -> FastAPI:
    """Return an application with the routes of a role; whoever serves it sets ``app.state.services``."""
    app = FastAPI(title="Switchroom", version=version("switchroom"), docs_url=None, redoc_url=None, lifespan=lifespan)
    for part in _OF_ROLE[role]:
        app.include_router(part.router)
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            routes = [route for part in _OF_ROLE[role] for route in part.router.routes]
            describe(plain(), [route for route in routes if isinstance(route, APIRoute)])
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
    return app
