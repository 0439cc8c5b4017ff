"""A call out by a trunk: the number as the trunk writes it, who calls as it wants to be told, and what proves who we are."""

from collections.abc import Mapping
from dataclasses import dataclass

from switchroom.errors import Denied, Invalid
from switchroom.sip.commands import Credentials
from switchroom.sip.messages.uri import escape, parse_uri
from switchroom.sip.trunks.dial_plan import is_e164, may_be_number
from switchroom.sip.trunks.trunk import Trunk


@dataclass(frozen=True, slots=True)
class Route:
    """What an INVITE by the trunk says. ``proxies`` are where to send it, in order."""

    target: str
    sender: str
    proxies: tuple[str, ...]
    credentials: Credentials | None
    headers: Mapping[str, str]


def check(trunk: Trunk, number: str, caller: str) -> str:
    """Return the number to call from. Raises Invalid, or Denied for what the trunk may not be used for."""
    if not trunk.enabled:
        raise Denied(f"trunk {trunk.name!r} is switched off", code="trunk_disabled")
    if not is_e164(number):
        raise Invalid(
            f"{number!r} is no number that a trunk can call: write it as +<country><number>", code="bad_number"
        )
    if not trunk.destinations.allows(number):
        message = f"trunk {trunk.name!r} may not call {number}: add its beginning to the trunk's allowed destinations"
        raise Denied(message, code="destination_not_allowed")
    callers = trunk.outbound.callers
    chosen = caller or next(iter(callers), "")
    if callers and chosen not in callers:
        raise Denied(
            f"trunk {trunk.name!r} may not call from {chosen}: it may from {', '.join(callers)}",
            code="caller_not_allowed",
        )
    return chosen


def route(trunk: Trunk, number: str, caller: str) -> Route:
    """Return how to call ``number`` (E.164) from ``caller``, which ``check`` has allowed. Raises Invalid for want of an address."""
    out = trunk.outbound
    proxies = out.proxies or ((f"sip:{out.domain}",) if out.domain else ())
    if not proxies:
        raise Invalid(
            f"trunk {trunk.name!r} has no address to call: set its proxies or its domain", code="trunk_without_proxy"
        )
    domain = out.domain or _host(proxies[0])
    account = escape(_account(trunk))
    by_from = out.identity in ("from", "from+pai")
    shown = escape(trunk.plan.write(caller)) if caller else account
    sender = shown if by_from or not account else account
    headers = dict(out.headers)
    if out.token is not None:
        headers[out.token.name] = out.token.value
    if caller and out.identity in ("from+pai", "pai"):
        headers["P-Asserted-Identity"] = f"<sip:{shown}@{domain}>"  # RFC 3325 §9.1
    elif caller and out.identity == "rpid":
        headers["Remote-Party-ID"] = f"<sip:{shown}@{domain}>;party=calling;screen=yes;privacy=off"
    return Route(
        target=f"sip:{out.prefix}{trunk.plan.write(number)}@{domain}",
        sender=f"sip:{sender}@{domain}" if sender else "",
        proxies=proxies,
        credentials=out.credentials,
        headers=headers,
    )


def number_of(trunk: Trunk, user: str) -> str:
    """Return which number a user at the trunk's address is, "" if the trunk's plan reads none from it."""
    number = trunk.plan.read(user.removeprefix(trunk.outbound.prefix))
    return number if is_e164(number) else ""


def may_be_sent_to(trunk: Trunk, user: str) -> bool:
    """Return whether somebody else may send a call of ours to a user at the trunk's address.

    A number must be one that the trunk may call. What may be a number but not one that we can read is refused: the carrier may
    read it, and nobody would have asked what it costs. An extension is free.
    """
    number = number_of(trunk, user)
    if number:
        return trunk.destinations.allows(number)
    return not may_be_number(user.removeprefix(trunk.outbound.prefix))


def _account(trunk: Trunk) -> str:
    if trunk.registering is not None:
        return trunk.registering.user
    return "" if trunk.outbound.credentials is None else trunk.outbound.credentials.user


def _host(proxy: str) -> str:
    uri = parse_uri(proxy)
    return uri.host if uri.port is None else f"{uri.host}:{uri.port}"
