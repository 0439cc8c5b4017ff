"""Models that embed, against a server that answers as OpenAI's does (platform.openai.com/docs/api-reference/embeddings)."""

import json

import pytest

from switchroom.errors import Denied, Invalid, Unavailable
from switchroom.providers.choices import Choice
from switchroom.providers.models.embedder import open_embedder
from tests.providers.models.openai import failed
from tests.providers.models.server import Answer, ScriptedServer, serving
from tests.virtual_time import run_real


def vectors(*rows: list[float]) -> Answer:
    data = [{"object": "embedding", "index": place, "embedding": row} for place, row in enumerate(rows)]
    usage = {"prompt_tokens": 5, "total_tokens": 5}
    body = {"object": "list", "data": data, "model": "text-embedding-3-small", "usage": usage}
    return Answer([json.dumps(body)], headers={"content-type": "application/json"})


def choice(server: ScriptedServer) -> Choice:
    return Choice("meaning", "compatible", "text-embedding-3-small", "sk-test", server.url)


def test_texts_become_vectors() -> None:
    async def main() -> None:
        async with serving(vectors([0.5, -1.0], [0.25, 2.0])) as server, open_embedder(choice(server)) as embedder:
            found = await embedder.embed(["dogs", "wine"], "passage")
            assert found.tolist() == [[0.5, -1.0], [0.25, 2.0]]
            assert embedder.name == "text-embedding-3-small"
            request = server.requests[0]
            assert (request.path, request.body["input"]) == ("/embeddings", ["dogs", "wine"])
            assert request.headers["authorization"] == "Bearer sk-test"

    run_real(main())


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        (failed("401 Unauthorized", "invalid_api_key", "no"), Denied, "model_denied"),
        (failed("429 Too Many Requests", "rate_limit", "slow", **{"retry-after": "7"}), Unavailable, "model_limited"),
        (failed("500 Internal Server Error", "server", "oh"), Unavailable, "model_down"),
        (Answer(["garbage"], headers={"content-type": "application/json"}), Unavailable, "model_broke_off"),
        (Answer(["{"], headers={"content-type": "application/json"}, cut=True), Unavailable, "model_down"),
        (vectors([1.0, 2.0]), Unavailable, "model_broke_off"),
    ],
)
def test_what_goes_wrong_is_ours(answer: Answer, error: type[Exception], code: str) -> None:
    async def main() -> None:
        async with serving(answer) as server, open_embedder(choice(server)) as embedder:
            with pytest.raises(error) as raised:
                await embedder.embed(["dogs", "wine"], "question")
            assert getattr(raised.value, "code", "") == code
            assert len(server.requests) == 1  # whoever asks decides whether to try again

    run_real(main())


def test_an_entry_without_a_model_says_so() -> None:
    async def main() -> None:
        with pytest.raises(Invalid, match="which model"):
            async with open_embedder(Choice("meaning", "compatible", url="http://127.0.0.1:1")):
                pass

    run_real(main())
