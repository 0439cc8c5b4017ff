"""A process from its first line to its exit status.

SIGTERM and SIGINT stop the taking of calls, let the running ones finish up to a limit, then end the rest. What is opened, and in
which order, is the affair of ``roles``.
"""

import asyncio
import signal
from collections.abc import Callable

import structlog

from switchroom.accounts.seed import OPERATOR
from switchroom.errors import SwitchroomError
from switchroom.installation import allow_files
from switchroom.observability import set_up
from switchroom.roles.running import Standing, opened
from switchroom.roles.watching import reporting
from switchroom.settings import Role, Settings
from switchroom.speech import describe_engines

log = structlog.get_logger()


async def serve(settings: Settings, say: Callable[[str], None] = print) -> int:
    """Run until SIGTERM or SIGINT; a second one does not wait for running calls. Returns the exit status."""
    try:
        report = reporting(settings)
    except SwitchroomError as error:
        say(f"Switchroom stopped: {error}")
        return 1
    set_up(settings.log_format, settings.log_level, keep_personal=settings.log_personal, report=report)
    allow_files()
    stop = asyncio.Event()
    main_task = asyncio.current_task()

    def stopping() -> None:
        if stop.is_set() and main_task is not None:
            main_task.cancel()
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping)
    status = 0
    try:
        async with opened(settings) as standing:
            say(banner(standing, settings.role))
            await stop.wait()
            await _drain(standing, settings.engine.drain_seconds)  # pages and sockets stay until it is done
    except* SwitchroomError as errors:
        say(f"Switchroom stopped: {_innermost(errors)}")
        status = 1
    return status


async def _drain(standing: Standing, limit: float) -> None:
    if standing.engine is None:
        log.info("stopping")
        return
    log.info("stopping", calls=standing.engine.switchboard.count)
    await standing.engine.switchboard.drain(limit)


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def banner(standing: Standing, role: Role) -> str:
    """Return what a person wants to know once everything runs."""
    name = "Pages " if role in ("all", "api") else "Health"
    lines = ["", f"  Switchroom is ready.   {name}  {standing.web}"]
    gap = " " * 25
    if role != "all":
        lines.append(f"{gap}Role    {role}")
    engine, login = standing.engine, standing.login
    if engine is not None:
        lines.append(f"{gap}Phone   {engine.address}")
    if login is not None:
        lines.append(f"{gap}Login   {login.email}  password {login.password}  PIN {login.pin}")
        lines.append(f"{gap}Operator {OPERATOR}  the same password")
    if engine is not None:
        lines += [
            f"{gap}Speech  {describe_engines()}",
            f"{gap}Softphones register with an account: switchroom sip-account add NAME",
        ]
    if role == "all" and engine is not None:
        lines += [
            "",
            f'  Try it:  .venv/bin/switchroom call {engine.address} --say "A table for four on Friday at seven thirty please"',
            f"  or open  {standing.web}/voice_assistant  and press the button.   Stop with Ctrl-C.",
        ]
    return "\n".join([*lines, ""])
