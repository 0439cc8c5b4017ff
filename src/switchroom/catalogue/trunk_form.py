"""A trunk as people and programs write it: flat fields, checked one by one, each error naming its field and the cure.

``TrunkForm`` is where such data enters; ``build`` makes the record of it that everything else reads. Secrets are fields that can
be written and never read: a form that is stored or shown has none.
"""

import re
from collections.abc import Iterable, Mapping
from ipaddress import ip_network
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from switchroom.catalogue.forms import checked
from switchroom.catalogue.trunk_kinds import USUAL, Kind
from switchroom.identity import TenantId
from switchroom.sip.commands import Credentials
from switchroom.sip.description.policy import DEFAULT, Codec, CodecOrder, DigitRoad, MediaPolicy, Security, Sources
from switchroom.sip.messages.headers import key
from switchroom.sip.messages.uri import escape, parse_uri
from switchroom.sip.trunks.dial_plan import COSTLY, Destinations, DialPlan, Writing
from switchroom.sip.trunks.limits import CallLimits
from switchroom.sip.trunks.trunk import Header, IdentityStyle, Inbound, Outbound, Registering, Trunk

SECRETS = ("password", "inbound_password", "inbound_token", "outbound_token")

_PREFIX = re.compile(r"\+[0-9]{0,15}")
_TOKEN = re.compile(r"[A-Za-z0-9!%*_+`'~.-]{1,64}")
_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})")
_OURS = frozenset(
    [
        "via",
        "from",
        "to",
        "call-id",
        "cseq",
        "contact",
        "route",
        "record-route",
        "max-forwards",
        "content-type",
        "content-length",
        "authorization",
        "proxy-authorization",
        "require",
        "supported",
        "allow",
        "session-expires",
        "min-se",
        "user-agent",
        "p-asserted-identity",
        "remote-party-id",
    ]
)
_WIDEST = {4: 16, 6: 32}


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError as error:
        raise ValueError(f"{text!r} is no network: {error}; write 192.0.2.0/24, or 192.0.2.7 for one address") from None


def _sip_uri(text: str) -> str:
    try:
        uri = parse_uri(text if ":" in text else f"sip:{text}")
    except ValueError:
        uri = None
    if uri is None or not uri.is_sip:
        raise ValueError(f"{text!r} is no SIP address: write sip:host, sip:host:5060 or sip:host;transport=tcp")
    if not uri.host.startswith("["):
        _labels(uri.host)
    return str(uri)


def _labels(host: str) -> None:
    """Raise ValueError for a name that no name server can be asked for (RFC 1035 §2.3.4)."""
    if any(_LABEL.fullmatch(label) is None for label in host.removesuffix(".").split(".")):
        raise ValueError(f"{host!r} is no host: between its dots are 1 to 63 letters, digits and hyphens")


def beginning_of_number(text: str) -> str:
    """Return ``text`` if numbers can begin with it. Raises ValueError."""
    if _PREFIX.fullmatch(text) is None:
        raise ValueError(f"{text!r} is no beginning of a number: write + and digits, such as +44; + alone is the world")
    return text


def _header(text: str) -> str:
    if text and (_TOKEN.fullmatch(text) is None or key(text) in _OURS):
        raise ValueError(f"{text!r} cannot be used as the name of a header")
    return text


def _host(text: str) -> str:
    if text and _HOST.fullmatch(text) is None:
        raise ValueError(f"{text!r} is no host: write sip.example.com, without sip: and without a user")
    if text:
        _sip_uri(f"sip:{text}")
    return text


def _user(text: str) -> str:
    if text and parse_uri(f"sip:{escape(text)}@host").user_text != text:
        raise ValueError(f"{text!r} cannot be the user of a SIP address")
    return text


def _contact(text: str) -> str:
    if escape(text) != text:
        raise ValueError(f"{text!r} cannot be the user of our contact: write letters and digits, or leave it out")
    return text


Networks = Annotated[list[Annotated[str, AfterValidator(_network)]], Field(max_length=64)]
Uris = Annotated[list[Annotated[str, AfterValidator(_sip_uri)]], Field(max_length=8)]
Prefixes = Annotated[list[Annotated[str, AfterValidator(beginning_of_number)]], Field(max_length=500)]
HeaderName = Annotated[str, AfterValidator(_header)]
Host = Annotated[str, AfterValidator(_host)]
Short = Annotated[str, Field(max_length=128, pattern=r"^[!-~]*$")]
User = Annotated[Short, AfterValidator(_user)]
Contact = Annotated[Short, AfterValidator(_contact)]
Plain = Annotated[str, Field(max_length=200, pattern=r"^[ -~]*$")]
Digits = Annotated[str, Field(max_length=16, pattern=r"^[0-9#*]*$")]
Secret = Annotated[SecretStr, Field(max_length=200)]


