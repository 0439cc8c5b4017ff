"""Rehearsals: a caller who follows a script, against an agent in the real engine, and what must come of it."""
