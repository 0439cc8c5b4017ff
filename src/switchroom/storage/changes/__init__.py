"""Writes to the rows by which calls are answered: told by themselves, counted, and what is kept in memory checked by that count."""
