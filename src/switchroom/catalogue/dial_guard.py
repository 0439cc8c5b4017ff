"""The guard against stolen lines: what a tenant may call, how many calls at once, and how much a day may cost.

Money is counted in millionths of the guard's currency. A call costs the rate of the longest prefix for each minute that has begun,
and a number that no rate fits is not called: what has no price cannot be capped. A call belongs to the day (UTC) it began on.
"""

import math
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from switchroom.catalogue.forms import checked
from switchroom.catalogue.trunk_form import Prefixes, beginning_of_number
from switchroom.errors import Denied, Invalid
from switchroom.settings import DialSettings
from switchroom.sip.trunks.dial_plan import COSTLY, Destinations, rate_of

DAY = 86_400.0


def _rates(rates: Mapping[str, int]) -> Mapping[str, int]:
    for prefix, rate in rates.items():
        beginning_of_number(prefix)
        if not 0 <= rate <= 1_000_000_000:
            raise ValueError(f"the rate of {prefix} is {rate}: write millionths of the currency for a minute")
    return rates


class DialGuard(BaseModel):
    """A tenant's caps, below the operator's own. A new tenant's are small: ten calls at once, twenty of the currency a day."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "example": {"concurrent": 20, "spend_per_day": 50_000_000, "rates": {"+44": 12_000, "+": 90_000}}
        },
    )

    concurrent: int = Field(10, ge=0, le=10_000, description="calls out at once")
    spend_per_day: int = Field(20_000_000, ge=0, description="millionths of the currency, per day (UTC)")
    currency: str = Field("EUR", pattern=r"^[A-Z]{3}$")
    rates: Annotated[dict[str, int], AfterValidator(_rates)] = Field(
        {"+": 100_000},
        max_length=5000,
        description="millionths of the currency for a begun minute, by beginning of number",
    )
    allow: Prefixes = Field(["+"], description="beginnings of numbers that may be called, by whatever trunk")
    deny: Prefixes = Field(list(COSTLY), description="beginnings that may not; the longest that fits decides")

    def within(self, ceiling: DialSettings) -> "DialGuard":
        """Return this guard as it counts: no wider than the operator's ceiling, which may be lower than when it was written."""
        rates = {prefix: max(rate, ceiling.least_rate) for prefix, rate in self.rates.items()}
        concurrent, spend = min(self.concurrent, ceiling.concurrent), min(self.spend_per_day, ceiling.spend_per_day)
        return self.model_copy(update={"concurrent": concurrent, "spend_per_day": spend, "rates": rates})

    def check(self, ceiling: DialSettings) -> None:
        """Raise Invalid if it asks for more than the operator's ceiling."""
        for name, asked, most in (
            ("concurrent", self.concurrent, ceiling.concurrent),
            ("spend_per_day", self.spend_per_day, ceiling.spend_per_day),
        ):
            if asked > most:
                raise Invalid(f"{name}: {asked} is more than the {most} that the operator lets a tenant have")

    def rate(self, number: str) -> int:
        """Return what a minute to ``number`` costs. Raises Denied for one that may not be called."""
        if not Destinations(tuple(self.allow), tuple(self.deny)).allows(number):
            message = f"{number} may not be called: add its beginning to the allowed destinations"
            raise Denied(message, code="destination_not_allowed")
        rate = rate_of(number, self.rates)
        if rate is None:
            raise Denied(f"{number} has no price: add a rate for its beginning", code="destination_not_allowed")
        return rate

    def admit(self, rate: int, running: int, spent: int) -> None:
        """Raise Denied if another call at this rate would be too many, or too much."""
        if running >= self.concurrent:
            message = (
                f"there are {running} calls out and no more than {self.concurrent} may be: wait until one has ended"
            )
            raise Denied(message, code="concurrency_cap")
        if spent + rate > self.spend_per_day:
            today, cap = money(spent, self.currency), money(self.spend_per_day, self.currency)
            raise Denied(
                f"calls of today cost {today} of {cap}: raise the cap or wait until tomorrow", code="spend_cap"
            )


def cost(seconds: float, rate: int) -> int:
    """Return what a call that is answered for so long costs: every minute that has begun, at least one."""
    return max(1, math.ceil(seconds / 60.0)) * rate


def money(amount: int, currency: str) -> str:
    """Return an amount for people."""
    return f"{amount / 1_000_000:.2f} {currency}"


def read_guard(values: Mapping[str, object]) -> DialGuard:
    """Return the guard of these values. Raises Invalid, saying which field is wrong and why."""
    return checked(DialGuard, values)
