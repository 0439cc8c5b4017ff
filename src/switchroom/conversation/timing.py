"""How long the turn machine waits for what: one frozen value, in seconds."""

from dataclasses import dataclass

from switchroom.ports import Patience


@dataclass(frozen=True, slots=True)
class Timing:
    """All waits of the turn machine. The defaults suit a telephone."""

    complete: float = 0.25
    """Silence after words that look complete, before the turn is the caller's last word."""
    incomplete: float = 0.8
    """The same after words that do not."""
    fixed: float | None = None
    """The same after any words, whatever is expected; for benchmarks."""
    short: float = 0.8
    """Patience.SHORT multiplies both by this."""
    long: float = 2.0
    """Patience.LONG multiplies both by this."""
    dictated: float = 2.0
    """Patience.DICTATED multiplies ``incomplete`` by this, however complete a sentence is."""
    transcript: float = 4.0
    """The longest wait for a final transcript, from the end of speech."""
    afterthought: float = 0.3
    """The wait for a newer final when several were asked for and fewer came, beyond what the last one took."""
    verdict: float = 0.5
    """With the agent paused: how long after the caller's voice ended words may still come."""
    noise: float = 1.2
    """With the agent paused: a voice of this length without a word is noise."""
    suspense: float = 3.0
    """The agent is never paused longer than this by undecided sounds."""
    words: int = 1
    """So many words in a partial transcript end the agent's speech; a recogniser that guesses early wants two."""
    belief: float = 0.0
    """Words over the agent's speech that are less certain than this are taken for noise."""
    last_words: float = 1.0
    """With no more than this left to say, the agent is answered by a "yes" rather than accompanied."""
    between_digits: float = 2.0
    """A pause of this length ends a typed answer of unknown length."""
    floor: float = 30.0
    """A caller who has spoken for this long has had their turn."""
    silence: float = 7.0
    """Silence on both sides before a nudge."""
    nudges: int = 3
    """Unanswered nudges after which we give up."""

    def scale(self, patience: Patience) -> float:
        """Return the factor for ``patience``."""
        return {
            Patience.SHORT: self.short,
            Patience.NORMAL: 1.0,
            Patience.LONG: self.long,
            Patience.DICTATED: self.dictated,
        }[patience]
