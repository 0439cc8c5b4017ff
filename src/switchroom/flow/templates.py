"""Sentences with gaps: ``a table for {party} {day} at {time}``.

A gap is a variable: a slot, ``node.result`` of a tool node, or ``exchange.…``. What goes in is rendered for a voice.
"""

import re
from collections.abc import Callable
from datetime import datetime

from switchroom.flow.values import spoken
from switchroom.ports import Value

_GAP = re.compile(r"\{([^{}]*)\}")


def variables(template: str) -> list[str]:
    """Return the names that ``template`` needs, in order."""
    return [name.strip() for name in _GAP.findall(template)]


def render(template: str, value: Callable[[str], Value], now: datetime) -> str:
    """Fill the gaps of ``template``; what is not known yet leaves no word."""
    return " ".join(filled(template, value, now).split())


def filled(template: str, value: Callable[[str], Value], now: datetime) -> str:
    """Fill the gaps of ``template`` and keep its lines."""
    return _GAP.sub(lambda gap: spoken(value(gap.group(1).strip()), now), template)
