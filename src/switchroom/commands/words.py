"""What is said at the command line and back: ``name=value`` in, an error as the last line and the exit status out."""

import asyncio
import json
import sys
from collections.abc import Coroutine, Iterable, Mapping
from typing import get_origin

from pydantic import BaseModel

from switchroom.errors import Invalid, SwitchroomError


def fields(form: type[BaseModel], said: Iterable[str]) -> Mapping[str, object]:
    """Return the fields of ``form`` from ``name=value`` words: lists are parted by commas, mappings are JSON. Raises Invalid."""
    found: dict[str, object] = {}
    for word in said:
        name, equals, value = word.partition("=")
        if not equals:
            raise Invalid(f"{word!r} sets nothing: write name=value")
        field = form.model_fields.get(name)
        found[name] = _value(name, value, None if field is None else get_origin(field.annotation))
    return found


def _value(name: str, value: str, kind: object) -> object:
    if kind in (list, tuple):
        return [part.strip() for part in value.split(",") if part.strip()]
    if kind is not dict:
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise Invalid(f"{name}: {value!r} is no JSON: {error}") from error


def failure(error: SwitchroomError) -> str:
    """Return an error as the last line of a command."""
    return f"{error} [{error.code}]"


def carry_out(work: Coroutine[object, object, None]) -> None:
    """Do ``work``; what cannot be done is said as the last line, and the exit status is 1."""
    try:
        asyncio.run(work)
    except SwitchroomError as error:
        print(failure(error))
        sys.exit(1)
