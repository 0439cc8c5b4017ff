"""The receptionist's tools.

A wish that cannot be met is an answer, not an error: ``status`` says how it stands and ``offer`` is ready to be spoken. Only what
keeps the book from being read or written (a full disk, a lost database) is an error, and the flow apologises for it.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, time

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.domains.restaurant import book
from switchroom.domains.restaurant.opening import Restaurant, nearest
from switchroom.domains.restaurant.tables import Reservation
from switchroom.errors import Conflict, NotFound, Unavailable
from switchroom.flow.days import WEEKDAYS, spoken_day
from switchroom.flow.times import spoken_time
from switchroom.flow.tools import Occasion, tool
from switchroom.flow.words import cardinal
from switchroom.identity import TenantId
from switchroom.ports import Values
from switchroom.storage.db import Database


class ReservationDesk:
    """The tools of one restaurant; the tenant comes with each call."""

    def __init__(self, database: Database, restaurant: Restaurant) -> None:
        self._database = database
        self._restaurant = restaurant

    @tool(returns=("status", "offer", "best"), read_only=True)
    async def check_table(self, occasion: Occasion, party: int, day: date, time: time, reservation: str = "") -> Values:
        """Say whether a party can come: ``status`` says whether, and why not."""
        house, wanted = self._restaurant, self._restaurant.moment(day, time)
        if party > house.largest_party:
            return {"status": "too_big", "offer": "", "best": None}
        if not house.spans(day):
            return {"status": "closed", "offer": self._open_days(), "best": None}
        if wanted < occasion.now:
            return {"status": "past", "offer": "", "best": None}
        if wanted > occasion.now + house.ahead:
            return {"status": "too_far", "offer": f"{cardinal(house.ahead.days)} days", "best": None}
        async with self._transaction(occasion.exchange.tenant) as session:
            free = await book.free_times(session, occasion.exchange.tenant, house, (wanted, party), without=reservation)
        if time in free:
            return {"status": "free", "offer": "", "best": time}
        return _alternatives(house, wanted, [at for at in free if house.moment(day, at) >= occasion.now])

    @tool(returns=("status", "reservation"))
    async def book_table(self, occasion: Occasion, party: int, day: date, time: time, name: str) -> Values:
        """Make the reservation: ``status`` booked or full."""
        wish = book.Wish(name, party, self._restaurant.moment(day, time), occasion.exchange.caller)
        try:
            async with self._transaction(occasion.exchange.tenant) as session:
                made = await book.book(session, self._restaurant, wish, _by(occasion))
        except Conflict:
            return {"status": "full", "reservation": ""}
        return {"status": "booked", "reservation": made.id}

    @tool(returns=("status", "reservation", "summary", "differs", "party", "day", "time", "name"), read_only=True)
    async def find_reservation(
        self,
        occasion: Occasion,
        name: str = "",
        party: int | None = None,
        day: date | None = None,
        time: time | None = None,
    ) -> Values:
        """Find the caller's reservation by name, else by number: ``status`` found or why not (see ``_not_one``).

        ``differs`` says whether party, day or time, where given, are not what is reserved.
        """
        caller, tenant = occasion.exchange.caller, occasion.exchange.tenant
        async with self._transaction(occasion.exchange.tenant) as session:
            found = await book.upcoming(
                session, tenant, occasion.now, phone="" if name else caller or "unknown", name=name
            )
        if len(found) > 1 and day is not None:
            found = [one for one in found if self._local(one).date() == day] or found
        if len(found) != 1:
            return {"status": _not_one(found, name, day), "reservation": ""}
        local = self._local(found[0])
        kept: Values = {"party": found[0].party, "day": local.date(), "time": local.time().replace(tzinfo=None)}
        wanted: Values = {"party": party, "day": day, "time": time}
        differs = any(value is not None and value != kept[field] for field, value in wanted.items())
        summary = self._summary(found[0], occasion.now)
        told: Values = {"status": "found", "reservation": found[0].id, "summary": summary, "name": found[0].name}
        return {**told, **kept, "differs": differs}

    @tool(returns=("status",))
    async def change_table(
        self, occasion: Occasion, reservation: str, party: int, day: date, time: time, name: str
    ) -> Values:
        """Change the reservation: ``status`` changed, full or none."""
        wish = book.Wish(name, party, self._restaurant.moment(day, time))
        try:
            async with self._transaction(occasion.exchange.tenant) as session:
                await book.change(session, self._restaurant, reservation, wish, _by(occasion))
        except Conflict:
            return {"status": "full"}
        except NotFound:
            return {"status": "none"}
        return {"status": "changed"}

    @tool(returns=("status",))
    async def cancel_table(self, occasion: Occasion, reservation: str) -> Values:
        """Cancel the reservation: ``status`` cancelled or none."""
        try:
            async with self._transaction(occasion.exchange.tenant) as session:
                await book.cancel(session, reservation, _by(occasion))
        except NotFound:
            return {"status": "none"}
        return {"status": "cancelled"}

    @tool(returns=("status",))
    async def take_message(self, occasion: Occasion, message: str, phone: str = "") -> Values:
        """Keep a message for the people of the house."""
        async with self._transaction(occasion.exchange.tenant) as session:
            await book.leave_message(session, phone or occasion.exchange.caller, message, _by(occasion))
        return {"status": "taken"}

    def _local(self, reservation: Reservation) -> datetime:
        return reservation.at.astimezone(self._restaurant.zone)

    def _summary(self, reservation: Reservation, now: datetime) -> str:
        local = self._local(reservation)
        when = f"{spoken_day(local.date(), now.date())} at {spoken_time(local.time())}"
        return f"a table for {cardinal(reservation.party)} {when}, under {reservation.name}"

    def _open_days(self) -> str:
        closed = [WEEKDAYS[n].capitalize() + "s" for n in range(7) if not self._restaurant.hours.get(n)]
        return f"We are closed on {_listed(closed, 'and')}." if closed else "That is a day on which we are closed."

    @asynccontextmanager
    async def _transaction(self, tenant: str) -> AsyncIterator[AsyncSession]:
        """One unit of work; a database that fails becomes Unavailable."""
        try:
            async with self._database.transaction(TenantId(tenant)) as session:
                yield session
        except SQLAlchemyError as error:
            raise Unavailable(f"the reservation book cannot be used: {error}", code="database") from error


def _not_one(found: Sequence[Reservation], name: str, day: date | None) -> str:
    """``none`` of this number, ``unknown`` name, ``several``, or ``same_day``: several even so."""
    if not found:
        return "unknown" if name else "none"
    return "several" if day is None else "same_day"


def _alternatives(house: Restaurant, wanted: datetime, free: Sequence[time]) -> Values:
    status = "full" if house.takes(wanted.date(), wanted.time()) else "closed_then"
    near = nearest(wanted.time(), free)
    if not near:
        return {"status": "day_full", "offer": "", "best": None}
    best = nearest(wanted.time(), near, 1)[0]
    return {"status": status, "offer": _listed([spoken_time(at) for at in near], "or"), "best": best}


def _listed(words: list[str], last: str) -> str:
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _by(occasion: Occasion) -> book.By:
    return book.By(occasion.exchange.tenant, occasion.exchange.call, occasion.key, occasion.now)
