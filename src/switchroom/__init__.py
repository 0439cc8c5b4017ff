"""Switchroom: an open, white-label voice AI contact centre."""
