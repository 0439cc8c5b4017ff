"""What an agent says while somebody waits for it, by language, unless it is told otherwise."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """``fillers`` are said by turns; ``patience`` when a filler was not enough; ``giving_up`` when the agent is broken.

    ``parting`` is said when the call has to end for a reason that is not the caller's, such as credit.
    """

    fillers: tuple[str, ...] = ()
    patience: str = ""
    giving_up: str = ""
    parting: str = ""


_WAITING = {
    "en": Waiting(
        ("One moment.", "Let me see.", "Just a second."),
        "I'm still on it, please bear with me.",
        "I'm sorry, I'm not able to help right now. Please call again later. Goodbye.",
        "I'm sorry, I have to end this call now. Please call again later. Goodbye.",
    ),
    "de": Waiting(
        ("Einen Moment.", "Ich sehe nach.", "Eine Sekunde."),
        "Ich bin noch dabei, bitte haben Sie etwas Geduld.",
        "Es tut mir leid, ich kann Ihnen gerade nicht helfen. Bitte rufen Sie später wieder an. Auf Wiederhören.",
        "Es tut mir leid, ich muss das Gespräch jetzt beenden. Bitte rufen Sie später wieder an. Auf Wiederhören.",
    ),
    "fr": Waiting(
        ("Un instant.", "Je regarde.", "Une seconde."),
        "Je suis encore en train de chercher, merci de patienter.",
        "Je suis désolé, je ne peux pas vous aider pour le moment. Merci de rappeler plus tard. Au revoir.",
        "Je suis désolé, je dois mettre fin à cet appel maintenant. Merci de rappeler plus tard. Au revoir.",
    ),
    "es": Waiting(
        ("Un momento.", "Déjeme ver.", "Un segundo."),
        "Sigo en ello, un poco de paciencia, por favor.",
        "Lo siento, ahora mismo no puedo ayudarle. Por favor, llame más tarde. Adiós.",
        "Lo siento, ahora tengo que terminar esta llamada. Por favor, llame más tarde. Adiós.",
    ),
}


def waiting(language: str) -> Waiting:
    """Return what is said in ``language``; nothing in one that is not known here."""
    return _WAITING.get(language.partition("-")[0].lower(), Waiting())
