"""Who calls, by which way, and who vouches for it."""
