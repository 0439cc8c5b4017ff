"""The trunks of the database at the endpoint: whatever is written there counts from the next call on, without a restart."""

from collections.abc import Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError

from switchroom.catalogue.trunks import Stamp, Trunks
from switchroom.sip.trunks.trunk_table import TrunkTable

log = structlog.get_logger()

EVERY = 5.0
"""Seconds between two looks at what other processes wrote; what this one wrote is seen at once."""


async def follow(trunks: Trunks, use: Callable[[TrunkTable], None]) -> None:
    """Hand ``use`` the table now and whenever it has changed, until cancelled."""
    known: Stamp = ()
    while True:
        try:
            stamp = await trunks.stamp()
            if stamp != known:
                table = await trunks.table()
                use(table)
                known = stamp
                log.info("trunks read", trunks=len(table.trunks))
        except (SQLAlchemyError, OSError) as error:
            log.error("trunks cannot be read, going on with those known", problem=str(error))  # noqa: TRY400
        await trunks.writings.heard(EVERY)
