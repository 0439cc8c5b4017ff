"""Whose rows a transaction sees: one tenant's, or the whole house's for what serves all tenants at once."""

from typing import Final, Literal, TypeAlias

from switchroom.identity import TenantId

WHOLE_HOUSE: Final = None
"""Every tenant's rows: for the journal, the engine's tables and the operator, never for what a request asks."""

Scope: TypeAlias = TenantId | None

SCOPE: Literal["scope"] = "scope"
"""The key of a session's ``info`` that holds its scope."""
