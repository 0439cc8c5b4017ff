"""The rows of a restaurant: reservations and messages."""

from datetime import UTC, datetime

from sqlalchemy import DateTime, Index, String, Text, TypeDecorator, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapped, mapped_column

from switchroom.storage.db import Base


class Moment(TypeDecorator[datetime]):
    """A moment with its zone, stored as UTC; SQLite forgets zones, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Store UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Reservation(Base):
    """Seats held for a party. ``key`` names the tool call that made it, so that making it twice makes it once."""

    __tablename__ = "reservations"
    __table_args__ = (
        UniqueConstraint("tenant_id", "key", name="uq_reservations_key"),
        Index("ix_reservations_tenant_at", "tenant_id", "at"),
        Index("ix_reservations_tenant_phone", "tenant_id", "phone"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(40))
    call_id: Mapped[str] = mapped_column(String(40), default="")
    key: Mapped[str] = mapped_column(String(160))
    name: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str] = mapped_column(String(120), default="")
    party: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
    zone: Mapped[str] = mapped_column(String(60))
    status: Mapped[str] = mapped_column(String(20), default="booked")
    created_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)


class Message(Base):
    """What a caller wants a person to know."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("tenant_id", "key", name="uq_messages_key"),
        Index("ix_messages_tenant_created", "tenant_id", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(40))
    call_id: Mapped[str] = mapped_column(String(40), default="")
    key: Mapped[str] = mapped_column(String(160))
    caller: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)
