"""The reservation book: who comes when.

Whoever writes takes the write lock first and counts afterwards, so two callers can never be given the same seats: the row goes in,
the evening is counted with it, and the transaction is rolled back when it does not fit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.domains.restaurant.opening import Restaurant, Seating, has_room
from switchroom.domains.restaurant.tables import Message, Reservation
from switchroom.errors import Conflict, NotFound
from switchroom.identity import new_id
from switchroom.storage.db import take_turn

BOOKED, CANCELLED = "booked", "cancelled"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller wants to have reserved."""

    name: str
    party: int
    at: datetime
    phone: str = ""


@dataclass(frozen=True, slots=True)
class By:
    """Who asks, in which call, by which tool call, when."""

    tenant: str
    call: str
    key: str
    now: datetime


async def seatings(
    session: AsyncSession, tenant: str, first: datetime, last: datetime, *, without: str = ""
) -> list[Seating]:
    """Return the parties of ``tenant`` that arrive between ``first`` and ``last``, not counting reservation ``without``."""
    query = select(Reservation.at, Reservation.party).where(
        Reservation.tenant_id == tenant,
        Reservation.status == BOOKED,
        Reservation.at >= first,
        Reservation.at <= last,
        Reservation.id != without,
    )
    return [Seating(at, party) for at, party in (await session.execute(query)).all()]


async def free_times(
    session: AsyncSession, tenant: str, restaurant: Restaurant, wish: tuple[datetime, int], *, without: str = ""
) -> list[time]:
    """Return the half hours of the wished day (moment, party) at which the party fits in."""
    (wanted, party), day = wish, wish[0].date()
    midnight = restaurant.moment(day, time(0, 0))
    taken = await seatings(session, tenant, midnight - restaurant.stay, midnight + timedelta(days=2), without=without)
    return [
        at
        for at in {*restaurant.arrivals(day), wanted.time()}
        if restaurant.takes(day, at) and has_room(restaurant, taken, restaurant.moment(day, at), party)
    ]


async def book(session: AsyncSession, restaurant: Restaurant, wish: Wish, by: By) -> Reservation:
    """Make a reservation, once per ``by.key``. Raises Conflict (``full``) when the party does not fit in."""
    made = await session.scalar(
        select(Reservation).where(Reservation.tenant_id == by.tenant, Reservation.key == by.key)
    )
    if made is not None:
        return made
    reservation = Reservation(
        id=new_id("rsv"), tenant_id=by.tenant, call_id=by.call, key=by.key, name=wish.name, phone=wish.phone,
        party=wish.party, at=wish.at, zone=restaurant.zone.key, status=BOOKED, created_at=by.now, changed_at=by.now,
    )  # fmt: skip
    session.add(reservation)
    await _flush_if_it_fits(session, restaurant, reservation)
    return reservation


async def change(session: AsyncSession, restaurant: Restaurant, reservation_id: str, wish: Wish, by: By) -> Reservation:
    """Change a reservation; doing it twice changes nothing more. Raises NotFound, Conflict (``full``)."""
    reservation = await find(session, by.tenant, reservation_id)
    reservation.party, reservation.at, reservation.name = wish.party, wish.at, wish.name
    reservation.changed_at = by.now
    await _flush_if_it_fits(session, restaurant, reservation)
    return reservation


async def cancel(session: AsyncSession, reservation_id: str, by: By) -> Reservation:
    """Cancel a reservation; doing it twice changes nothing more. Raises NotFound."""
    reservation = await find(session, by.tenant, reservation_id)
    if reservation.status != CANCELLED:
        reservation.status, reservation.changed_at = CANCELLED, by.now
    return reservation


async def _flush_if_it_fits(session: AsyncSession, restaurant: Restaurant, reservation: Reservation) -> None:
    await take_turn(session, f"seats of {reservation.tenant_id}")
    await session.flush()
    at, stay = reservation.at, restaurant.stay
    taken = await seatings(session, reservation.tenant_id, at - stay, at + stay, without=reservation.id)
    if not has_room(restaurant, taken, at, reservation.party):
        raise Conflict(f"no seats for {reservation.party} at {at.isoformat()}: offer another time", code="full")


async def find(session: AsyncSession, tenant: str, reservation_id: str) -> Reservation:
    """Return a reservation. Raises NotFound."""
    reservation = await session.get(Reservation, reservation_id)
    if reservation is None or reservation.tenant_id != tenant:
        raise NotFound(f"there is no reservation {reservation_id!r}")
    return reservation


async def upcoming(
    session: AsyncSession, tenant: str, now: datetime, *, phone: str = "", name: str = ""
) -> Sequence[Reservation]:
    """Return the reservations still to come, by date; only those of ``phone`` or under ``name`` if given."""
    query = select(Reservation).where(
        Reservation.tenant_id == tenant, Reservation.status == BOOKED, Reservation.at >= now
    )
    if phone:
        query = query.where(Reservation.phone == phone)
    if name:
        query = query.where(func.lower(Reservation.name).contains(name.lower(), autoescape=True))
    return (await session.scalars(query.order_by(Reservation.at, Reservation.id))).all()


async def reservations(session: AsyncSession, tenant: str, *, limit: int = 100) -> Sequence[Reservation]:
    """Return the latest reservations, whatever their status, newest arrival first."""
    query = select(Reservation).where(Reservation.tenant_id == tenant)
    return (await session.scalars(query.order_by(Reservation.at.desc(), Reservation.id).limit(limit))).all()


async def leave_message(session: AsyncSession, caller: str, text: str, by: By) -> Message:
    """Keep a message, once per ``by.key``."""
    kept = await session.scalar(select(Message).where(Message.tenant_id == by.tenant, Message.key == by.key))
    if kept is not None:
        return kept
    message = Message(
        id=new_id("msg"), tenant_id=by.tenant, call_id=by.call, key=by.key, caller=caller, text=text, created_at=by.now
    )
    session.add(message)
    await session.flush()
    return message


async def messages(session: AsyncSession, tenant: str, *, limit: int = 100) -> Sequence[Message]:
    """Return the latest messages, newest first."""
    query = select(Message).where(Message.tenant_id == tenant)
    return (await session.scalars(query.order_by(Message.created_at.desc(), Message.id.desc()).limit(limit))).all()
