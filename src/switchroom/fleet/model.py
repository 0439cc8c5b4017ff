"""The processes of an installation, and what each has taken for itself."""

from sqlalchemy import Boolean, Float, Integer, String, false
from sqlalchemy.orm import Mapped, mapped_column

from switchroom.storage.db import Base


class EngineRow(Base):
    """A process that runs, or one that fell silent. ``beat`` grows while it lives; ``lost`` is when the others gave it up."""

    __tablename__ = "engines"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    host: Mapped[str] = mapped_column(String(255))
    version: Mapped[str] = mapped_column(String(32))
    sip: Mapped[str] = mapped_column(String(255), server_default="")
    web: Mapped[str] = mapped_column(String(255), server_default="")
    started: Mapped[float] = mapped_column(Float)
    seen: Mapped[float] = mapped_column(Float)
    beat: Mapped[int] = mapped_column(Integer, server_default="0")
    calls: Mapped[int] = mapped_column(Integer, server_default="0")
    most: Mapped[int] = mapped_column(Integer, server_default="0")
    draining: Mapped[bool] = mapped_column(Boolean, server_default=false())
    lost: Mapped[float | None] = mapped_column(Float)


class LeaseRow(Base):
    """What one process alone does; void once its holder is lost or gone."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(128), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
