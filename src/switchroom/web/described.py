"""What the OpenAPI document says of every route alike, so that no route has to say it: who must ask how, and what is refused.

A route names the answers that are its own. What comes from the doors that all requests pass (who asks, what cannot be read, a write
sent again, too often, something that does not answer) is written into the document here, from what the route depends on.
"""

from collections.abc import Iterator
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from switchroom.web.api.refusals import Problem, refusals
from switchroom.web.auth import asker
from switchroom.web.idempotency import HEADER, LONGEST

Json = dict[str, Any]

_WRITES = frozenset({"post", "put", "patch", "delete"})
_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "sent again under the same key within a day, the same request gets the same answer and is done once",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[!-~]+$"},
}
_MEDIA = "application/problem+json"
_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_TAKEN_OUT = ("HTTPValidationError", "ValidationError")  # what the framework would answer, and we do not


def describe(document: Json, routes: list[APIRoute]) -> Json:
    """Add to a document what holds for every route of it; returns it."""
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in _TAKEN_OUT:
        schemas.pop(name, None)
    schemas["Problem"] = Problem.model_json_schema()
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "description": "an access token, or an API key sk_..."}
    }
    for route in routes:
        for method in route.methods or ():
            operation = document["paths"].get(route.path_format, {}).get(method.lower())
            if operation is not None:
                _describe(operation, method.lower(), route.dependant)
    return document


def _describe(operation: Json, method: str, needs: Dependant) -> None:
    statuses = {422, 429, 503}
    if any(one.call is asker for one in _all(needs)):
        statuses |= {401, 403}
        operation["security"] = [{"bearer": []}]
    if any(one.path_params for one in _all(needs)):
        statuses |= {404}
    if method in _WRITES:
        statuses |= {403, 409}
        _take_key(operation)
    responses = operation["responses"]
    said: Json = {str(status): words for status, words in refusals(*statuses).items()}
    for status, response in {**said, **responses}.items():
        if status[0] in "45":
            response = {**response, "content": _content(response)}
        responses[status] = response
    operation["responses"] = dict(sorted(responses.items()))


def _take_key(operation: Json) -> None:
    parameters = operation.setdefault("parameters", [])
    if not any(known["name"].lower() == HEADER for known in parameters):
        parameters.append(_KEY)


def _content(response: Json) -> Json:
    """Return what a refusal holds: a problem, unless the route says something else of its own."""
    content: Json = response.get("content", {})
    own = {media: part for media, part in content.items() if "HTTPValidationError" not in str(part)}
    if not own or _MEDIA in own:
        own[_MEDIA] = {"schema": _PROBLEM}
    return own


def _all(needs: Dependant) -> Iterator[Dependant]:
    yield needs
    for one in needs.dependencies:
        yield from _all(one)
