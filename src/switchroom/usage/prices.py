"""What usage costs: a price list, and the credits that an amount comes to.

    credits = credits per unit x units, where the unit is ``per`` of the meter (60 seconds, 1,000 tokens ...)
              begun units count whole if the price says ``started``; else the whole amount is rounded half up, once a call

A price may be for one provider alone; the most particular one counts. What has no price is free.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import ceil
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from switchroom.errors import Invalid

Meter = Literal["call_seconds", "stt_seconds", "tts_characters", "llm_tokens_in", "llm_tokens_out"]
METERS: tuple[Meter, ...] = get_args(Meter)

UNITS: Mapping[Meter, str] = {
    "call_seconds": "seconds of call",
    "stt_seconds": "seconds heard",
    "tts_characters": "characters spoken",
    "llm_tokens_in": "tokens read",
    "llm_tokens_out": "tokens written",
}

_MINUTE: Mapping[Meter, float] = {
    "call_seconds": 60,
    "stt_seconds": 60,
    "tts_characters": 600,
    "llm_tokens_in": 10_000,
    "llm_tokens_out": 600,
}
"""What a minute of a lively call uses, at most but for rare ones."""


class Price(BaseModel):
    """What one meter costs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    meter: Meter
    provider: str = Field("", max_length=100, description="for this provider alone, as the providers file names it")
    credits: int = Field(ge=0, le=10**9, description="for each unit")
    per: int = Field(1, ge=1, le=10**9, description="how much of the meter is a unit: 60 seconds, 1000 tokens ...")
    started: bool = Field(default=False, description="a begun unit counts whole")


class Prices(BaseModel):
    """A whole list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=100)]
    currency: str = Field("EUR", pattern="^[A-Z]{3}$", description="ISO 4217")
    credit_price: int = Field(100, ge=0, le=10**12, description="what a credit costs, in millionths of the currency")
    prices: tuple[Price, ...] = Field(max_length=200)

    @model_validator(mode="after")
    def _one_each(self) -> "Prices":
        keys = [(price.meter, price.provider) for price in self.prices]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise ValueError(f"prices: {' for '.join(filter(None, min(twice)))} is there twice")
        return self

    def price(self, meter: str, provider: str) -> Price | None:
        """Return what counts for a meter of a provider; None: it is free."""
        of_meter = {price.provider: price for price in self.prices if price.meter == meter}
        return of_meter.get(provider) or of_meter.get("")

    def minute(self) -> int:
        """Return what a minute of a call may cost: by the dearest provider of each meter, as nobody knows yet who will do it."""
        return sum(
            max((rate(price, amount) for price in self.prices if price.meter == meter), default=0)
            for meter, amount in _MINUTE.items()
        )

    def cost(self, used: Mapping[tuple[str, str], float]) -> int:
        """Return what these amounts cost, by meter and provider."""
        return sum(rate(self.price(meter, provider), amount) for (meter, provider), amount in used.items())


USUAL = Prices(
    name="Usual",
    prices=(
        Price(meter="call_seconds", credits=200, per=60, started=True),
        Price(meter="stt_seconds", credits=80, per=60),
        Price(meter="tts_characters", credits=300, per=1000),
        Price(meter="llm_tokens_in", credits=10, per=1000),
        Price(meter="llm_tokens_out", credits=50, per=1000),
    ),
)
"""What counts where nobody has made a list: five minutes with a small model come to some 2,500 credits, a quarter of a euro."""


def rate(price: Price | None, amount: float) -> int:
    """Return the credits that ``amount`` of a meter comes to."""
    if price is None or amount <= 0:
        return 0
    units = Decimal(repr(round(amount, 6))) / price.per
    if price.started:
        return ceil(units) * price.credits
    return int((units * price.credits).quantize(Decimal(1), ROUND_HALF_UP))


def money(credits_: int, list_: Prices) -> int:
    """Return what credits cost, in millionths of the list's currency."""
    return credits_ * list_.credit_price


@dataclass(frozen=True, slots=True)
class PriceList:
    """A list of somebody's; ``id`` is empty for the usual one."""

    id: str
    prices: Prices


STANDARD = PriceList("", USUAL)


def read_prices(fields: Mapping[str, object]) -> Prices:
    """Return a stored list. Raises Invalid."""
    try:
        return Prices.model_validate(fields)
    except ValidationError as error:
        said: Sequence[str] = [f"{'.'.join(map(str, part['loc']))}: {part['msg']}" for part in error.errors()]
        raise Invalid(f"the price list cannot be used: {'; '.join(said)}") from error
