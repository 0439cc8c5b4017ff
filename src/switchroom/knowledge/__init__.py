"""Documents an agent may look things up in."""
