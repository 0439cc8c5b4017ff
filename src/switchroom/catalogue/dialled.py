"""What is dialled: one form for however it is written, and what the numbering plan says of an E.164 number."""

import re
from dataclasses import dataclass

from switchroom.errors import Invalid

_SCHEME = re.compile(r"^(?:sips?|tel):", re.IGNORECASE)
_SPACING = re.compile(r"[\s().\-]")
_PHONE = re.compile(r"^\+?[0-9]{3,}$")
_NAME = re.compile(r"^[a-z0-9][a-z0-9._~!$&'*+=/-]{0,99}$")


def normalised(dialled: str) -> str:
    """Return the form in which an address is stored and compared.

    ``sip:Demo@host;x=y`` is ``demo``; ``+1 (555) 0100`` is ``+15550100``.
    """
    address = _SCHEME.sub("", dialled.strip()).split(";")[0].split("@")[0]
    bare = _SPACING.sub("", address)
    return bare if _PHONE.match(bare) else address.lower()


@dataclass(frozen=True, slots=True)
class Address:
    """An address as stored. ``country`` (ISO 3166) and ``kind`` (fixed_line, mobile ...) are empty for what is no E.164 number."""

    address: str
    country: str = ""
    kind: str = ""


def address_of(text: str) -> Address:
    """Return what somebody wants to be dialled: an E.164 number, an extension or a name. Raises Invalid."""
    address = normalised(text)
    if not address.startswith("+"):
        if not _NAME.match(address):
            raise Invalid(
                f"number: {text!r} is neither an E.164 number, such as +4930123456, nor an extension or a name"
            )
        return Address(address)
    if not _PHONE.match(address):  # the library would take letters for the digits on their keys
        raise Invalid(f"number: {text!r} is no E.164 number: write one such as +4930123456")
    import phonenumbers  # noqa: PLC0415 - a twentieth of a second that no call should cost

    try:
        number = phonenumbers.parse(address, None)
    except phonenumbers.NumberParseException as error:
        raise Invalid(f"number: {text!r} is no E.164 number: {error}; write one such as +4930123456") from error
    if not phonenumbers.is_possible_number(number):
        raise Invalid(f"number: {text!r} has too many or too few digits for its country")
    kind = phonenumbers.PhoneNumberType.to_string(phonenumbers.number_type(number)).lower()
    country = phonenumbers.region_code_for_number(number) or ""
    return Address(
        address, country if len(country) == 2 and country.isalpha() else "", "" if kind == "unknown" else kind
    )
