"""What was used and what it came to; credit and how a tenant pays; statements; the prices asked of tenants below.

A tenant sees its own account. What it has and how it pays is said by those above it, working for it by ``Switchroom-Tenant``;
the house pays nobody.
"""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import StreamingResponse

from switchroom.accounts.tokens import Identity
from switchroom.errors import Denied, Invalid
from switchroom.identity import CallId
from switchroom.usage.credits import MOST, Line, Terms
from switchroom.usage.ledger import Balance
from switchroom.usage.prices import PriceList, Prices
from switchroom.usage.statements import Span, Sum, month
from switchroom.web.api.refusals import refusals
from switchroom.web.auth import Asker
from switchroom.web.services import Services, With

router = APIRouter(prefix="/api/v1", tags=["usage"])

MONTH = 31 * 86400.0
Credits = Annotated[int, Field(ge=-MOST, le=MOST)]


class SumOut(BaseModel):
    """What was used under one key. ``cost`` is in millionths of ``currency``."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    meter: str
    amount: float
    credits: int
    cost: int
    currency: str
    calls: int


class UsageOut(BaseModel):
    """Usage between two times."""

    begin: datetime
    end: datetime
    items: list[SumOut]


class UsageFilter(BaseModel):
    """Which usage; without times, the last 31 days."""

    begin: AwareDatetime | None = Field(None, alias="from")
    end: AwareDatetime | None = Field(None, alias="to")
    by: Literal["meter", "provider", "day", "tenant"] = "meter"


class AccountOut(BaseModel):
    """A tenant's account, in credits.

    ``least`` is what must stay ``available`` when credit is held for a call; null: the tenant pays afterwards. ``mark``: below
    it the event ``credit.low`` is told; 0: never. ``prices`` is what the tenant pays by, ``price_list`` its id if it was given one.
    """

    available: int
    held: int
    spent: int
    least: int | None
    mark: int
    price_list: str
    prices: Prices
    pays: bool


class TermsIn(BaseModel):
    """How a tenant pays. What is left out stays; ``least`` null lets it pay afterwards. A tenant itself may set ``mark`` alone."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"least": 0, "mark": 5000}})

    least: Credits | None = None
    mark: Annotated[int, Field(ge=0, le=MOST)] | None = None
    price_list: str | None = Field(None, max_length=64)


class GrantIn(BaseModel):
    """Credit given, or taken back with a negative amount."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"amount": 100000, "note": "invoice 17"}})

    amount: Credits
    note: str = Field("", max_length=500)


class LedgerLineOut(BaseModel):
    """A line of the ledger; the lines of an ``entry`` add up to 0."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    entry: str
    kind: str
    account: str
    amount: int
    at: datetime
    call: str
    note: str
    by: str


class LineList(BaseModel):
    """Lines, newest first; ``next`` is the cursor of the following page."""

    items: list[LedgerLineOut]
    next: str | None


class LineFilter(BaseModel):
    """Which lines to list."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=20, pattern="^[0-9]{1,18}$")
    call: str | None = Field(None, max_length=64)


class PriceListOut(BaseModel):
    """A price list of the tenant's, for those below it."""

    id: str
    prices: Prices


@router.get("/usage", summary="Sum up usage", responses=refusals(401, 403, 422))
async def usage(asker: Asker, services: With, wanted: Annotated[UsageFilter, Query()]) -> UsageOut:
    """Answer with what the tenant pays for, its own calls and those of tenants below; ``by`` tenant tells them apart."""
    now = services.wall()
    end = now if wanted.end is None else wanted.end.timestamp()
    begin = end - MONTH if wanted.begin is None else wanted.begin.timestamp()
    if begin > end:
        raise Invalid("from: it is after to")
    found = await services.usage.statements.sums(asker.tenant, Span(begin, end), wanted.by)
    return UsageOut(begin=_time(begin), end=_time(end), items=[_sum(one) for one in found])


@router.get("/credits", summary="Get the account", responses=refusals(401, 403))
async def account(asker: Asker, services: With) -> AccountOut:
    """Answer with what the tenant has, and how it pays."""
    return await _account(asker, services, await services.usage.credits.balance(asker.tenant))


@router.patch("/credits", summary="Say how a tenant pays", responses=refusals(401, 403, 404, 422))
async def pay(terms: TermsIn, asker: Asker, services: With) -> AccountOut:
    """Change how the tenant pays from the next call on; for more than ``mark``, work for it from above."""
    given = terms.model_fields_set
    if given - {"mark"}:
        _from_above(asker)
    if terms.price_list:
        above = await services.usage.credits.payers.above(asker.tenant)
        await services.usage.lists.among(terms.price_list, above)
    unlimited = "least" in given and terms.least is None
    wanted = Terms(terms.least, unlimited, terms.mark, terms.price_list)
    return await _account(asker, services, await services.usage.credits.set_terms(asker.tenant, wanted))


