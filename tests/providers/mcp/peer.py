"""An MCP server of the SDK, a process of its own: ``python peer.py`` over stdio, ``python peer.py PORT`` over HTTP."""

import asyncio
import os
import sys
from pathlib import Path

import mcp_types as wire
from mcp.server.mcpserver import Context, MCPServer
from pydantic import BaseModel

peer = MCPServer("peer", log_level="CRITICAL")
READS = wire.ToolAnnotations(read_only_hint=True)


class Sum(BaseModel):
    total: int
    parts: list[int]


@peer.tool(annotations=READS)
def add(a: int, b: int) -> Sum:
    """Add two numbers."""
    return Sum(total=a + b, parts=[a, b])


@peer.tool(annotations=READS)
def echo(text: str) -> wire.CallToolResult:
    """Say it again."""
    return wire.CallToolResult(content=[wire.TextContent(text=text)])


@peer.tool()
def environment(name: str) -> str:
    """Tell a variable of the environment."""
    return os.environ.get(name, "nothing")


@peer.tool()
async def slow(seconds: float, ctx: Context) -> str:
    """Take one's time."""
    await ctx.report_progress(0.5, 1.0, "half way")
    await asyncio.sleep(seconds)
    return "done"


@peer.tool()
async def note(ctx: Context) -> str:
    """Write down the key of the call into the file NOTES, after so many seconds as SECONDS says."""
    await asyncio.sleep(float(os.environ.get("SECONDS", "0")))
    meta = ctx.request_context.meta or {}
    with Path(os.environ["NOTES"]).open("a") as file:  # noqa: ASYNC230 - a few bytes
        file.write(f"{meta.get('switchroom/idempotency-key')}\n")
    return "noted"


@peer.tool()
def die() -> str:
    """End in the middle of a call."""
    os._exit(3)


@peer.tool()
def huge(size: int) -> wire.CallToolResult:
    """Say far too much."""
    return wire.CallToolResult(content=[wire.TextContent(text="x" * size)])


@peer.tool()
def fail() -> wire.CallToolResult:
    """Fail in words."""
    return wire.CallToolResult(content=[wire.TextContent(text="no such city: Atlantis")], is_error=True)


@peer.tool()
def picture() -> wire.CallToolResult:
    """Show something."""
    image = wire.ImageContent(data="AAAA", mime_type="image/png")
    return wire.CallToolResult(content=[wire.TextContent(text="A map:"), image])


@peer.tool()
def grow() -> str:
    """Get another tool."""
    peer.add_tool(lambda: "new", name="grown", description="Was not there before.")
    return "grown"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        peer.run("streamable-http", port=int(sys.argv[1]))
    else:
        peer.run()
