"""The table that counts the writes of the catalogue."""

from typing import Final

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from switchroom.storage.db import Base

TOTAL: Final = ""
EVERYBODY: Final = "*"


class CatalogueVersionRow(Base):
    """The row ``TOTAL`` counts the transactions that wrote a row of the catalogue; the row of an ``owner`` is the count at which
    a row of that tenant was written last, and that of ``EVERYBODY`` the one at which something was that counts for all tenants."""

    __tablename__ = "catalogue_version"

    owner: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, index=True)
