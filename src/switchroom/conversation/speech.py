"""Text deltas become chunks worth speaking."""


class Chunker:
    """Feed it what a model writes; speak what it returns."""

    def feed(self, delta: str) -> list[str]:
        """Take more text; return the chunks that are complete now."""
        return [delta] if delta.strip() else []

    def flush(self) -> list[str]:
        """There is no more text: return what is left."""
        return []
