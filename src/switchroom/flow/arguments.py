"""What a language model wrote becomes arguments of a tool, or a sentence that says what to mend.

Where the tool is a Python function its types decide; where only a JSON Schema is known (a tool from elsewhere), the schema does.
Either way a model may write "4" for 4, and nothing that does not fit reaches the tool.
"""

import inspect
from collections.abc import Callable, Mapping

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from switchroom.errors import Invalid

Accept = Callable[[Mapping[str, object]], Mapping[str, object]]
"""Returns the arguments in the tool's own types; raises Invalid, for the model to read."""


def arguments_model(parameters: Mapping[str, tuple[object, object]]) -> tuple[Mapping[str, object], Accept]:
    """Return the JSON Schema of arguments by name, and what accepts them.

    Each is a type and a default (``Parameter.empty`` for none).
    """
    fields = {
        name: (kind, Field(... if default is inspect.Parameter.empty else default))
        for name, (kind, default) in parameters.items()
    }
    model: type[BaseModel] = create_model("Arguments", __config__=ConfigDict(extra="forbid"), **fields)  # type: ignore[call-overload]

    def accept(given: Mapping[str, object]) -> Mapping[str, object]:
        try:
            read = model.model_validate(dict(given))
        except ValidationError as error:
            raise Invalid(
                "; ".join(_complaint(problem["loc"], problem["msg"]) for problem in error.errors())
            ) from error
        return {name: getattr(read, name) for name in parameters if name in read.model_fields_set}

    return model.model_json_schema(), accept


def accepted(schema: Mapping[str, object], accept: Accept | None, given: Mapping[str, object]) -> Mapping[str, object]:
    """Return ``given`` as the tool takes it. Raises Invalid."""
    return accept(given) if accept is not None else _by_schema(schema, given)


def _by_schema(schema: Mapping[str, object], given: Mapping[str, object]) -> Mapping[str, object]:
    """Hold ``given`` against ``schema``, which a stranger wrote: it may be broken, and what it refers to is not fetched."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - slow to import, and only tools from elsewhere need it
    from jsonschema.exceptions import SchemaError  # noqa: PLC0415
    from referencing import Registry  # noqa: PLC0415
    from referencing.exceptions import Unresolvable  # noqa: PLC0415

    properties = schema.get("properties")
    kinds = properties if isinstance(properties, Mapping) else {}
    read = {name: _read(kinds.get(name), value) for name, value in given.items()}
    try:
        Draft202012Validator.check_schema(schema)
        errors = list(Draft202012Validator(schema, registry=Registry()).iter_errors(read))
    except (SchemaError, Unresolvable, RecursionError) as error:
        raise Invalid("the tool cannot be called: what it says of its arguments makes no sense") from error
    if errors:
        raise Invalid("; ".join(_complaint(tuple(error.absolute_path), error.message) for error in errors[:5]))
    return read


def _read(kind: object, value: object) -> object:
    """Return what ``value`` says if it is a figure or a truth value written as a text."""
    wanted = kind.get("type") if isinstance(kind, Mapping) else None
    if not isinstance(value, str):
        return value
    try:
        match wanted:
            case "integer":
                return int(value)
            case "number":
                return float(value)
            case "boolean":
                return {"true": True, "false": False}.get(value.lower(), value)
            case _:
                return value
    except ValueError:
        return value


def _complaint(place: tuple[int | str, ...], message: str) -> str:
    path = ".".join(map(str, place))
    return f"{path}: {message}" if path else message
