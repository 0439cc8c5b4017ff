"""The JSON API, a module per area."""
