"""What happened, as rows to look things up in: calls, transcripts, turns, recordings."""
