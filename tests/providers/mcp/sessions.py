"""An MCP server over HTTP of the kind that keeps sessions, and can be told to forget them, to refuse, or to say too much."""

from dataclasses import dataclass, field
from uuid import uuid4

from fastapi import FastAPI, Request, Response
from starlette.responses import JSONResponse

LIST = {"tools": [{"name": "count", "description": "Count.", "inputSchema": {"type": "object"}}]}


@dataclass
class Sessions:
    """What the server knows and did. ``key``: the bearer token that it wants; ``unknown``: its answer to unknown sessions."""

    key: str = ""
    unknown: int = 404
    size: int = 0
    known: set[str] = field(default_factory=set)
    opened: int = 0
    counted: int = 0

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.api_route("/mcp", methods=["POST", "GET", "DELETE"])
        async def mcp(request: Request) -> Response:
            if self.key and request.headers.get("authorization") != f"Bearer {self.key}":
                return Response(status_code=401)
            if request.method != "POST":
                return Response(status_code=405 if request.method == "GET" else 200)
            return self._answer(await request.json(), request.headers.get("mcp-session-id"))

        return app

    def _answer(self, asked: dict[str, object], session: str | None) -> Response:
        headers = {}
        match asked["method"]:
            case "initialize":
                headers["mcp-session-id"] = uuid4().hex
                self.known.add(headers["mcp-session-id"])
                self.opened += 1
                about = {"name": "sessions", "version": "1"}
                result: object = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": about}
            case "server/discover":
                error = {"code": -32601, "message": "what?"}
                return JSONResponse({"jsonrpc": "2.0", "id": asked["id"], "error": error})
            case _ if session not in self.known:
                return Response(status_code=self.unknown)
            case "tools/list":
                result = LIST
            case "tools/call":
                self.counted += 1
                text = "x" * self.size or str(self.counted)
                result = {"content": [{"type": "text", "text": text}]}
            case _:
                return Response(status_code=202)
        return JSONResponse({"jsonrpc": "2.0", "id": asked["id"], "result": result}, headers=headers)
