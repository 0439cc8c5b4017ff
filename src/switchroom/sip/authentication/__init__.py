"""Digest, asked and answered."""
