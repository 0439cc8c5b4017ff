"""The language of one call, and who must know when it changes: the turn machine, the ear, the mouth."""

from collections.abc import Callable
from functools import partial

from switchroom.calls.chronicle import Chronicle
from switchroom.conversation.moves import Commit
from switchroom.conversation.spoken_language import LanguageWatch, TurnSpoken
from switchroom.events.language import LanguageSwitched
from switchroom.ports import Heard, HearingFailed


class Tongue:
    """Follows what the caller speaks. ``follow`` are told of another language before the turn that showed it is answered."""

    def __init__(self, watch: LanguageWatch, chronicle: Chronicle) -> None:
        self._watch = watch
        self._tell = chronicle.tell
        self._told = ""
        self.follow: list[Callable[[str], None]] = []

    @property
    def language(self) -> str:
        """What is spoken now."""
        return self._watch.language

    def heard(self, report: Heard | HearingFailed) -> None:
        """The recogniser said something."""
        if isinstance(report, Heard) and report.final and report.text:
            self._told = report.language

    def committed(self, commit: Commit, now: float) -> None:
        """The caller's turn is complete."""
        told, self._told = self._told, ""
        if not commit.text or commit.digits:
            return
        before = self.language
        for switch in self._watch.handle(TurnSpoken(commit.text, told), now):
            self._tell(
                partial(
                    LanguageSwitched,
                    turn=commit.turn,
                    from_language=before,
                    to_language=switch.language,
                    why=switch.why,
                )
            )
            for change in self.follow:
                change(switch.language)
