"""What is counted or dated: days, times, prices, measures, ordinals and plain numbers."""

import re
from collections.abc import Callable

from switchroom.conversation.spoken import numbers
from switchroom.conversation.spoken.german import ordinal_after
from switchroom.conversation.spoken.tongue import Tongue

Say = Callable[[re.Match[str], Tongue], str | None]
Rule = tuple[re.Pattern[str], Say]

_HALF = r"(?P<half>[ap])(?:m\b|\.m\.?(?!\w))"
_WORD_BEFORE = re.compile(r"(\w+)[,.]?\s+$")


def _before(found: re.Match[str]) -> str:
    """Return the word before, in lower case."""
    word = _WORD_BEFORE.search(found.string, 0, found.start())
    return word[1].lower() if word else ""


def dates(tongue: Tongue) -> tuple[Rule, ...]:
    """Return the rules for days; the first two are mistaken for telephone numbers unless they go before."""
    months = "|".join([*tongue.months, *(month[:3] for month in tongue.months)])
    return (
        (re.compile(r"(?<![\d.-])(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?![\d-])"), _iso_date),
        (re.compile(r"(?<![\d./-])(\d{1,2})([./])(\d{1,2})\2(\d{4}|\d\d)(?![\d/])"), _slash_date),
        (re.compile(r"(?<![\d.,])(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?!\d)"), _bare_date),
        (
            re.compile(
                rf"(?<![\d.,:])(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|er)?\s+(?:of\s+|de\s+)?(?P<month>{months})\b\.?"
                rf"(?:,?\s+(?:de\s+)?(?P<year>\d{{4}})\b)?",
                re.IGNORECASE,
            ),
            _named_date,
        ),
        (
            re.compile(
                rf"\b(?P<month>{months})\b\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?![:.,]\d)(?:,?\s+(?P<year>\d{{4}})\b)?"
            ),
            _named_date,
        ),
    )


def amounts(tongue: Tongue) -> tuple[Rule, ...]:
    """Return the rules for what is counted, those first that leave the others nothing to mistake."""
    group, fraction = re.escape(tongue.group), rf"(?:{re.escape(tongue.point)}\d+)?"
    number = rf"\d{{1,3}}(?:{group}\d{{3}})+{fraction}|\d+{fraction}"
    symbols = "|".join(re.escape(name) for name in sorted(tongue.money, key=len, reverse=True))
    units = "|".join(re.escape(name) for name in sorted(tongue.units, key=len, reverse=True))
    scales = "|".join(tongue.scales)
    return (
        (re.compile(rf"(?P<symbol>{symbols})\s?(?P<amount>{number})(?:\s(?P<scale>{scales})\b)?"), _price),
        (
            re.compile(rf"(?<![\w.,])(?P<amount>{number})(?:\s(?P<scale>{scales}))?\s?(?P<symbol>{symbols})(?!\w)"),
            _price,
        ),
        *_TIMES,
        (re.compile(rf"(?<![\w.,])(?P<amount>[-−]?(?:{number}))\s?%"), _percent),
        (re.compile(rf"(?<![\w.,])(?P<amount>[-−]?(?:{number}))\s?(?P<unit>{units})(?![\w²])"), _measure),
        (re.compile(r"(?<![\w.,])(?P<number>\d+)(?P<ending>st|nd|rd|th|ème|e|er|º|ª)\b"), _ordinal),
        (re.compile(r"(?<![\w.,])(?P<number>\d{1,2})\.(?=\s+[A-ZÄÖÜ]\w)"), _german_ordinal),
        (re.compile(r"(?<=\d)\s?[–-]\s?(?=[\d$€£])"), _range),
        (re.compile(rf"(?<![\w.,/])[-−]?(?:{number})(?![\w/]|[.,]\d)"), _number),
    )


def _iso_date(found: re.Match[str], tongue: Tongue) -> str | None:
    return _day(found["day"], found["month"], found["year"], _before(found), tongue)


def _slash_date(found: re.Match[str], tongue: Tongue) -> str | None:
    first, second, year = found[1], found[3], found[4]
    day, month = (first, second) if tongue.day_first or found[2] == "." or int(first) > 12 else (second, first)
    return _day(day, month, year if len(year) == 4 else f"20{year}", _before(found), tongue)


def _bare_date(found: re.Match[str], tongue: Tongue) -> str | None:
    return _day(found["day"], found["month"], None, _before(found), tongue) if tongue.code == "de" else None


def _day(day: str, month: str, year: str | None, before: str, tongue: Tongue) -> str | None:
    if not (1 <= int(day) <= 31 and 1 <= int(month) <= 12):
        return None
    return tongue.day(int(day), int(month), int(year) if year else None, before)


