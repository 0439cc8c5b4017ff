"""Everything an operator can set, as one frozen tree read from the environment (``SWITCHROOM_...``, ``.env``).

Built once by the command line and passed down in pieces; nothing imports it as a global.
"""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRET_LENGTH = 32

Role = Literal["all", "api", "engine", "worker"]
"""What a process does of the whole."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class SipSettings(_Frozen):
    """Where SIP is spoken."""

    host: str = Field("0.0.0.0", description="address to listen on")  # noqa: S104 - a phone system is called from outside
    port: int = Field(5060, ge=0, le=65535, description="UDP and TCP port; 0 lets the system choose")
    advertise: str = Field("", description="address put into Contact and SDP; empty: found out per peer")
    tls_port: int | None = Field(None, ge=0, le=65535, description="SIP over TLS (5061 is usual); empty: not offered")
    ws_port: int | None = Field(None, ge=0, le=65535, description="SIP over WebSocket for browsers; empty: not offered")
    wss_port: int | None = Field(None, ge=0, le=65535, description="SIP over secure WebSocket; empty: not offered")
    certificates: Path | None = Field(
        None, description="folder of *.pem files, each a chain with its key; empty: self-signed"
    )
    trust: Path | None = Field(None, description="file of certificates trusted in calls over TLS; empty: the system's")
    origins: tuple[str, ...] = Field((), description="origins of web pages that may connect; empty: all")
    security: Literal["never", "offer", "require"] = Field(
        "offer", description="SRTP in calls that no trunk speaks for: never, taken when offered, or no call without it"
    )
    spared: tuple[IPv4Network | IPv6Network, ...] = Field(
        (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128")),
        description="networks that are never banned or slowed: proxies in front of us",
    )
    max_connections: int = Field(
        1000, ge=10, description="connections by TCP, TLS and WebSocket; beyond it those go first that carry nothing"
    )
    codecs: tuple[Literal["PCMU", "PCMA", "G722", "opus"], ...] = Field(
        ("PCMU", "PCMA", "G722"), min_length=1, description="audio of calls that no trunk speaks for, the best first"
    )
    digits: Literal["auto", "rfc4733", "info", "inband"] = Field(
        "auto", description="how keys travel in calls that no trunk speaks for"
    )
    rtp_first: int = Field(20000, description="first RTP port")
    rtp_last: int = Field(29998, description="last RTP port")
    media_sources: str = Field(
        "learned", pattern="^(learned|known)$", description="known: media only from hosts named in SDP and signalling"
    )
    strangers: Literal["all", "private", "none"] = Field(
        "private", description="who may call without being a trunk or a user: everybody, private addresses, nobody"
    )
    referring: Literal["nobody", "same_host", "anybody"] = Field(
        "same_host", description="whom a far side may transfer us to: nobody, its own host and our users, anybody"
    )


class WebSettings(_Frozen):
    """Where pages, API and browser sockets are served."""

    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    address: str = Field("", description="where people reach us, for links; empty: http at host and port")
    origins: tuple[str, ...] = Field(
        (), description="web sites whose scripts may use the API with tokens, such as https://app.example.com"
    )


class AccountSettings(_Frozen):
    """Who may have a login."""

    registration: Literal["open", "invited"] | None = Field(
        None, description="open: anybody may make an organisation; invited: nobody; empty: open in a demo only"
    )
    audit_days: int = Field(365, ge=1, description="how long the audit log remembers")


class MailSettings(_Frozen):
    """How mail leaves the house."""

    host: str = Field("", description="SMTP server; empty: mail is printed on the terminal")
    port: int = Field(587, ge=1, le=65535)
    encryption: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: SecretStr = SecretStr("")
    sender: str = Field("switchroom@localhost", description="whose mail it is, where a tenant names no sender")
    trust: Path | None = Field(
        None, description="file of certificates that the server is trusted by; empty: the system's"
    )


class EngineSettings(_Frozen):
    """Limits of this process."""

    max_calls: int = Field(200, ge=1, description="calls beyond this are refused with 503")
    max_call_seconds: float = 1800.0
    drain_seconds: float = Field(30.0, description="how long running calls may go on after SIGTERM")
    record: bool = True


class DialSettings(_Frozen):
    """What no tenant's own guard may pass in calls out."""

    concurrent: int = Field(100, ge=0, description="calls out of a tenant at once")
    spend_per_day: int = Field(
        1_000_000_000, ge=0, description="millionths of its currency that a tenant may spend a day"
    )
    least_rate: int = Field(
        0, ge=0, description="millionths that a begun minute counts at least, whatever a tenant's rates say"
    )


class DatabaseSettings(_Frozen):
    """How PostgreSQL is used; SQLite needs none of it."""

    pool_size: int = Field(10, ge=1, description="connections that are kept open by each process")
    pool_overflow: int = Field(20, ge=0, description="further connections under load")
    pool_timeout: float = Field(10.0, gt=0, description="seconds that a request waits for a free connection")
    pool_recycle: float = Field(1800.0, gt=0, description="seconds after which a connection is made anew")
    connect_timeout: float = Field(10.0, gt=0, description="seconds that connecting may take")
    statement_timeout: float = Field(
        30.0, ge=0, description="seconds that a statement may take; 0: as long as it wants"
    )
    lock_timeout: float = Field(10.0, ge=0, description="seconds that a statement waits for a lock; 0: for ever")
    idle_timeout: float = Field(60.0, ge=0, description="seconds that a transaction may do nothing; 0: for ever")


