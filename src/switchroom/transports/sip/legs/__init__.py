"""Calls as legs: made, answered, moved."""
