"""Which role may do what: one table for the whole application, checked where the asker is found out.

A path is matched by its longest row. What no row names is for administrators alone, so a route that was written tomorrow is closed
until somebody says here whom it is for. What is asked by POST and changes nothing counts as reading. API keys have scopes instead
(``scopes.py``); platform and resellers act within a tenant by the role they have.
"""

from dataclasses import dataclass

from switchroom.accounts.tokens import Role
from switchroom.errors import Denied

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
ONLY_ASKS = ("/api/v1/flows/validate",)

_Roles = frozenset[Role]
_ALL: _Roles = frozenset({"admin", "supervisor", "agent", "developer"})
_ADMIN: _Roles = frozenset({"admin"})
_LEAD: _Roles = frozenset({"admin", "supervisor"})
_BUILD: _Roles = frozenset({"admin", "developer"})
_WATCH: _Roles = frozenset({"admin", "supervisor", "developer"})
_TALK: _Roles = frozenset({"admin", "supervisor", "agent"})


@dataclass(frozen=True, slots=True)
class Row:
    """Who may read, change and delete what is below a path."""

    path: str
    read: _Roles
    change: _Roles
    delete: _Roles


def _row(path: str, read: _Roles, change: _Roles, delete: _Roles | None = None) -> Row:
    return Row(path, read, change, change if delete is None else delete)


TABLE: tuple[Row, ...] = (
    #    path                          read     change, delete
    _row("/api/auth", _ALL, _ALL),  # oneself
    _row("/api/v1/auth", _ADMIN, _ADMIN),  # API keys
    _row("/api/v1/users", _LEAD, _ADMIN),
    _row("/api/v1/teams", _ALL, _ALL),  # a team's owner may more than others: accounts/teams.py
    _row("/api/v1/invitations", _ADMIN, _ADMIN),
    _row("/api/v1/audit", _ADMIN, _ADMIN),
    _row("/api/v1/audit.csv", _ADMIN, _ADMIN),
    _row("/api/v1/tenants", _ADMIN, _ADMIN),
    _row("/api/v1/settings", _ALL, _ADMIN),
    _row("/api/v1/brand", _ALL, _ADMIN),
    # what agents are made of
    _row("/api/v1/agents", _ALL, _BUILD),
    _row("/api/v1/flows", _ALL, _BUILD),
    _row("/api/v1/tools", _ALL, _BUILD),
    _row("/api/v1/mcp-servers", _ALL, _BUILD),
    _row("/api/v1/voice-models", _ALL, _BUILD),
    _row("/api/v1/voice-profiles", _ALL, _BUILD),
    _row("/api/v1/credentials", _BUILD, _ADMIN),
    _row("/api/v1/webhooks", _BUILD, _BUILD),
    _row("/api/v1/events", _ALL, _ADMIN),
    _row("/agent/process", _ALL, _ALL),
    # telephony
    _row("/api/v1/numbers", _ALL, _ADMIN),
    _row("/api/v1/trunks", _ALL, _ADMIN),
    _row("/api/v1/trunk-kinds", _ALL, _ADMIN),
    _row("/api/v1/dial-guard", _ALL, _ADMIN),
    _row("/api/v1/sip", _LEAD, _LEAD),
    _row("/api/v1/sip/credentials", _ALL, _ALL),  # one's own
    _row("/api/v1/queues", _ALL, _LEAD),
    _row("/api/v1/hours", _ALL, _LEAD),
    _row("/api/v1/hold-music", _ALL, _ADMIN),
    # calls and what they cost
    _row("/api/v1/calls", _ALL, _ALL, _LEAD),
    _row("/api/v1/retention", _LEAD, _ADMIN),
    _row("/api/v1/voicemails", _ALL, _TALK, _LEAD),
    _row("/api/v1/latency", _ALL, _ADMIN),
    _row("/api/v1/overview", _ALL, _ADMIN),
    _row("/api/v1/usage", _WATCH, _ADMIN),
    _row("/api/v1/credits", _WATCH, _ADMIN),
    _row("/api/v1/price-lists", _WATCH, _ADMIN),
    _row("/api/v1/statements", _ADMIN, _ADMIN),
    _row("/agent-monitor", _LEAD, _LEAD),
    # pages
    _row("/calls", _ALL, _ADMIN),
    _row("/reservations", _ALL, _ADMIN),
    _row("/trunks", _ALL, _ADMIN),
)


def row_of(path: str) -> Row | None:
    """Return the row of a path; None: nobody has said whom it is for."""
    fitting = [row for row in TABLE if path == row.path or path.startswith(f"{row.path}/")]
    return max(fitting, key=lambda row: len(row.path), default=None)


def allowed(method: str, path: str) -> _Roles:
    """Return which roles may do this."""
    row = row_of(path) or Row(path, _ADMIN, _ADMIN, _ADMIN)
    if method in SAFE or path in ONLY_ASKS:
        return row.read
    return row.delete if method == "DELETE" else row.change


def check(role: Role, method: str, path: str) -> None:
    """Raise Denied unless somebody of this role may do this."""
    _demand(role, allowed(method, path))


def lead(role: Role) -> None:
    """Raise Denied unless somebody of this role may work for the tenants below theirs."""
    _demand(role, _LEAD)


def _demand(role: Role, may: _Roles) -> None:
    if role not in may:
        raise Denied(f"only {' or '.join(sorted(may))} may do this: ask yours", code="role")
