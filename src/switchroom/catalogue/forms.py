"""What is wrong with a form, field by field, in words for whoever filled it in."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from switchroom.errors import Invalid

_UNKNOWN = "there is no such field"

Form = TypeVar("Form", bound=BaseModel)


def checked(form: type[Form], values: Mapping[str, object]) -> Form:
    """Return the form of these values. Raises Invalid, saying which field is wrong and why."""
    try:
        return form.model_validate(values)
    except ValidationError as error:
        complaints = [_complaint(form, part["loc"], part["type"], part["msg"]) for part in error.errors()]
        if any(complaint.endswith(_UNKNOWN) for complaint in complaints):
            complaints.append(f"the fields are {', '.join(form.model_fields)}")
        raise Invalid("; ".join(complaints)) from None


def _complaint(form: type[BaseModel], place: tuple[int | str, ...], kind: str, message: str) -> str:
    where = ".".join(map(str, place))
    if kind == "extra_forbidden":
        alike = get_close_matches(where, form.model_fields, n=1)
        return f"{where}: {_UNKNOWN}" + (f"; did you mean {alike[0]}?" if alike else "")
    what = message.removeprefix("Value error, ")
    return f"{where}: {what}" if where else what
