"""The tables of webhooks: where to send what, and what became of each delivery."""

from typing import TypeAlias

from sqlalchemy import JSON, BigInteger, Boolean, Float, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from switchroom.storage.db import Base

Attempt: TypeAlias = dict[str, str | int | float | None]
"""One attempt as stored: at, status, duration, excerpt, problem."""

PENDING, DELIVERED, FAILED = "pending", "delivered", "failed"
_OPEN = text("state = 'pending'")


class WebhookRow(Base):
    """An endpoint. ``sealed`` holds its secrets; what was journaled up to ``since`` happened before it was there."""

    __tablename__ = "webhook_configs"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64), index=True)
    url: Mapped[str] = mapped_column(String(2048))
    topics: Mapped[list[str]] = mapped_column(JSON)
    description: Mapped[str] = mapped_column(String(500))
    enabled: Mapped[bool] = mapped_column(Boolean)
    personal: Mapped[bool] = mapped_column(Boolean)
    api_version: Mapped[str] = mapped_column(String(16))
    sealed: Mapped[str] = mapped_column(Text)
    since: Mapped[int] = mapped_column(BigInteger)
    created: Mapped[float] = mapped_column(Float)
    changed: Mapped[float] = mapped_column(Float)
    delivered: Mapped[float | None] = mapped_column(Float)
    disabled_why: Mapped[str] = mapped_column(String(16))


class DeliveryRow(Base):
    """One event on its way to one endpoint. Who has taken it sends it until ``due``; then it is anybody's again.

    ``tries`` counts the attempts since ``began``, when it was made or replayed last; ``attempts`` tells of the latest ones.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index("uq_webhook_deliveries_event", "webhook_id", "number", unique=True),
        Index("ix_webhook_deliveries_open", "webhook_id", "due", "number", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64))
    webhook_id: Mapped[str] = mapped_column(String(64), ForeignKey("webhook_configs.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(BigInteger)
    event_id: Mapped[str] = mapped_column(String(64))
    topic: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    created: Mapped[float] = mapped_column(Float)
    began: Mapped[float] = mapped_column(Float)
    due: Mapped[float] = mapped_column(Float)
    lease: Mapped[str] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(Integer)
    status: Mapped[int | None] = mapped_column(Integer)
    finished: Mapped[float | None] = mapped_column(Float)
    attempts: Mapped[list[Attempt]] = mapped_column(JSON)
