"""Tables of AI agents, their flows and numbers, of trunks, and of the calls out and what guards them."""

from collections.abc import Mapping, Sequence

from sqlalchemy import JSON, BigInteger, Boolean, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from switchroom.storage.changes.noticing import Catalogued
from switchroom.storage.db import Base


class AgentRow(Catalogued, Base):
    """An AI voice agent: its flow, how it sounds, how patient it is, which providers it works with.

    It is what its ``version`` says; ``draft`` holds the fields that are to be otherwise once they are published.
    """

    __tablename__ = "agents"
    catalogued = "agent"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(200))
    flow: Mapped[str] = mapped_column(String(500))
    voice: Mapped[str] = mapped_column(String(100))
    speed: Mapped[float] = mapped_column(Float)
    language: Mapped[str] = mapped_column(String(16))
    greeting: Mapped[str] = mapped_column(Text)
    apology: Mapped[str] = mapped_column(Text)
    farewell: Mapped[str] = mapped_column(Text)
    record: Mapped[bool] = mapped_column(Boolean)
    max_duration: Mapped[float] = mapped_column(Float)
    silence: Mapped[float] = mapped_column(Float)
    nudges: Mapped[int] = mapped_column(Integer)
    models: Mapped[Sequence[str]] = mapped_column(JSON)
    recognisers: Mapped[Sequence[str]] = mapped_column(JSON)
    voice_providers: Mapped[Sequence[str]] = mapped_column(JSON)
    voices: Mapped[Mapping[str, str]] = mapped_column(JSON)
    voice_profile: Mapped[str] = mapped_column(String(64))
    languages: Mapped[Sequence[str]] = mapped_column(JSON)
    temperature: Mapped[float | None] = mapped_column(Float)
    prompt: Mapped[str] = mapped_column(Text)
    guesses: Mapped[int] = mapped_column(Integer)
    no_silence: Mapped[float] = mapped_column(Float)
    stalled: Mapped[float] = mapped_column(Float)
    fillers: Mapped[Sequence[str]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(Integer)
    draft: Mapped[Mapping[str, object]] = mapped_column(JSON, default=dict)


class AgentVersionRow(Base):
    """What an agent was from its publication on. ``restores`` is the older version that it is a copy of, 0 for none."""

    __tablename__ = "agent_versions"

    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    tenant_id: Mapped[str] = mapped_column(String(64))
    form: Mapped[Mapping[str, object]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(Text)
    created: Mapped[float] = mapped_column(Float)
    created_by: Mapped[str] = mapped_column(String(64))
    restores: Mapped[int] = mapped_column(Integer)


class NumberRow(Catalogued, Base):
    """What can be dialled (an E.164 number, or a SIP user such as ``demo``) and who answers: see catalogue.number.

    ``country`` and ``kind`` are what the numbering plan says of an E.164 number, empty for anything else.
    """

    __tablename__ = "numbers"
    catalogued = "number"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64), index=True)
    address: Mapped[str] = mapped_column(String(128), unique=True)
    label: Mapped[str] = mapped_column(String(200))
    country: Mapped[str] = mapped_column(String(2))
    kind: Mapped[str] = mapped_column(String(32))
    trunk_id: Mapped[str | None] = mapped_column(String(64))
    hours_id: Mapped[str | None] = mapped_column(String(64))
    answers: Mapped[Mapping[str, str]] = mapped_column(JSON)


class HoursRow(Catalogued, Base):
    """When somebody is there; ``form`` is an HoursForm."""

    __tablename__ = "business_hours"
    __table_args__ = (UniqueConstraint("tenant_id", "name", name="uq_business_hours_name"),)
    catalogued = "hours"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(100))
    form: Mapped[Mapping[str, object]] = mapped_column(JSON)
    changed: Mapped[float] = mapped_column(Float)


class QueueRow(Catalogued, Base):
    """Where callers wait for people; ``form`` is a QueueForm."""

    __tablename__ = "queues"
    __table_args__ = (UniqueConstraint("tenant_id", "name", name="uq_queues_name"),)
    catalogued = "queue"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(100))
    form: Mapped[Mapping[str, object]] = mapped_column(JSON)
    changed: Mapped[float] = mapped_column(Float)


