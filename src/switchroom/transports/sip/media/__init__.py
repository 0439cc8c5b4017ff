"""The media of a call on the wire."""
