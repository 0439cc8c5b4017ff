"""``switchroom engines``: the processes of the installation, as the database has them."""

from datetime import UTC, datetime

from switchroom.commands.house import opened
from switchroom.fleet.registry import Listed, Registry
from switchroom.settings import Settings


async def list_engines(settings: Settings) -> list[str]:
    """Return a line per process."""
    async with opened(settings) as house:
        return [line(listed) for listed in await Registry(house.database).all()]


def line(listed: Listed) -> str:
    """Return a process in words."""
    process, load = listed.process, listed.load
    state = "running" if listed.lost is None else f"lost {_moment(listed.lost)}"
    if listed.lost is None and load.draining:
        state = "draining"
    calls = f"{load.calls} of {process.most} calls" if process.most else ""
    where = process.sip or process.web
    return f"{process.id}  {process.role:<7} {process.host}  {state}  since {_moment(process.started)}  {where}  {calls}".rstrip()


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
