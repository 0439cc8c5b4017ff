"""Registrations, ours elsewhere and those of others with us."""
