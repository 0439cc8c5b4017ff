"""Tables of what was used, of what is paid by, and of what it costs."""

from collections.abc import Mapping

from sqlalchemy import JSON, BigInteger, Boolean, Float, Index, Integer, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from switchroom.storage.db import Base

_Number = BigInteger().with_variant(Integer, "sqlite")


class PriceListRow(Base):
    """What a tenant asks of those below it."""

    __tablename__ = "price_lists"
    __table_args__ = (UniqueConstraint("tenant_id", "name", name="uq_price_lists_name"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(100))
    prices: Mapped[Mapping[str, object]] = mapped_column(JSON)
    changed: Mapped[float] = mapped_column(Float)


class CreditAccountRow(Base):
    """The four accounts of a tenant, in credits; they always add up to 0.

    ``issued`` is what was ever given, as a debt; ``available`` can be spent, ``held`` is kept for calls that run, ``spent`` is
    gone. ``available`` never falls below ``least`` by holding; None: it may. ``mark`` is where the tenant wants to know; 0: never.
    ``price_list`` is what it pays by, of a tenant above it; empty: as that one pays itself.
    """

    __tablename__ = "credit_accounts"

    tenant_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    issued: Mapped[int] = mapped_column(BigInteger, default=0)
    available: Mapped[int] = mapped_column(BigInteger, default=0)
    held: Mapped[int] = mapped_column(BigInteger, default=0)
    spent: Mapped[int] = mapped_column(BigInteger, default=0)
    least: Mapped[int | None] = mapped_column(BigInteger)
    mark: Mapped[int] = mapped_column(BigInteger, default=0)
    price_list: Mapped[str] = mapped_column(String(64), default="")


class CreditHoldRow(Base):
    """What is held for one call by one who pays; ``used`` of ``amount`` is spent. ``seen`` is when the engine last asked for it."""

    __tablename__ = "credit_holds"
    __table_args__ = (Index(None, "closed", "seen"),)

    call_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    used: Mapped[int] = mapped_column(BigInteger, default=0)
    seen: Mapped[float] = mapped_column(Float)
    closed: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())


class LedgerRow(Base):
    """One line of an entry; the lines of an entry add up to 0. ``by`` is the user who made it, empty for the meters."""

    __tablename__ = "credit_ledger"
    __table_args__ = (Index(None, "tenant_id", "number"), {"sqlite_autoincrement": True})

    number: Mapped[int] = mapped_column(_Number, primary_key=True)
    entry: Mapped[str] = mapped_column(String(64), index=True)
    tenant_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    account: Mapped[str] = mapped_column(String(16))
    amount: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[float] = mapped_column(Float)
    call_id: Mapped[str] = mapped_column(String(64), default="", index=True)
    note: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(String(64), default="")


class UsageRow(Base):
    """What a call used of one meter and provider, and what ``tenant_id`` pays for it; ``used_by`` is the tenant whose call it was.

    ``day`` is that of ``at``, since 1970. ``price`` is what counted when the call began to use it, so a new list changes
    nothing that was used before.
    """

    __tablename__ = "usage_records"
    __table_args__ = (Index(None, "tenant_id", "day"),)

    call_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    meter: Mapped[str] = mapped_column(String(32), primary_key=True)
    provider: Mapped[str] = mapped_column(String(100), primary_key=True)
    used_by: Mapped[str] = mapped_column(String(64))
    amount: Mapped[float] = mapped_column(Float)
    credits: Mapped[int] = mapped_column(BigInteger)
    price: Mapped[Mapping[str, object] | None] = mapped_column(JSON)
    currency: Mapped[str] = mapped_column(String(3))
    cost: Mapped[int] = mapped_column(BigInteger)
    day: Mapped[int] = mapped_column(Integer)
    at: Mapped[float] = mapped_column(Float)
