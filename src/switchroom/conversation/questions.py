"""How long an answer may take, from how the agent asked: for a brain that announces nothing.

A yes-or-no question is answered at once; what is dictated or spelled (a number, an address) comes with pauses inside;
everything else is ordinary. Read from the agent's last question, with the patterns of its language.
"""

import re

from switchroom.conversation.languages import language_of
from switchroom.ports import Patience

_SENTENCE = re.compile(r"[^.!?…]*[^.!?…\s][.!?…]*", re.UNICODE)
_NOT_WORDS = re.compile(r"[^\w'-]+", re.UNICODE)
_DOTTED = re.compile(r"\b(\w)\.(?=\w)|(?<=\d)\.(?=\d)", re.UNICODE)


def patience_after(said: str, language: str) -> Patience:
    """Return the patience that the last question in ``said`` calls for."""
    questions = language_of(language).questions
    asked = _last_question(said)
    wants_more = questions.request.search(asked) is not None
    if not wants_more and (questions.yes_or_no.match(asked) or questions.tag.search(asked)):
        return Patience.SHORT
    return Patience.LONG if questions.long.search(asked) else Patience.NORMAL


def _last_question(said: str) -> str:
    sentences = [sentence.strip() for sentence in _SENTENCE.findall(_DOTTED.sub(r"\1", said.lower().replace("’", "'")))]
    asked = [sentence for sentence in sentences if sentence.endswith("?")] or sentences
    return _NOT_WORDS.sub(" ", asked[-1]).strip() if asked else ""