class TrunkForm(BaseModel):
    """A trunk, its secrets apart. Lists of networks and destinations that are empty mean none."""

    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,  # it may be a secret
        json_schema_extra={
            "example": {
                "name": "Twilio", "kind": "twilio", "domain": "example.pstn.twilio.com", "allow": ["+44"],
                "callers": ["+442079460000"], "user": "switchroom", "password": "a long password",
            }
        },
    )  # fmt: skip

    name: str = Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*$")
    kind: Kind = "generic"
    enabled: bool = True

    networks: Networks = Field([], description="addresses that its calls come from")
    inbound_user: Short = Field("", description="whom its calls must prove to be, by digest")
    inbound_token_header: HeaderName = Field("", description="header that its calls must carry, with inbound_token")
    inbound_prefix: Digits = Field("", description="digits before the dialled number, taken off")
    inbound_domain: Host = Field("", description="host of Request-URI or From that its calls must name")
    numbers: Prefixes = Field([], description="beginnings of the numbers that it brings; none: all")
    called: Literal["request", "to"] = Field("request", description="where the dialled number is")
    number: Short = Field("", description="whom all its calls are for, whatever was dialled")

    proxies: Uris = Field([], description="SIP addresses to call through, tried in order; none: the domain")
    domain: Host = Field("", description="host of Request-URI, From and To in calls out")
    user: User = Field("", description="whom we prove to be, in calls out and in registrations")
    realm: Plain = Field(
        "", description="the one realm that the password answers; empty: any that asks, so better said"
    )
    prefix: Digits = Field("", description="digits put before the number")
    headers: dict[HeaderName, Plain] = Field({}, max_length=16, description="further headers of calls out")
    outbound_token_header: HeaderName = Field("", description="header of calls out that carries outbound_token")
    identity: IdentityStyle = "from"
    callers: Annotated[list[Short], Field(max_length=500)] = Field([], description="numbers that we may call from")
    follows_redirects: bool = False
    session_expires: int = Field(1800, ge=0, le=86_400, description="session timer of calls out; 0: none")

    registers: bool = False
    registrar: str = Field("", max_length=200, description="empty: the domain")
    expires: int = Field(3600, ge=60, le=86_400)
    contact_user: Contact = Field("", description="empty: an unguessable one, which is best")

    country: str = Field("", pattern=r"^[1-9][0-9]{0,3}$|^$", description="calling code of the trunk's country")
    trunk_digit: str = Field("0", pattern=r"^[0-9]{0,2}$", description="dialled before a number of the same country")
    number_format: Writing = "e164"
    reads_bare: bool = Field(default=False, description="long digits without + or 00 are international")

    codecs: tuple[Codec, ...] = Field(DEFAULT.codecs, min_length=1)
    codec_order: CodecOrder = Field(DEFAULT.order, description="whose order decides when the trunk calls us")
    digits: DigitRoad = DEFAULT.digits
    security: Security = DEFAULT.security
    media_sources: Sources = Field("learned", description="known: media only from hosts named in SDP and signalling")

    trusts_identity: bool = Field(default=False, description="P-Asserted-Identity and Diversion are believed")
    accepts_refer: bool = False
    calls_per_second: float = Field(0.0, ge=0.0, le=1000.0)
    max_inbound: int = Field(0, ge=0)
    max_outbound: int = Field(0, ge=0)
    max_calls: int = Field(0, ge=0)
    allow: Prefixes = Field([], description="beginnings of numbers that may be called")
    deny: Prefixes = Field(list(COSTLY), description="beginnings that may not; the longest that fits decides")

    password: Secret | None = Field(None, exclude=True)
    inbound_password: Secret | None = Field(None, exclude=True)
    inbound_token: Secret | None = Field(None, exclude=True)
    outbound_token: Secret | None = Field(None, exclude=True)

    @model_validator(mode="after")
    def _fits_together(self) -> "TrunkForm":
        if 0 < self.session_expires < 90:
            raise ValueError("session_expires: a session timer has at least 90 seconds (RFC 4028 §4); 0 is none")
        if self.registers and not self.user:
            raise ValueError("user: a trunk that registers needs the user to register as")
        if self.registers and not (self.registrar or self.domain):
            raise ValueError("registrar: a trunk that registers needs a registrar or a domain")
        if self.registrar:
            _sip_uri(self.registrar)
        sealed = bool(self.inbound_user or self.inbound_token_header)
        for text in self.networks:
            network = ip_network(text)
            if not sealed and not network.is_private and network.prefixlen < _WIDEST[network.version]:
                raise ValueError(
                    f"networks: {text} is too wide for a trunk known by its address alone: "
                    f"name the carrier's networks, or ask for inbound_user or inbound_token_header too"
                )
        return self

    def secrets(self) -> Mapping[str, str]:
        """Return the secrets that were set; "" is one to be forgotten."""
        given = {name: getattr(self, name) for name in SECRETS if name in self.model_fields_set}
        return {name: "" if value is None else value.get_secret_value() for name, value in given.items()}


