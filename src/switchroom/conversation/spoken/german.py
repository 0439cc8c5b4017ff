"""German. Its ordinals have endings: after "am", "vom", "der", "dem" a day is said otherwise than alone."""

from switchroom.conversation.spoken import numbers
from switchroom.conversation.spoken.tongue import Money, Signs, Tongue

_MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip
_WEAK = frozenset({"am", "vom", "zum", "beim", "im", "den", "dem", "des", "ab", "seit", "bis", "ersten"})


def ordinal_after(number: int, before: str) -> str:
    """Return an ordinal with the ending that the word before it asks for."""
    if before in _WEAK:
        return numbers.ordinal(number, "de", "spellout-ordinal-n")
    if before in {"der", "die", "das", "jeder", "jede", "jedes", "dieser", "diese", "dieses"}:
        return numbers.ordinal(number, "de", "spellout-ordinal")
    return numbers.ordinal(number, "de", "spellout-ordinal-r")


def _day(day: int, month: int, year: int | None, before: str) -> str:
    said = f"{ordinal_after(day, before)} {_MONTHS[month - 1]}"
    return said if year is None else f"{said} {numbers.year(year, 'de')}"


def _clock(hour: int, minute: int, half: str) -> str:
    hour = hour % 12 + 12 * (half == "pm") if half else hour
    said = f"{'ein' if hour == 1 else numbers.cardinal(hour, 'de')} Uhr"
    return f"{said} {numbers.cardinal(minute, 'de')}" if minute else said


_EURO = Money(("Euro", "Euro"), ("Cent", "Cent"))

GERMAN = Tongue(
    code="de",
    group=".",
    point=",",
    point_word="Komma",
    minus="minus",
    to="bis",
    and_="und",
    percent="Prozent",
    signs=Signs("ät", "Punkt", "Minus", "Unterstrich", "Schrägstrich", "plus"),
    months=_MONTHS,
    day=_day,
    clock=_clock,
    one="ein",
    money={
        "€": _EURO,
        "EUR": _EURO,
        "$": Money(("Dollar", "Dollar"), ("Cent", "Cent")),
        "USD": Money(("Dollar", "Dollar"), ("Cent", "Cent")),
        "£": Money(("Pfund", "Pfund"), ("Penny", "Pence")),
        "CHF": Money(("Franken", "Franken"), ("Rappen", "Rappen")),
    },
    units={
        "km/h": ("Kilometer pro Stunde", "Kilometer pro Stunde"),
        "km": ("Kilometer", "Kilometer"),
        "cm": ("Zentimeter", "Zentimeter"),
        "mm": ("Millimeter", "Millimeter"),
        "m": ("Meter", "Meter"),
        "kg": ("Kilogramm", "Kilogramm"),
        "mg": ("Milligramm", "Milligramm"),
        "g": ("Gramm", "Gramm"),
        "ml": ("Milliliter", "Milliliter"),
        "l": ("Liter", "Liter"),
        "°C": ("Grad Celsius", "Grad Celsius"),
        "°": ("Grad", "Grad"),
        "kWh": ("Kilowattstunde", "Kilowattstunden"),
        "GB": ("Gigabyte", "Gigabyte"),
        "MB": ("Megabyte", "Megabyte"),
        "Min.": ("Minute", "Minuten"),
        "min": ("Minute", "Minuten"),
        "Std.": ("Stunde", "Stunden"),
        "h": ("Stunde", "Stunden"),
        "m²": ("Quadratmeter", "Quadratmeter"),
        "qm": ("Quadratmeter", "Quadratmeter"),
    },
    abbreviations={
        "z.B.": "zum Beispiel", "z. B.": "zum Beispiel", "d.h.": "das heißt", "d. h.": "das heißt",
        "u.a.": "unter anderem", "u. a.": "unter anderem", "bzw.": "beziehungsweise", "usw.": "und so weiter",
        "etc.": "et cetera", "ca.": "circa", "Nr.": "Nummer", "Str.": "Straße", "Dr.": "Doktor", "Hr.": "Herr", "Fr.": "Frau",
        "Prof.": "Professor", "inkl.": "inklusive", "zzgl.": "zuzüglich", "evtl.": "eventuell", "ggf.": "gegebenenfalls",
        "Tel.": "Telefon", "max.": "maximal", "min.": "mindestens", "Mio.": "Millionen", "Mrd.": "Milliarden",
        "Abt.": "Abteilung", "St.": "Sankt", "tägl.": "täglich", "Mo.": "Montag", "Di.": "Dienstag", "Mi.": "Mittwoch",
        "Do.": "Donnerstag", "Sa.": "Samstag", "So.": "Sonntag",
    },
    scales=("Tausend", "Millionen", "Million", "Milliarden", "Milliarde"),
    before_years=frozenset({"im", "jahr", "jahre", "seit", "von", "bis", "anno"}),
)  # fmt: skip
