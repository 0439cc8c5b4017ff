"""What a route may answer instead, for its description: ``responses=refusals(403, 404)``."""

from collections.abc import Mapping

from pydantic import BaseModel

_WORDS: Mapping[int, str] = {
    401: "who asks is not known: sign in",
    403: "who asks may not do this",
    404: "there is no such thing, or it is somebody else's",
    409: "it is not in a state that allows this",
    422: "something given cannot be used; the detail says what",
    429: "too often: see Retry-After",
    503: "something that is needed does not answer",
}


class Problem(BaseModel):
    """What went wrong, by RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    retryable: bool


def refusals(*statuses: int, **words: str) -> dict[int | str, dict[str, object]]:
    """Return the descriptions of these statuses; ``s403="..."`` says one in other words."""
    return {
        status: {
            "description": words.get(f"s{status}", _WORDS[status]),
            "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
        }
        for status in statuses
    }