class FlowRow(Catalogued, Base):
    """A flow that is worked on: its draft, and which version answers calls (0: none yet).

    ``revision`` grows with every change of the draft, so that nobody overwrites what they have not seen.
    """

    __tablename__ = "flows"
    catalogued = "flow"
    __table_args__ = (UniqueConstraint("tenant_id", "name", name="uq_flows_name"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(100))
    draft: Mapped[str] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(Integer)
    changed: Mapped[float] = mapped_column(Float)
    changed_by: Mapped[str] = mapped_column(String(64))
    published: Mapped[int] = mapped_column(Integer)


class FlowVersionRow(Base):
    """What was published, once and for all. ``restores`` is the older version that it is a copy of, 0 for none."""

    __tablename__ = "flow_versions"

    flow_id: Mapped[str] = mapped_column(ForeignKey("flows.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    tenant_id: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    created: Mapped[float] = mapped_column(Float)
    created_by: Mapped[str] = mapped_column(String(64))
    restores: Mapped[int] = mapped_column(Integer)


class TrunkRow(Catalogued, Base):
    """A carrier or PBX. ``form`` is a TrunkForm without its secrets, which are in ``sealed``; see storage.vault.

    ``inbound_user`` is whom its calls prove to be, of one trunk of the whole installation. ``changed`` grows with every write.
    """

    __tablename__ = "trunks"
    catalogued = "trunk"
    __table_args__ = (UniqueConstraint("tenant_id", "name", name="uq_trunks_name"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(100))
    inbound_user: Mapped[str | None] = mapped_column(String(128), unique=True)
    form: Mapped[Mapping[str, object]] = mapped_column(JSON)
    sealed: Mapped[str] = mapped_column(Text)
    changed: Mapped[float] = mapped_column(Float)


class DialGuardRow(Catalogued, Base):
    """What a tenant may call and spend; ``guard`` is a DialGuard. No row: what every new tenant gets."""

    __tablename__ = "dial_guards"
    catalogued = "dial_guard"

    tenant_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    guard: Mapped[Mapping[str, object]] = mapped_column(JSON)


class OutboundCallRow(Base):
    """A call out that the guard has let pass. ``cost`` is what it has cost so far, the minute that runs included.

    ``seen`` is when the process that carries it last said so: one that is open and long unseen was lost in a crash.
    """

    __tablename__ = "outbound_calls"
    __table_args__ = (Index("ix_outbound_calls_tenant_began", "tenant_id", "began"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64))
    trunk_id: Mapped[str] = mapped_column(String(64))
    number: Mapped[str] = mapped_column(String(32))
    caller: Mapped[str] = mapped_column(String(128))
    rate: Mapped[int] = mapped_column(BigInteger)
    cost: Mapped[int] = mapped_column(BigInteger)
    began: Mapped[float] = mapped_column(Float)
    answered: Mapped[float | None] = mapped_column(Float)
    ended: Mapped[float | None] = mapped_column(Float)
    seen: Mapped[float] = mapped_column(Float)
    outcome: Mapped[str] = mapped_column(String(64))


class McpServerRow(Catalogued, Base):
    """An MCP server of a tenant. ``form`` is an McpServerForm without its secrets, which are in ``sealed``; see storage.vault.

    ``listed`` are the tools that it listed last. ``changed`` grows with every write of the form.
    """

    __tablename__ = "mcp_servers"
    catalogued = "mcp_server"
    __table_args__ = (UniqueConstraint("tenant_id", "name", name="uq_mcp_servers_name"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(32))
    form: Mapped[Mapping[str, object]] = mapped_column(JSON)
    sealed: Mapped[str] = mapped_column(Text)
    listed: Mapped[Sequence[Mapping[str, object]]] = mapped_column(JSON)
    changed: Mapped[float] = mapped_column(Float)


class CredentialRow(Catalogued, Base):
    """A secret under a name, in ``sealed``; ``hint`` is its end. Tenants below may use it, so its writes count for all."""

    __tablename__ = "credentials"
    __table_args__ = (UniqueConstraint("tenant_id", "name", name="uq_credentials_name"),)
    catalogued = "credential"
    counts_for_all = True

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    hint: Mapped[str] = mapped_column(String(8))
    sealed: Mapped[str] = mapped_column(Text)
    created: Mapped[float] = mapped_column(Float)
    changed: Mapped[float] = mapped_column(Float)
    last_used: Mapped[float | None] = mapped_column(Float)


class VoiceModelRow(Catalogued, Base):
    """What a tenant says of a provider of the installation: whether its agents may use it, and what it calls it."""

    __tablename__ = "voice_models"
    catalogued = "voice_model"

    tenant_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    section: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    enabled: Mapped[bool] = mapped_column(Boolean)
    label: Mapped[str] = mapped_column(String(200))


class VoiceModelUsageRow(Base):
    """How many units of a ``meter`` (see events.usage) a tenant used of a model in a ``month`` such as 2026-11."""

    __tablename__ = "voice_model_usage"

    tenant_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    meter: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    units: Mapped[float] = mapped_column(Float)


class VoiceProfileRow(Catalogued, Base):
    """A way to speak, under a name; ``form`` is a VoiceProfileForm."""

    __tablename__ = "voice_profiles"
    __table_args__ = (UniqueConstraint("tenant_id", "name", name="uq_voice_profiles_name"),)
    catalogued = "voice_profile"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(100))
    form: Mapped[Mapping[str, object]] = mapped_column(JSON)
    changed: Mapped[float] = mapped_column(Float)
