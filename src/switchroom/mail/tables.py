"""The table of mail that is to be sent."""

from sqlalchemy import Float, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from switchroom.storage.db import Base


class MailRow(Base):
    """A mail on its way. ``box`` is the sealed letter, empty as soon as nothing is to be done with it any more.

    ``due`` is when it is tried next, null for never; ``outcome`` is ``sent`` or the code of the error that ended the trying.
    """

    __tablename__ = "mails"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64), index=True)
    occasion: Mapped[str] = mapped_column(String(32))
    box: Mapped[str] = mapped_column(Text)
    created: Mapped[float] = mapped_column(Float)
    due: Mapped[float | None] = mapped_column(Float, index=True)
    tries: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(String(64))
