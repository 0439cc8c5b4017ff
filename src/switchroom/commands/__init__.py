"""What the command line does, a file a command; each is loaded only when it runs."""
