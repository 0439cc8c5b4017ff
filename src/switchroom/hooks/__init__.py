"""Webhooks out: what happened is told to the addresses that a tenant names, signed, again and again until it is taken."""
