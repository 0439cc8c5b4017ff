"""Going on when a provider does not: the next one, in the middle of a call, without losing the turn."""
