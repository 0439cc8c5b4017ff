"""What answers a call: AI agents and the numbers they are reached at."""