@router.post("/credits/grants", summary="Give credit", status_code=201, responses=refusals(401, 403, 422))
async def grant(given: GrantIn, asker: Asker, services: With) -> AccountOut:
    """Give the tenant credit, or take back what is still available; work for it from above."""
    _from_above(asker)
    balance = await services.usage.credits.grant(asker.tenant, given.amount, given.note, asker.user)
    return await _account(asker, services, balance)


@router.get("/credits/ledger", summary="List the ledger", responses=refusals(401, 403, 422))
async def ledger(asker: Asker, services: With, wanted: Annotated[LineFilter, Query()]) -> LineList:
    """Answer with the lines of the tenant's ledger, newest first."""
    before = None if wanted.cursor is None else int(wanted.cursor)
    call = None if wanted.call is None else CallId(wanted.call)
    found = await services.usage.credits.lines(asker.tenant, limit=wanted.limit + 1, before=before, call=call)
    page = found[: wanted.limit]
    return LineList(items=[_line(line) for line in page], next=str(page[-1].number) if len(found) > len(page) else None)


@router.get(
    "/statements/{name}.csv",
    summary="Get a month's statement",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {}}}, **refusals(401, 403, 422)},
)
async def statement(
    name: Annotated[str, Path(description="the month, in UTC", examples=["2026-11"], max_length=7)],
    asker: Asker,
    services: With,
) -> StreamingResponse:
    """Answer with every use and every credit of the month; the credits of its lines add up to what the account changed by."""
    lines = services.usage.statements.csv(asker.tenant, month(name))
    saved = {"content-disposition": f'attachment; filename="statement-{name}.csv"'}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=saved)


@router.get("/price-lists", summary="List price lists", responses=refusals(401, 403))
async def price_lists(asker: Asker, services: With) -> list[PriceListOut]:
    """Answer with the lists that the tenant has made for those below it."""
    return [_priced(one) for one in await services.usage.lists.all(asker.tenant)]


@router.post("/price-lists", summary="Make a price list", status_code=201, responses=refusals(401, 403, 409, 422))
async def make_price_list(prices: Prices, asker: Asker, services: With) -> PriceListOut:
    """Make a list; it counts for a tenant once that is told to pay by it."""
    return _priced(await services.usage.lists.make(asker.tenant, prices))


@router.get("/price-lists/{list_id}", summary="Get a price list", responses=refusals(401, 403, 404))
async def price_list(list_id: str, asker: Asker, services: With) -> PriceListOut:
    """Answer with one list."""
    return _priced(await services.usage.lists.get(list_id, asker.tenant))


@router.put("/price-lists/{list_id}", summary="Replace a price list", responses=refusals(401, 403, 404, 409, 422))
async def change_price_list(list_id: str, prices: Prices, asker: Asker, services: With) -> PriceListOut:
    """Replace a list; a call that runs keeps the prices it began with."""
    return _priced(await services.usage.lists.change(list_id, asker.tenant, prices))


@router.delete(
    "/price-lists/{list_id}", summary="Remove a price list", status_code=204, responses=refusals(401, 403, 404, 409)
)
async def remove_price_list(list_id: str, asker: Asker, services: With) -> None:
    """Remove a list that nobody pays by."""
    await services.usage.lists.remove(list_id, asker.tenant)


def _from_above(asker: Identity) -> None:
    if asker.home is None:
        message = (
            "only those above a tenant say what it has and how it pays: work for it by the header Switchroom-Tenant"
        )
        raise Denied(message, code="not_above")


async def _account(asker: Identity, services: Services, has: Balance) -> AccountOut:
    paying = await services.usage.credits.payers.of(asker.tenant)
    return AccountOut(
        available=has.available,
        held=has.held,
        spent=has.spent,
        least=has.least,
        mark=has.mark,
        price_list=has.price_list,
        prices=(await services.usage.credits.payers.list_of(asker.tenant)).prices,
        pays=bool(paying),
    )


def _sum(found: Sum) -> SumOut:
    return SumOut.model_validate(found)


def _line(line: Line) -> LedgerLineOut:
    return LedgerLineOut.model_validate(line)


def _priced(found: PriceList) -> PriceListOut:
    return PriceListOut(id=found.id, prices=found.prices)


def _time(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
