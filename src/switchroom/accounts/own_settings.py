"""What may be set for a tenant and is inherited by those below it: its brand, its mail's sender, its limits and its currency.

    said by the tenant itself   name, colours, domain, who its mail is from
    said from above alone       limits and currency: nobody raises their own

A limit binds a tenant and all below it together, so a reseller's tenants share what the reseller has, whatever is said for each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from switchroom.accounts.tenant_tree import Kind
from switchroom.errors import Invalid
from switchroom.identity import TenantId
from switchroom.inheritance import inherited
from switchroom.ports.plan import Quota

Origin = Literal["own", "reseller", "platform", "default"]

FROM_ABOVE: Final = frozenset({"limit_calls", "limit_calls_per_minute", "limit_seats", "currency"})
"""What only somebody above a tenant may say for it."""

_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = rf"^{_LABEL}(\.{_LABEL})+$"
_ADDRESS = r"^[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+$"
_PLAIN = r"^[^\x00-\x1f\x7f]*$"

Colour = Annotated[str, StringConstraints(pattern="^#[0-9A-Fa-f]{6}$", to_lower=True)]
Host = Annotated[str, StringConstraints(pattern=_HOST, to_lower=True, max_length=253)]
Limit = Annotated[int, Field(ge=0, le=1_000_000)]


class OwnSettings(BaseModel):
    """What is said for one tenant; null is not said, and so inherited. A limit of 0 lets no call through."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"example": {"brand_name": "North Voice", "brand_color": "#0f766e"}},
    )

    brand_name: Annotated[str, StringConstraints(strip_whitespace=True, pattern=_PLAIN)] | None = Field(
        None, min_length=1, max_length=100, description="how the product is called to its users"
    )
    brand_color: Colour | None = Field(None, description="the colour of buttons and links, such as #0f766e")
    brand_accent_color: Colour | None = Field(None, description="the second colour")
    brand_domain: Host | None = Field(None, description="the host name under which its users open the console")
    mail_from: str | None = Field(None, pattern=_ADDRESS, max_length=254, description="whose mail it is")
    limit_calls: Limit | None = Field(None, description="calls at once, of the tenant and all below it")
    limit_calls_per_minute: Limit | None = Field(None, description="calls that begin in a minute")
    limit_seats: Limit | None = Field(None, description="people who answer calls")
    currency: str | None = Field(None, pattern="^[A-Z]{3}$", description="ISO 4217")


DEFAULTS: Final = OwnSettings(
    brand_name="Switchroom", brand_color="#0f766e", brand_accent_color="#4f46e5", currency="EUR"
)


@dataclass(frozen=True, slots=True)
class Level:
    """A tenant and what is said for it; ``logo`` is the digest of its own, "" without."""

    tenant: TenantId
    slug: str
    kind: Kind
    said: Mapping[str, object]
    logo: str = ""


@dataclass(frozen=True, slots=True)
class Effective:
    """What counts for a tenant, and where it was said."""

    chain: tuple[Level, ...]
    values: OwnSettings
    origin: Mapping[str, Origin]

    @property
    def own(self) -> OwnSettings:
        """What is said for the tenant itself."""
        return read(self.chain[0].said)

    @property
    def logo(self) -> TenantId | None:
        """Return whose logo is shown; None: the house's."""
        return next((level.tenant for level in self.chain if level.logo), None)

    @property
    def quotas(self) -> tuple[Quota, ...]:
        """Return what limits a call of the tenant: its own limits, and those of everybody above it."""
        said = ((level.tenant, read(level.said)) for level in self.chain)
        found = (Quota(tenant, one.limit_calls, one.limit_calls_per_minute) for tenant, one in said)
        return tuple(quota for quota in found if (quota.calls, quota.calls_per_minute) != (None, None))


def effective(chain: Sequence[Level]) -> Effective:
    """Return what counts for the first of ``chain``, which has those above it behind it."""
    values, origin = {}, {}
    for name in OwnSettings.model_fields:
        found = inherited([level.said for level in chain], name)
        values[name] = getattr(DEFAULTS, name) if found is None else found[1]
        origin[name] = "default" if found is None else _origin(found[0], chain)
    return Effective(tuple(chain), read(values), origin)


def read(values: Mapping[str, object]) -> OwnSettings:
    """Return what is said, checked. Raises Invalid; fields that this version does not know are left out."""
    known = {name: value for name, value in values.items() if name in OwnSettings.model_fields}
    try:
        return OwnSettings.model_validate(known)
    except ValidationError as error:
        raise Invalid("; ".join(f"{part['loc'][0]}: {part['msg']}" for part in error.errors())) from error


def _origin(level: int, chain: Sequence[Level]) -> Origin:
    if level == 0:
        return "own"
    return "platform" if chain[level].kind == "platform" else "reseller"
