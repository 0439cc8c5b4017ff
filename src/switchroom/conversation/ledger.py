"""What was really heard of what the agent said."""

from collections.abc import Sequence


class Ledger:
    """Positions are samples of the agent's playout since the call began, as ``Playout.played`` counts them."""

    def said(self, text: str, start: int, samples: int, words: Sequence[int] | None = None) -> None:
        """``text`` is queued at ``start`` for ``samples``; ``words`` are the positions in it at which each word ends, if the voice knows."""

    def grow(self, samples: int) -> None:
        """The text said last has ``samples`` in all by now, and there will be more."""

    def complete(self) -> None:
        """The text said last has all its samples."""

    def heard(self, played: int) -> str:
        """Return what was heard since the last cut, in whole words."""
        return ""

    def unheard(self, played: int) -> str:
        """Return the rest."""
        return ""

    def cut(self, played: int) -> tuple[str, str]:
        """Return ``(heard, unheard)`` and forget both: the reply is over."""
        return "", ""

    def span(self, played: int) -> tuple[int, int] | None:
        """Return the first and last position heard since the last cut; None if nothing was."""
        return None
