"""What a process of each role does."""
