"""English."""

from switchroom.conversation.spoken import numbers
from switchroom.conversation.spoken.tongue import Money, Signs, Tongue

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def _day(day: int, month: int, year: int | None, before: str) -> str:
    said = f"{_MONTHS[month - 1]} {numbers.ordinal(day, 'en')}"
    if before == "the":
        said = f"{numbers.ordinal(day, 'en')} of {_MONTHS[month - 1]}"
    return said if year is None else f"{said}, {numbers.year(year, 'en')}"


def _clock(hour: int, minute: int, half: str) -> str:
    said = numbers.cardinal(hour, "en")
    if minute:
        said += f" oh {numbers.cardinal(minute, 'en')}" if minute < 10 else f" {numbers.cardinal(minute, 'en')}"
    elif not half:
        said += " o'clock" if hour <= 12 else " hundred"
    return f"{said} {half[0]} m" if half else said


ENGLISH = Tongue(
    code="en",
    group=",",
    point=".",
    point_word="point",
    minus="minus",
    to="to",
    and_="and",
    percent="percent",
    signs=Signs("at", "dot", "dash", "underscore", "slash", "plus"),
    months=_MONTHS,
    day=_day,
    clock=_clock,
    one="one",
    money={
        "$": Money(("dollar", "dollars"), ("cent", "cents")),
        "USD": Money(("dollar", "dollars"), ("cent", "cents")),
        "€": Money(("euro", "euros"), ("cent", "cents")),
        "EUR": Money(("euro", "euros"), ("cent", "cents")),
        "£": Money(("pound", "pounds"), ("penny", "pence")),
        "GBP": Money(("pound", "pounds"), ("penny", "pence")),
        "CHF": Money(("Swiss franc", "Swiss francs"), ("centime", "centimes")),
        "¥": Money(("yen", "yen"), ("sen", "sen")),
    },
    joint=" and ",
    units={
        "km/h": ("kilometer an hour", "kilometers an hour"),
        "mph": ("mile an hour", "miles an hour"),
        "km": ("kilometer", "kilometers"),
        "cm": ("centimeter", "centimeters"),
        "mm": ("millimeter", "millimeters"),
        "m": ("meter", "meters"),
        "mi": ("mile", "miles"),
        "ft": ("foot", "feet"),
        "kg": ("kilogram", "kilograms"),
        "mg": ("milligram", "milligrams"),
        "g": ("gram", "grams"),
        "lbs": ("pound", "pounds"),
        "lb": ("pound", "pounds"),
        "oz": ("ounce", "ounces"),
        "ml": ("milliliter", "milliliters"),
        "l": ("liter", "liters"),
        "°C": ("degree Celsius", "degrees Celsius"),
        "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
        "°": ("degree", "degrees"),
        "kWh": ("kilowatt hour", "kilowatt hours"),
        "GB": ("gigabyte", "gigabytes"),
        "MB": ("megabyte", "megabytes"),
        "min": ("minute", "minutes"),
        "hrs": ("hour", "hours"),
        "hr": ("hour", "hours"),
        "h": ("hour", "hours"),
        "sec": ("second", "seconds"),
        "sq ft": ("square foot", "square feet"),
        "m²": ("square meter", "square meters"),
    },
    abbreviations={
        "Dr.": "Doctor", "Mr.": "Mister", "Mrs.": "Missus", "Ms.": "Miz", "Prof.": "Professor", "Jr.": "Junior", "Sr.": "Senior",
        "e.g.": "for example", "i.e.": "that is", "etc.": "et cetera", "approx.": "approximately", "vs.": "versus",
        "ext.": "extension", "Ext.": "extension", "dept.": "department", "Dept.": "department", "appt.": "appointment",
        "apt.": "apartment", "Apt.": "Apartment", "Ave.": "Avenue", "Blvd.": "Boulevard", "Rd.": "Road", "Inc.": "Incorporated",
        "Ltd.": "Limited", "Co.": "Company", "tel.": "telephone", "Tel.": "telephone", "w/o": "without", "w/": "with",
        "Mon.": "Monday", "Tue.": "Tuesday", "Tues.": "Tuesday", "Wed.": "Wednesday", "Thu.": "Thursday", "Thurs.": "Thursday",
        "Fri.": "Friday", "Sat.": "Saturday", "Sun.": "Sunday", "Jan.": "January", "Feb.": "February", "Mar.": "March",
        "Apr.": "April", "Jun.": "June", "Jul.": "July", "Aug.": "August", "Sep.": "September", "Sept.": "September",
        "Oct.": "October", "Nov.": "November", "Dec.": "December",
    },
    scales=("thousand", "million", "billion", "trillion"),
    day_first=False,
    before_years=frozenset({"in", "since", "until", "of", "year", "from", "before", "after"}),
)  # fmt: skip
