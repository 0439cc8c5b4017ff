"""Servers of the Model Context Protocol, and their tools as ours. The SDK is imported only when a server is to be reached."""
