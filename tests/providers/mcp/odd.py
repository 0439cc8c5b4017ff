"""MCP servers that no SDK would make, over stdio: ``python odd.py KIND``. Answers are written by hand."""

import json
import sys
import time

TOOL = {
    "name": "tell",
    "description": "Tell something.",
    "inputSchema": {"type": "object"},
    "outputSchema": {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]},
}
KIND = sys.argv[1]


def say(message: object) -> None:
    print(json.dumps(message), flush=True)


def answer(request: dict[str, object]) -> object:
    match request["method"]:
        case "initialize":
            return {
                "protocolVersion": "2025-06-18",
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "odd", "version": "0"},
            }
        case "tools/list":
            abroad = {"type": "object", "properties": {"x": {"$ref": "http://10.0.0.1/schema.json"}}}
            untrue = {"type": "object", "properties": {"x": {"type": 5}}}
            unfit = {"wide": wide(), "abroad": abroad, "untrue": untrue}
            odd = [{**TOOL, "name": name, "inputSchema": schema} for name, schema in unfit.items()]
            return {"tools": [TOOL, {**TOOL, "name": "no good name!"}, *odd]}
        case "tools/call":
            return called()
    return None


def wide() -> object:
    return {"type": "object", "properties": {f"p{n}": {"type": "string", "description": "x" * 90} for n in range(400)}}


def called() -> object:
    match KIND:
        case "untrue":
            return {"content": [], "structuredContent": {"n": "not a number"}}
        case "garbage":
            return {"contents": 5}
        case "endless":
            print("x" * 5_000_000)
        case "deaf":
            time.sleep(3600)
    return {"content": []}


if KIND == "mute":
    time.sleep(3600)
print("Welcome to the odd server, which talks before it is asked", flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if "id" not in request:
        continue
    found = answer(request)
    if found is None:
        say({"jsonrpc": "2.0", "id": request["id"], "error": {"code": -32601, "message": "what?"}})
    else:
        say({"jsonrpc": "2.0", "id": request["id"], "result": found})
