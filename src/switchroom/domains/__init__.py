"""Trades the platform knows: their tables, their rules, and the tools an agent gets from them."""
