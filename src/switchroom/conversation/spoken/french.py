"""French."""

from switchroom.conversation.spoken import numbers
from switchroom.conversation.spoken.tongue import Money, Signs, Tongue

_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


def _day(day: int, month: int, year: int | None, _before: str) -> str:
    number = "premier" if day == 1 else numbers.cardinal(day, "fr")
    said = f"{number} {_MONTHS[month - 1]}"
    return said if year is None else f"{said} {numbers.cardinal(year, 'fr')}"


def _clock(hour: int, minute: int, half: str) -> str:
    hour = hour % 12 + 12 * (half == "pm") if half else hour
    said = "une heure" if hour == 1 else f"{numbers.cardinal(hour, 'fr')} heures"
    return f"{said} {numbers.cardinal(minute, 'fr')}" if minute else said


FRENCH = Tongue(
    code="fr",
    group="\u202f",
    point=",",
    point_word="virgule",
    minus="moins",
    to="à",
    and_="et",
    percent="pour cent",
    signs=Signs("arobase", "point", "tiret", "tiret bas", "barre oblique", "plus"),
    months=_MONTHS,
    day=_day,
    clock=_clock,
    one="un",
    money={
        "€": Money(("euro", "euros"), ("centime", "centimes")),
        "EUR": Money(("euro", "euros"), ("centime", "centimes")),
        "$": Money(("dollar", "dollars"), ("cent", "cents")),
        "CHF": Money(("franc", "francs"), ("centime", "centimes")),
    },
    units={
        "km": ("kilomètre", "kilomètres"), "cm": ("centimètre", "centimètres"), "m": ("mètre", "mètres"),
        "kg": ("kilo", "kilos"), "g": ("gramme", "grammes"), "l": ("litre", "litres"), "°C": ("degré", "degrés"),
        "min": ("minute", "minutes"), "m²": ("mètre carré", "mètres carrés"),
    },
    abbreviations={
        "M.": "Monsieur", "Mme": "Madame", "Mlle": "Mademoiselle", "Dr": "Docteur", "p. ex.": "par exemple", "etc.": "et cetera",
        "env.": "environ", "tél.": "téléphone", "av.": "avenue", "bd": "boulevard",
    },
    scales=("mille", "millions", "million", "milliards", "milliard"),
    before_years=frozenset({"en", "depuis", "année"}),
)  # fmt: skip
