"""The JSON Schema of a form that is read field by field: whole in itself, since what it refers to must be found in any document."""

from pydantic import BaseModel, JsonValue


def schema_of(form: type[BaseModel]) -> dict[str, JsonValue]:
    """Return the form's schema with its parts in their places instead of references to them."""
    schema: dict[str, JsonValue] = form.model_json_schema()
    parts = schema.pop("$defs", {})
    assert isinstance(parts, dict)
    placed = _placed(schema, parts)
    assert isinstance(placed, dict)
    return placed


def _placed(value: JsonValue, parts: dict[str, JsonValue]) -> JsonValue:
    if isinstance(value, list):
        return [_placed(item, parts) for item in value]
    if not isinstance(value, dict):
        return value
    own: dict[str, JsonValue] = {name: _placed(item, parts) for name, item in value.items() if name != "$ref"}
    meant = value.get("$ref")
    if not isinstance(meant, str):
        return own
    part = _placed(parts[meant.rpartition("/")[2]], parts)
    assert isinstance(part, dict)
    return part | own
