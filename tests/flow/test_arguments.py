"""What a model wrote as arguments, for tools that are functions and for tools that are only known by a schema."""

from collections.abc import Mapping
from datetime import date, time
from inspect import Parameter

import pytest

from switchroom.errors import Invalid
from switchroom.flow.arguments import accepted, arguments_model

_ANY = Parameter.empty
TYPED = arguments_model(
    {"party": (int, _ANY), "day": (date, _ANY), "at": (time, _ANY), "note": (str, ""), "child": (bool | None, None)}
)
SCHEMA: Mapping[str, object] = {
    "type": "object",
    "properties": {
        "count": {"type": "integer", "minimum": 1},
        "price": {"type": "number"},
        "gift": {"type": "boolean"},
        "items": {"type": "array", "items": {"type": "string"}},
        "kind": {"enum": ["cake", "pie"]},
    },
    "required": ["count"],
    "additionalProperties": False,
}


def test_arguments_take_the_types_of_the_function() -> None:
    given = {"party": "4", "day": "2026-11-27", "at": "19:30", "child": None}
    assert accepted(*TYPED, given) == {"party": 4, "day": date(2026, 11, 27), "at": time(19, 30), "child": None}


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"party": "many"}, "party: Input should be a valid integer"),
        ({"day": "friday"}, "day: Input should be a valid date"),
        ({"colour": "red"}, "colour: Extra inputs are not permitted"),
        ({"party": 4.5}, "party: Input should be a valid integer"),
    ],
)
def test_what_does_not_fit_a_function_is_said(changes: Mapping[str, object], complaint: str) -> None:
    with pytest.raises(Invalid) as caught:
        accepted(*TYPED, {"party": 4, "day": "2026-11-27", "at": "19:30", **changes})
    assert complaint in str(caught.value)


def test_a_schema_alone_is_enough() -> None:
    given = {"count": "2", "price": "9.5", "gift": "True", "items": ["a"], "kind": "pie"}
    assert accepted(SCHEMA, None, given) == {"count": 2, "price": 9.5, "gift": True, "items": ["a"], "kind": "pie"}


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, "'count' is a required property"),
        ({"count": "two"}, "count: 'two' is not of type 'integer'"),
        ({"count": 0}, "count: 0 is less than the minimum of 1"),
        ({"count": 1, "items": [1]}, "items.0: 1 is not of type 'string'"),
        ({"count": 1, "kind": "bread"}, "kind: 'bread' is not one of ['cake', 'pie']"),
        ({"count": 1, "colour": "red"}, "Additional properties are not allowed"),
    ],
)
def test_what_does_not_fit_a_schema_is_said(given: Mapping[str, object], complaint: str) -> None:
    with pytest.raises(Invalid) as caught:
        accepted(SCHEMA, None, given)
    assert complaint in str(caught.value)


def test_an_empty_schema_accepts_anything() -> None:
    assert accepted({}, None, {"anything": 1}) == {"anything": 1}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": "odd"},
        {"type": "nothing"},
        {"properties": {"a": {"$ref": "#/nowhere"}}},
        {"properties": {"a": {"$ref": "http://127.0.0.1:1/schema.json"}}},
        {"properties": {"a": {"pattern": "("}}},
        {"$ref": "#"},
    ],
)
def test_a_strangers_broken_schema_is_told_to_the_model_and_fetches_nothing(schema: Mapping[str, object]) -> None:
    with pytest.raises(Invalid, match="makes no sense"):
        accepted(schema, None, {"a": "b"})
