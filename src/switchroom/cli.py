"""The command line: ``switchroom serve``, ``call``, ``doctor``."""

import asyncio
import gc
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from switchroom.commands import agent, backup, knowledge, mcp, models, sip_account, tenant, trunk, user, webhook
from switchroom.commands import flow as flows
from switchroom.errors import SwitchroomError
from switchroom.ports import Voice
from switchroom.settings import Role, Settings
from switchroom.sip.description.policy import MediaPolicy, Security

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "restaurant.yaml"

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Switchroom: an open, white-label voice AI contact centre."
)

app.add_typer(agent.app, name="agent")
app.add_typer(trunk.app, name="trunk")
app.add_typer(sip_account.app, name="sip-account")
app.add_typer(tenant.app, name="tenant")
app.add_typer(user.app, name="user")
app.add_typer(mcp.app, name="mcp")
app.add_typer(flows.app, name="flow")
app.add_typer(knowledge.app, name="knowledge")
app.add_typer(models.app, name="models")
app.add_typer(webhook.app, name="webhook")
app.command()(backup.backup)
app.command()(backup.restore)
app.command()(backup.migrate_database)


@app.command()
def serve(
    role: Annotated[
        Role | None, typer.Option(help="what this process does, beside others; see docs/operating.md")
    ] = None,
) -> None:
    """Answer calls by SIP and browser, and serve pages and API, until stopped."""
    gc.disable()  # nothing that is imported is garbage, and to look for some takes a sixth of the time
    from switchroom.main import serve as run

    gc.enable()
    try:
        status = asyncio.run(run(Settings() if role is None else Settings(role=role)))
    except asyncio.CancelledError:  # a second signal: there was no time to wait for anything
        status = 1
    sys.exit(status)


@app.command()
def doctor() -> None:
    """Check speech engines, ports, database and credentials, and say what to do about each finding."""
    from switchroom.commands.doctor import examine

    sys.exit(asyncio.run(examine(_settings())))


@app.command()
def call(
    target: Annotated[str, typer.Argument(help="whom to call, such as sip:demo@127.0.0.1")],
    say: Annotated[list[str] | None, typer.Option(help="say this (may be given again)")] = None,
    wav: Annotated[list[Path] | None, typer.Option(help="play this file (may be given again)")] = None,
    digits: Annotated[list[str] | None, typer.Option(help="press these keys (may be given again)")] = None,
    script: Annotated[Path | None, typer.Option(help="a file with one step a line; see docs/operating.md")] = None,
    voice: Annotated[str, typer.Option(help="the caller's voice")] = "rms",
    record: Annotated[Path | None, typer.Option(help="write a stereo WAV: you left, the other side right")] = None,
    max_seconds: Annotated[float, typer.Option(help="hang up after this long")] = 120.0,
    flow: Annotated[Path | None, typer.Option(help="the flow whose lines the other side may say")] = EXAMPLE,
    srtp: Annotated[
        Security, typer.Option(help="encrypt the audio: never, if they can, or no call without it")
    ] = "never",
    trust: Annotated[Path | None, typer.Option(help="a file of certificates to trust in calls over TLS")] = None,
    transcribe: Annotated[bool, typer.Option(help="write down what the other side says, as recognised")] = True,
    trunk: Annotated[
        str, typer.Option(help="call a number by this trunk of the tenant; `any`: the first that may")
    ] = "",
    caller: Annotated[str, typer.Option(help="the number to call from, by a trunk")] = "",
    tenant: Annotated[str, typer.Option(help="whose trunk it is")] = "demo",
) -> None:
    """Call a SIP address or, by a trunk, a number; say something; print both sides with timings. Exits with 1 on failure."""
    from switchroom.caller import CallOptions
    from switchroom.commands.call import place

    wishes = (tuple(say or ()), tuple(wav or ()), tuple(digits or ()), script)
    policy = MediaPolicy(security=srtp)
    options = CallOptions(
        target, voice=Voice(voice), record=record, max_seconds=max_seconds, policy=policy, trust=trust
    )
    known = flow if transcribe else None
    if trunk:
        from switchroom.commands.trunk_desk import call_by_trunk

        by = (tenant, trunk, caller)
        sys.exit(asyncio.run(call_by_trunk(_settings(), by, options, lambda made: place(made, wishes, known))))
    sys.exit(asyncio.run(place(options, wishes, known)))


@app.command()
def rehearse(
    files: Annotated[list[str] | None, typer.Argument(help="rehearsals: files, folders or patterns")] = None,
    only: Annotated[str, typer.Option("-k", help="only those with this in their name or file")] = "",
    junit: Annotated[Path | None, typer.Option(help="write a JUnit report")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print everything as JSON")] = False,
    verbose: Annotated[bool, typer.Option("-v", help="print every transcript")] = False,
    real: Annotated[
        bool, typer.Option("--real", help="in real time, with the recogniser and the voice of this machine")
    ] = False,
    schema: Annotated[bool, typer.Option("--schema", help="print the JSON Schema of rehearsal files")] = False,
    call: Annotated[str, typer.Option("--from-call", help="print this call as a rehearsal")] = "",
    anonymise: Annotated[bool, typer.Option("--anonymise", help="without its caller's number and name")] = False,
) -> None:
    """Rehearse calls: a scripted caller against an agent. Exits with 1 if something is not as expected, 2 for unusable files."""
    from switchroom.commands.rehearse import Wishes, hold, print_call, print_schema

    if schema:
        sys.exit(print_schema(print))
    settings = _settings()
    if call:
        sys.exit(print_call(settings, call, print, anonymise=anonymise))
    sys.exit(hold(Wishes(tuple(files or ()), only, junit, as_json, verbose, real), print, settings))


@app.command()
def bans(
    lift: Annotated[str, typer.Option(help="hear this address, or network of IPv6, again")] = "",
) -> None:
    """List the addresses that are not heard at the SIP port for what they did, or lift a ban."""
    from switchroom.commands.bans import lift_ban, list_bans

    try:
        if lift:
            lift_ban(_settings(), lift)
        else:
            print("\n".join(list_bans(_settings())) or "nobody is banned")
    except SwitchroomError as error:
        print(error)
        sys.exit(1)


@app.command()
def engines() -> None:
    """List the processes of this installation: who is there, how busy, and who was lost."""
    from switchroom.commands.engines import list_engines

    print("\n".join(asyncio.run(list_engines(_settings()))) or "nothing runs")


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        for problem in error.errors():
            name = "__".join(["SWITCHROOM", *map(str, problem["loc"])]).replace("__", "_", 1).upper()
            print(f"{name if problem['loc'] else 'Settings'}: {problem['msg']}")
        sys.exit(2)


@app.command("rotate-keys")
def rotate_keys(
    *, forget_old: Annotated[bool, typer.Option(help="drop the old keys, once nothing is sealed under them")] = False
) -> None:
    """Seal everything under a new master key, while the house runs; docs/catalogue.md says how."""
    from switchroom.commands.rotate_keys import rotate_keys as rotate

    rotate(forget_old=forget_old)


if __name__ == "__main__":
    app()
