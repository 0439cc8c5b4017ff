"""Calls as traces: what every part of a call took, for tools that draw it."""
