"""Trunks and accounts at the endpoint."""
