"""``switchroom doctor``: looks at everything a running Switchroom needs and says what to do about each finding."""

import asyncio
import os
import shutil
import socket
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, assert_never

from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from switchroom.answering import FLOWS, Answering
from switchroom.catalogue.service import Catalogue
from switchroom.errors import Invalid, SwitchroomError
from switchroom.media import opus
from switchroom.observability import set_up
from switchroom.ports import Voice
from switchroom.providers.choices import LOCAL, SECTIONS, Choice, Choices, Section, check_names, load_choices
from switchroom.providers.kinds import complaint
from switchroom.providers.local.engines import find_engines
from switchroom.providers.scripted import ScriptedRecogniser, ScriptedVoice
from switchroom.providing import open_providers
from switchroom.settings import Settings
from switchroom.speech import open_speech
from switchroom.storage.db import Database
from switchroom.storage.revisions import age
from switchroom.storage.row_security import bypassed

_SPACE = 1 << 30
_MARKS = {"ok": "✓", "hint": "·", "problem": "✗"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; ``remedy`` says what to do unless all is well."""

    state: Literal["ok", "hint", "problem"]
    what: str
    remedy: str = ""


Check = Callable[[Settings], Coroutine[object, None, list[Finding]]]


async def examine(settings: Settings, say: Callable[[str], None] = print) -> int:
    """Look at everything; return 1 if something must be mended."""
    set_up("console", "critical")
    problems = 0
    for title, check in CHECKS.items():
        say(title)
        for finding in await check(settings):
            problems += finding.state == "problem"
            say(f"  {_MARKS[finding.state]} {finding.what}" + (f"\n      → {finding.remedy}" if finding.remedy else ""))
    say("")
    say("Everything needed is there." if not problems else f"{problems} to mend.")
    return 1 if problems else 0


async def _speech(settings: Settings) -> list[Finding]:
    engines = find_engines()
    found = [Finding("ok", f"{engine.role}: {engine.name} {engine.version} {engine.detail}") for engine in engines]
    if not any(engine.role == "voice" for engine in engines):
        return [*found, Finding("problem", "no voice: the agent could not speak", "apt-get install libflite1")]
    if not any(engine.name == "flite" for engine in engines):
        found.append(Finding("hint", "flite is not here: the agent sounds like a robot", "apt-get install libflite1"))
    try:
        async with asyncio.timeout(60), open_speech(settings.speech) as speech:
            await speech.tts.prepare(["Everything works."], Voice())
        found.append(Finding("ok", "a sentence was spoken, and the recogniser is ready"))
    except (SwitchroomError, TimeoutError, BaseExceptionGroup) as error:
        found.append(Finding("problem", f"the speech workers do not work: {error}", "reinstall with make clean run"))
    return found


async def _providers(settings: Settings) -> list[Finding]:
    path = settings.providers_file
    try:
        choices = load_choices(path)
    except Invalid as error:
        return [Finding("problem", str(error), "mend the file; docs/providers.md describes it")]
    if not path.exists():
        return [Finding("ok", f"there is no {path}: agents have the speech of this machine, and no language model")]
    return [
        _provider(section, choice)
        for section in SECTIONS
        for choice in choices.section(section).values()
        if choice.kind != LOCAL
    ] or [Finding("hint", f"{path} names no provider", "docs/providers.md shows how")]


def _provider(section: Section, choice: Choice) -> Finding:
    if problem := complaint(choice, section):
        return Finding("problem", problem, "agents that name it pass it over until then")
    key = f", its key is in {choice.key_from}" if choice.key_from else ""
    return Finding("ok", " ".join(filter(None, (f"{section}.{choice.name}: {choice.kind}", choice.model))) + key)


async def _codecs(_: Settings) -> list[Finding]:
    found = [Finding("ok", "telephone audio: PCMU, PCMA, G722")]
    if (version := opus.version()) is not None:
        return [*found, Finding("ok", f"Opus for trunks and phones whose policy names it: {version}")]
    return [*found, Finding("hint", "no Opus: trunks that want it get another codec", "apt-get install libopus0")]


async def _ports(settings: Settings) -> list[Finding]:
    sip, web = settings.sip, settings.web
    found = [
        _port("SIP over UDP", socket.SOCK_DGRAM, sip.host, sip.port, "SWITCHROOM_SIP__PORT"),
        _port("SIP over TCP", socket.SOCK_STREAM, sip.host, sip.port, "SWITCHROOM_SIP__PORT"),
        _port("pages", socket.SOCK_STREAM, web.host, web.port, "SWITCHROOM_WEB__PORT"),
    ]
    calls = (sip.rtp_last - sip.rtp_first) // 2
    enough = calls >= settings.engine.max_calls
    found.append(
        Finding("ok", f"RTP ports {sip.rtp_first}-{sip.rtp_last}: room for {calls} calls")
        if enough
        else Finding(
            "problem",
            f"RTP ports {sip.rtp_first}-{sip.rtp_last} hold {calls} calls, {settings.engine.max_calls} are allowed",
            "widen SWITCHROOM_SIP__RTP_FIRST..RTP_LAST or lower SWITCHROOM_ENGINE__MAX_CALLS",
        )
    )
    return found


def _port(what: str, kind: socket.SocketKind, host: str, port: int, setting: str) -> Finding:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return Finding(
                "hint",
                f"{what}: {host}:{port} cannot be had ({error.strerror})",
                f"fine if that is Switchroom itself; else stop the other program or set {setting}",
            )
    return Finding("ok", f"{what}: {host}:{port} is free")


async def _database(settings: Settings) -> list[Finding]:
    try:
        missing = _missing(settings.url)
        if missing is not None:
            return [missing]
        database = Database(settings.url, settings.database)
        try:
            return await _migrated(database, settings)
        finally:
            await database.close()
    except (SQLAlchemyError, OSError, Invalid) as error:
        reason = str(error).splitlines()[0]
        return [Finding("problem", f"the database cannot be used: {reason}", "check SWITCHROOM_DATABASE_URL")]


def _missing(database_url: str) -> Finding | None:
    """Return what is to say of a file that is not there: opening it would make it."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    path = Path(str(url.database))
    if path.exists():
        return None
    folder = _existing(path.parent)
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        reason = f"the database cannot be used: {path} cannot be made in {folder}"
        return Finding("problem", reason, "check SWITCHROOM_DATABASE_URL")
    return Finding("hint", f"{path} is not there yet", "it is made at the first start")


async def _migrated(database: Database, settings: Settings) -> list[Finding]:
    url = database.engine.url.render_as_string(hide_password=True)
    standing = await age(database)
    match standing:
        case "current":
            walls = await _walls(database)
            return [Finding("ok", f"{url} is up to date"), *walls, *await _answered(database, settings)]
        case "empty":
            return [Finding("hint", f"{url} is empty", "its tables are made at the first start")]
        case "old":
            return [Finding("hint", f"{url} is of an older version", "it is brought up to date at the next start")]
        case "unknown":
            return [Finding("problem", f"{url} is of a newer version", "use the Switchroom that made it, or a newer")]
        case _:
            assert_never(standing)


async def _walls(database: Database) -> list[Finding]:
    async with database.engine.connect() as connection:
        if not await connection.run_sync(bypassed):
            return []
    what = "the database's role passes row-level security by, which keeps tenants apart"
    return [Finding("hint", what, "use one that is NOSUPERUSER NOBYPASSRLS: docs/operating.md#postgresql")]


def _choices(settings: Settings) -> Choices:
    try:
        return load_choices(settings.providers_file)
    except Invalid:  # told elsewhere
        return Choices()


async def _answered(database: Database, settings: Settings) -> list[Finding]:
    catalogue = Catalogue(database)
    async with open_providers(_choices(settings), ScriptedRecogniser(), ScriptedVoice()) as providers:
        try:
            plans = await Answering(catalogue, database, FLOWS, providers).plans()
        except SwitchroomError as error:
            return [Finding("problem", f"a flow cannot be used: {error}", "mend the file; docs/flows.md describes it")]
        strangers = await _strangers(catalogue, providers.opened.choices)
    if not plans:
        return [Finding("hint", "no number is bound to an agent yet", "`switchroom serve` makes the demo number")]
    return [Finding("ok", f"{len(plans)} agent(s) answer; their flows are sound"), *strangers]


async def _strangers(catalogue: Catalogue, choices: Choices) -> list[Finding]:
    """Return the agents whose chains name what the providers file does not have."""
    found = []
    for agent in await catalogue.everybody():
        chains: dict[Section, tuple[str, ...]] = {
            "models": agent.models,
            "recognisers": agent.recognisers,
            "voices": agent.voice_providers,
        }
        try:
            check_names(choices, chains)
        except Invalid as error:
            found.append(Finding("problem", f"agent {agent.name}: {error}", "switchroom agent set, or mend the file"))
    return found


async def _files(settings: Settings) -> list[Finding]:
    folder = _existing(settings.data)
    if not os.access(folder, os.W_OK):
        return [Finding("problem", f"{folder} cannot be written", "set SWITCHROOM_DATA to a folder of yours")]
    free = shutil.disk_usage(folder).free
    room = f"{free / _SPACE:.1f} GiB free, about {free / 115_200_000:.0f} hours of recordings"
    if free < _SPACE:
        return [Finding("problem", room, "make room: recordings and the journal need it")]
    return [Finding("ok", f"{settings.data}: {room}")]


def _existing(path: Path) -> Path:
    path = path.resolve()
    return path if path.exists() else _existing(path.parent)


async def _credentials(settings: Settings) -> list[Finding]:
    kept = settings.data / "secret"
    if settings.secret:
        return [Finding("ok", "SWITCHROOM_SECRET is set")]
    if kept.exists() and kept.stat().st_mode & 0o077:
        return [Finding("problem", f"others can read {kept}", f"chmod 600 {kept}")]
    found = [
        Finding("ok", f"sessions are signed with the secret in {kept}")
        if kept.exists()
        else Finding("hint", f"{kept} is not there yet", "it is made at the first start, and signs the sessions")
    ]
    if settings.demo and settings.web.host not in ("127.0.0.1", "localhost", "::1"):
        found.append(Finding("hint", "others can reach the demo login", "set SWITCHROOM_DEMO=false when it is no demo"))
    return found


CHECKS: dict[str, Check] = {
    "Speech": _speech,
    "Providers": _providers,
    "Codecs": _codecs,
    "Ports": _ports,
    "Database": _database,
    "Files": _files,
    "Credentials": _credentials,
}
