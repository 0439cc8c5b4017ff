"""Spanish."""

from switchroom.conversation.spoken import numbers
from switchroom.conversation.spoken.tongue import Money, Signs, Tongue

_MONTHS = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
)  # fmt: skip


def _day(day: int, month: int, year: int | None, _before: str) -> str:
    number = "primero" if day == 1 else numbers.cardinal(day, "es")
    said = f"{number} de {_MONTHS[month - 1]}"
    return said if year is None else f"{said} de {numbers.cardinal(year, 'es')}"


def _clock(hour: int, minute: int, half: str) -> str:
    said = "una" if hour == 1 else numbers.cardinal(hour, "es")
    said = f"{said} {numbers.cardinal(minute, 'es')}" if minute else said
    return said + {"am": " de la mañana", "pm": " de la tarde"}.get(half, "")


SPANISH = Tongue(
    code="es",
    group=".",
    point=",",
    point_word="coma",
    minus="menos",
    to="a",
    and_="y",
    percent="por ciento",
    signs=Signs("arroba", "punto", "guion", "guion bajo", "barra", "más"),
    months=_MONTHS,
    day=_day,
    clock=_clock,
    one="un",
    money={
        "€": Money(("euro", "euros"), ("céntimo", "céntimos")),
        "EUR": Money(("euro", "euros"), ("céntimo", "céntimos")),
        "$": Money(("dólar", "dólares"), ("centavo", "centavos")),
    },
    joint=" con ",
    units={
        "km": ("kilómetro", "kilómetros"), "cm": ("centímetro", "centímetros"), "m": ("metro", "metros"),
        "kg": ("kilo", "kilos"), "g": ("gramo", "gramos"), "l": ("litro", "litros"), "°C": ("grado", "grados"),
        "min": ("minuto", "minutos"), "m²": ("metro cuadrado", "metros cuadrados"),
    },
    abbreviations={
        "Sr.": "Señor", "Sra.": "Señora", "Srta.": "Señorita", "Dr.": "Doctor", "Dra.": "Doctora", "p. ej.": "por ejemplo",
        "etc.": "etcétera", "tel.": "teléfono", "Ud.": "usted", "Uds.": "ustedes", "núm.": "número", "aprox.": "aproximadamente",
    },
    scales=("mil", "millones", "millón"),
    before_years=frozenset({"en", "desde", "año", "de"}),
)  # fmt: skip