def filled(values: Mapping[str, object]) -> TrunkForm:
    """Return a new trunk's form with what is usual for its kind where nothing was said. Raises Invalid."""
    usual = next((fields for kind, fields in USUAL.items() if kind == values.get("kind")), {})
    return read({**usual, **values})


def read(values: Mapping[str, object]) -> TrunkForm:
    """Return the form of these values. Raises Invalid, saying which field is wrong and why."""
    return checked(TrunkForm, values)


def build(trunk: str, tenant: TenantId, form: TrunkForm, secrets: Mapping[str, str]) -> Trunk:
    """Return the record of a checked form."""
    return Trunk(
        id=trunk,
        tenant=tenant,
        name=form.name,
        kind=form.kind,
        enabled=form.enabled,
        inbound=_inbound(form, secrets),
        outbound=_outbound(form, secrets),
        registering=_registering(trunk, form) if form.registers else None,
        plan=DialPlan(form.country, form.trunk_digit, form.number_format, form.reads_bare),
        media=MediaPolicy(form.codecs, form.digits, form.security, form.media_sources, form.codec_order),
        limits=CallLimits(form.calls_per_second, form.max_inbound, form.max_outbound, form.max_calls),
        destinations=Destinations(tuple(form.allow), tuple(form.deny)),
    )


def lacking(form: TrunkForm, secrets: Iterable[str]) -> str:
    """Return what is said about a secret that must be there and is not; "" if none is."""
    kept = frozenset(secrets)
    wanted = {
        "inbound_password": form.inbound_user,
        "inbound_token": form.inbound_token_header,
        "password": form.user if form.registers else "",
    }
    names = [name for name, asked in wanted.items() if asked and name not in kept]
    return "; ".join(f"{name}: it is needed with {wanted[name]!r} and was never set" for name in names)


def _inbound(form: TrunkForm, secrets: Mapping[str, str]) -> Inbound:
    token, password = form.inbound_token_header, secrets.get("inbound_password", "")
    return Inbound(
        networks=tuple(ip_network(text) for text in form.networks),
        credentials=Credentials(form.inbound_user, password) if form.inbound_user else None,
        token=Header(token, secrets.get("inbound_token", "")) if token else None,
        prefix=form.inbound_prefix,
        domain=form.inbound_domain,
        numbers=tuple(form.numbers),
        called=form.called,
        number=form.number,
        trusts_identity=form.trusts_identity,
        accepts_refer=form.accepts_refer,
    )


def _outbound(form: TrunkForm, secrets: Mapping[str, str]) -> Outbound:
    token, value = form.outbound_token_header, secrets.get("outbound_token", "")
    return Outbound(
        proxies=tuple(form.proxies),
        domain=form.domain,
        credentials=Credentials(form.user, secrets.get("password", ""), form.realm) if form.user else None,
        prefix=form.prefix,
        headers=tuple(form.headers.items()),
        token=Header(token, value) if token and value else None,
        identity=form.identity,
        callers=tuple(form.callers),
        follows_redirects=form.follows_redirects,
        session_expires=form.session_expires,
    )


def _registering(trunk: str, form: TrunkForm) -> Registering:
    registrar = _sip_uri(form.registrar or f"sip:{form.domain}")
    return Registering(registrar, form.user, form.contact_user or trunk, form.expires)
