"""The console in a real browser, against the whole program as operators run it."""
