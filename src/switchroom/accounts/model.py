"""Tables of tenants, their users, the telephones that may register, and the keys of programs."""

from collections.abc import Mapping, Sequence

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column, synonym

from switchroom.storage.changes.noticing import Catalogued
from switchroom.storage.db import Base


class TenantRow(Catalogued, Base):
    """The platform, a reseller or a customer organisation; ``sip_domain`` is its own name for its telephones.

    ``suspended`` is said of it alone: who is above and suspended suspends it too.
    """

    __tablename__ = "tenants"
    catalogued = "tenant"
    counts_for_all = True

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = synonym("id")  # its own
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(16), server_default="tenant")
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("tenants.id"), index=True)
    brand: Mapped[Mapping[str, object]] = mapped_column(JSON)
    sip_domain: Mapped[str | None] = mapped_column(String(255), unique=True)
    created: Mapped[float] = mapped_column(Float)
    suspended: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())


class TenantSettingsRow(Catalogued, Base):
    """What is said for a tenant; ``said`` is an OwnSettings without what is not said. ``domain`` is its ``brand_domain``."""

    __tablename__ = "tenant_settings"
    catalogued = "settings"
    counts_for_all = True

    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"), primary_key=True)
    said: Mapped[Mapping[str, object]] = mapped_column(JSON)
    domain: Mapped[str | None] = mapped_column(String(253), unique=True)
    logo: Mapped[str] = mapped_column(String(64), server_default="")
    logo_type: Mapped[str] = mapped_column(String(32), server_default="")
    changed: Mapped[float] = mapped_column(Float)


class TenantLogoRow(Base):
    """The picture of a tenant's brand, as it is served."""

    __tablename__ = "tenant_logos"

    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class UserRow(Base):
    """A person with a login. ``pin`` is a keyed digest: looked up by itself, useless without the installation's secret.

    Access tokens of an earlier ``generation`` are refused; it was counted up at ``signed_out``.
    """

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"), index=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(16))
    password_hash: Mapped[str] = mapped_column(String(200))
    pin: Mapped[str | None] = mapped_column(String(64), unique=True)
    active: Mapped[bool] = mapped_column(Boolean)
    created: Mapped[float] = mapped_column(Float)
    generation: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    signed_out: Mapped[float | None] = mapped_column(Float, index=True)


class SessionRow(Base):
    """A family of refresh tokens: what began with one login. ``ended`` is when it was over before its time."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"))
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    created: Mapped[float] = mapped_column(Float)
    expires: Mapped[float] = mapped_column(Float)
    ended: Mapped[float | None] = mapped_column(Float, index=True)


class RefreshTokenRow(Base):
    """One token of a session, by a keyed digest; ``used`` is when it was exchanged for the next one."""

    __tablename__ = "refresh_tokens"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"))
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    expires: Mapped[float] = mapped_column(Float)
    used: Mapped[float | None] = mapped_column(Float)


class SipAccountRow(Base):
    """Somebody whose telephones may register. Of the password only its digests are kept, for the realm of the tenant.

    ``digest`` names the algorithms to ask with, ``devices`` how many places the account may be reached at at once. ``changed``
    is the time of the last write.
    """

    __tablename__ = "sip_accounts"
    __table_args__ = (UniqueConstraint("tenant_id", "name", name="uq_sip_accounts_name"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"), index=True)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id"), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    display_name: Mapped[str] = mapped_column(String(200))
    md5: Mapped[str] = mapped_column(String(32))
    sha256: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(16))
    devices: Mapped[int] = mapped_column(Integer)
    disabled: Mapped[bool] = mapped_column(Boolean)
    created: Mapped[float] = mapped_column(Float)
    changed: Mapped[float] = mapped_column(Float)


class ApiKeyRow(Base):
    """What a program proves itself by. Of its secret only a keyed digest is kept; times are seconds since 1970, null for never."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    digest: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[Sequence[str]] = mapped_column(JSON)
    created: Mapped[float] = mapped_column(Float)
    created_by: Mapped[str] = mapped_column(String(64))
    expires: Mapped[float | None] = mapped_column(Float)
    revoked: Mapped[float | None] = mapped_column(Float)
    last_used: Mapped[float | None] = mapped_column(Float)


class TeamRow(Base):
    """People of a tenant who work together."""

    __tablename__ = "teams"
    __table_args__ = (UniqueConstraint("tenant_id", "name", name="uq_teams_name"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"))
    name: Mapped[str] = mapped_column(String(100))
    created: Mapped[float] = mapped_column(Float)


class TeamMemberRow(Base):
    """Somebody in a team."""

    __tablename__ = "team_members"

    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"))
    role: Mapped[str] = mapped_column(String(16))
    since: Mapped[float] = mapped_column(Float)


class InvitationRow(Base):
    """Somebody who may become a user by the link they were sent, of which a keyed digest is kept. Null: it did not happen."""

    __tablename__ = "invitations"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"), index=True)
    email: Mapped[str] = mapped_column(String(320))
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(2))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    invited_by: Mapped[str] = mapped_column(String(64))
    created: Mapped[float] = mapped_column(Float)
    expires: Mapped[float] = mapped_column(Float)
    accepted: Mapped[float | None] = mapped_column(Float)
    revoked: Mapped[float | None] = mapped_column(Float)


class PasswordResetRow(Base):
    """A link by which somebody who forgot their password gets another, by its keyed digest; ``used`` is null until then."""

    __tablename__ = "password_resets"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"))
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    expires: Mapped[float] = mapped_column(Float)
    used: Mapped[float | None] = mapped_column(Float)


class SecondStepRow(Base):
    """What somebody's app shows codes by: ``box`` is the sealed secret, ``recovery`` the digests of the codes that are left.

    ``confirmed`` is null until the first code was right; ``step`` is the last one whose code was used, and none counts twice.
    """

    __tablename__ = "second_steps"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"))
    box: Mapped[str] = mapped_column(String(500))
    recovery: Mapped[Sequence[str]] = mapped_column(JSON)
    confirmed: Mapped[float | None] = mapped_column(Float)
    step: Mapped[int] = mapped_column(BigInteger)


class AuditRow(Base):
    """Who did what to what. ``actor_tenant`` is whose user or key they are, if not this tenant's own."""

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_tenant_id_id", "tenant_id", "id"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64))
    at: Mapped[float] = mapped_column(Float, index=True)
    actor: Mapped[str] = mapped_column(String(64))
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_tenant: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(300))
    outcome: Mapped[str] = mapped_column(String(16))
    address: Mapped[str] = mapped_column(String(64))