class BlobSettings(_Frozen):
    """Where recordings are kept: a folder, or a store that speaks S3."""

    url: str = Field("", pattern="^(s3://[^/]+.*)?$", description="s3://bucket/prefix; empty: files below data")
    endpoint: str = Field("", description="address of a store that is not Amazon's, such as https://minio.example:9000")
    region: str = Field("us-east-1", description="the bucket's region")
    access_key: str = Field("", description="empty: as AWS's own tools find it (environment, role of the machine)")
    secret_key: SecretStr = Field(SecretStr(""), description="belongs to the access key")
    path_style: bool | None = Field(
        None, description="bucket in the path, not in the host's name; empty: with an endpoint of our own"
    )
    allow_http: bool = Field(default=False, description="the endpoint may be plain http")
    timeout: float = Field(30.0, gt=0, description="seconds that a request may take")
    retry_for: float = Field(20.0, ge=0, description="seconds that a request that failed is tried again")


class SpeechSettings(_Frozen):
    """The local recogniser and voice."""

    recognisers: int = Field(1, ge=1, description="recogniser worker processes")
    voices: int = Field(1, ge=1, description="voice worker processes")
    engine: str = Field("auto", pattern="^(auto|flite|espeak-ng)$")
    end_of_turn: Path | None = Field(
        None, description="file of a smart-turn model, version 3; empty: silence and words alone end a turn"
    )


class McpProgram(_Frozen):
    """An MCP server that tenants may have started for them, over stdio."""

    command: tuple[str, ...] = Field(min_length=1)
    environment: tuple[str, ...] = Field((), description="variables that a tenant may set, such as a token")


class McpSettings(_Frozen):
    """What tenants may reach as MCP servers."""

    programs: dict[str, McpProgram] = Field({}, description="programs by name; a tenant can start no other")
    private: bool = Field(default=False, description="servers over HTTP may be at private addresses")


class WebhookSettings(_Frozen):
    """Where tenants may have events sent."""

    private: bool = Field(default=False, description="webhooks may go to private addresses")
    http: bool = Field(default=False, description="webhooks may go over plain HTTP")
    keep_days: float = Field(30.0, ge=4.0, description="how long the log of deliveries is kept")


class TraceSettings(_Frozen):
    """Where calls are sent as traces."""

    endpoint: str = Field(
        "", description="OTLP over HTTP, such as http://127.0.0.1:4318/v1/traces; empty: nowhere", max_length=500
    )
    headers: dict[str, str] = Field({}, description="sent along, such as a token")


class Settings(BaseSettings):
    """The whole tree."""

    model_config = SettingsConfigDict(
        env_prefix="SWITCHROOM_",
        env_nested_delimiter="__",
        env_file=".env",
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,  # it may be a secret
    )

    role: Role = Field("all", description="what this process does: all, or api, engine or worker beside others")
    production: bool = Field(default=False, description="refuse to start with anything that is for trying only")
    demo: bool = Field(default=True, description="seed a demo tenant with an agent and a login")
    master_key: SecretStr = Field(
        SecretStr(""), description="seals the secrets of others; empty: kept in the file master-keys below data"
    )
    old_master_keys: tuple[SecretStr, ...] = Field(
        (), description="open what was sealed before the master key was changed"
    )
    secret: str = Field("", description="signs sessions and tokens; empty: made up and kept below data")
    data: Path = Field(Path("var"), description="database, recordings and logs live below this directory")
    providers: Path | None = Field(
        None, description="file of model, recogniser and voice providers; empty: providers.yaml below data"
    )
    database_url: str = Field("", description="postgresql://user:password@host/name; empty: SQLite below data")
    redis_url: str = Field("", description="redis://host, for several processes; empty: there is one")
    database: DatabaseSettings = DatabaseSettings()
    blobs: BlobSettings = BlobSettings()
    log_format: str = Field("console", pattern="^(console|json)$")
    log_level: str = "info"
    log_personal: bool = Field(default=False, description="keep what callers say in the logs; for development only")
    sip: SipSettings = SipSettings()
    web: WebSettings = WebSettings()
    accounts: AccountSettings = AccountSettings()
    mail: MailSettings = MailSettings()
    engine: EngineSettings = EngineSettings()
    dial: DialSettings = DialSettings()
    speech: SpeechSettings = SpeechSettings()
    mcp: McpSettings = McpSettings()
    webhooks: WebhookSettings = WebhookSettings()
    traces: TraceSettings = TraceSettings()
    sentry_dsn: str = Field("", description="where errors are reported; empty: nowhere")

    @model_validator(mode="after")
    def _refuse_a_weak_secret(self) -> "Settings":
        if self.secret and len(self.secret) < SECRET_LENGTH:
            raise ValueError(f"SWITCHROOM_SECRET is too short: use {SECRET_LENGTH} random characters or more")
        return self

    @property
    def url(self) -> str:
        """The database to use."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data / 'switchroom.db'}"

    @property
    def home(self) -> str:
        """Where people reach us."""
        return self.web.address or f"http://{self.web.host}:{self.web.port}"

    @property
    def open_registration(self) -> bool:
        """Whether anybody may make an organisation of their own."""
        return self.demo if self.accounts.registration is None else self.accounts.registration == "open"

    @property
    def providers_file(self) -> Path:
        """Where the providers are named; it need not be there."""
        return self.providers or self.data / "providers.yaml"

    @property
    def recordings(self) -> Path:
        """Where recordings are written."""
        return self.data / "recordings"

    @property
    def hold_music(self) -> Path:
        """Where tenants' music is."""
        return self.data / "music"