def _named_date(found: re.Match[str], tongue: Tongue) -> str | None:
    begin = found["month"].lower()[:3]
    if found["month"].islower() and tongue.code in {"en", "de"}:
        return None  # "may", "mar": other words
    month = next(index for index, name in enumerate(tongue.months, 1) if name.lower().startswith(begin))
    exact = [index for index, name in enumerate(tongue.months, 1) if name.lower() == found["month"].lower()]
    return _day(found["day"], str(exact[0] if exact else month), found["year"], _before(found), tongue)


def _time(found: re.Match[str], tongue: Tongue) -> str | None:
    parts = found.groupdict()
    half = {"a": "am", "p": "pm"}.get((parts.get("half") or "").lower(), "")
    written = parts.get("minute")
    sign = "" if written is None else found[0][len(found["hour"])]
    if sign in {".", "h", "H"} and not parts.get("clock") and not half and tongue.code != "fr":
        return None  # a decimal, or a version
    if sign == "." and tongue.code == "fr":
        return None
    stop = "." if found[0].endswith(".") and not found.string[found.end() :].strip() else ""
    return tongue.clock(int(found["hour"]), int(written or 0), half) + stop


def _price(found: re.Match[str], tongue: Tongue) -> str:
    money, amount = tongue.money[found["symbol"]], found["amount"]
    if found["scale"]:
        return f"{tongue.number(amount)} {found['scale']} {money.whole[1]}"
    whole, _, fraction = amount.replace(tongue.group, "").partition(tongue.point)
    if len(fraction) not in (0, 2):
        return f"{tongue.number(amount)} {money.whole[1]}"
    said = tongue.count(int(whole), money.whole)
    if not fraction or fraction == "00":
        return said
    if int(whole) == 0:
        return tongue.count(int(fraction), money.part)
    if tongue.code == "de":
        return f"{said} {numbers.cardinal(int(fraction), 'de')}"
    return f"{said}{tongue.joint}{tongue.count(int(fraction), money.part)}"


def _percent(found: re.Match[str], tongue: Tongue) -> str:
    return f"{tongue.number(found['amount'])} {tongue.percent}"


def _measure(found: re.Match[str], tongue: Tongue) -> str:
    amount, pair = found["amount"], tongue.units[found["unit"]]
    return tongue.count(1, pair) if amount == "1" else f"{tongue.number(amount)} {pair[1]}"


def _ordinal(found: re.Match[str], tongue: Tongue) -> str | None:
    endings = {"en": {"st", "nd", "rd", "th"}, "fr": {"er", "e", "ème"}, "es": {"º", "ª"}}.get(tongue.code, set())
    if found["ending"] not in endings:
        return None
    form = {"fr": "spellout-ordinal-masculine", "es": "spellout-ordinal-masculine"}.get(tongue.code, "")
    form = "spellout-ordinal-feminine" if found["ending"] == "ª" else form
    return numbers.ordinal(int(found["number"]), tongue.code, form)


_ASK_FOR_ORDINALS = frozenset(
    {"der", "die", "das", "dem", "den", "des", "am", "im", "vom", "zum", "beim", "jeder", "jede", "jedes"}
)


def _german_ordinal(found: re.Match[str], tongue: Tongue) -> str | None:
    before = _before(found)
    if tongue.code != "de" or before not in _ASK_FOR_ORDINALS:
        return None
    return ordinal_after(int(found["number"]), before)


def _range(_found: re.Match[str], tongue: Tongue) -> str:
    return f" {tongue.to} "


def _number(found: re.Match[str], tongue: Tongue) -> str:
    written = found[0]
    if (
        len(written) == 4
        and written.isdigit()
        and 1100 <= int(written) < 2100
        and _before(found) in tongue.before_years
    ):
        return numbers.year(int(written), tongue.code)
    return tongue.number(written)


_TIMES: tuple[Rule, ...] = (
    (
        re.compile(
            r"(?<![\d:.,])(?P<hour>[01]?\d|2[0-4])[:.h](?P<minute>[0-5]\d)(?::\d\d)?(?![\d:])"
            rf"(?:\s?{_HALF}|\s(?P<clock>Uhr)\b)?",
            re.IGNORECASE,
        ),
        _time,
    ),
    (re.compile(rf"(?<![\d:.,])(?P<hour>1[0-2]|[1-9])\s?{_HALF}", re.IGNORECASE), _time),
    (re.compile(r"(?<![\d:.,])(?P<hour>[01]?\d|2[0-4])\s(?P<clock>Uhr)\b"), _time),
)
