"""The house as an MCP server, at ``/mcp``: what agents can do, and what may be seen and changed, for programs with an API key."""
