"""What patience an agent's question calls for, by questions of real agents."""

import pytest

from switchroom.conversation.questions import patience_after
from switchroom.conversation.turns import Expected, TurnMachine
from switchroom.ports import Patience
from tests.conversation.spoken import said

SHORT = {
    "en": [
        "Is that right?", "I have a table for four on Friday at seven. Shall I book it?",
        "Would you like to sit inside, or outside?",
        "Your number is four seven two nine, correct?", "Do you want me to send it to your e-mail address?",
        "Thanks. Can we go on?",
        "Okay, is it for today?", "Are you still there?",
    ],
    "de": [
        "Ist das richtig?", "Ich habe einen Tisch um 19.30 Uhr. Soll ich ihn reservieren?",
        "Möchten Sie drinnen oder draußen sitzen?",
        "Ihre Nummer ist vier sieben zwei neun, stimmt das?",
        "Kann ich es an Ihre E-Mail-Adresse schicken?", "Sind Sie noch da?",
    ],
    "fr": [
        "C'est bien ça ?", "J'ai une table vendredi à sept heures. Est-ce que je la réserve ?",
        "Voulez-vous être dedans ou dehors ?",
        "Votre numéro est le quatre sept deux neuf, c'est correct ?", "Êtes-vous toujours là ?",
    ],
    "es": [
        "¿Es correcto?", "Tengo una mesa el viernes a las siete. ¿Quiere que la reserve?", "¿Prefiere dentro o fuera?",
        "Su número es cuatro siete dos nueve, ¿verdad?", "¿Está usted ahí?",
    ],
}  # fmt: skip

LONG = {
    "en": [
        "What is your phone number?", "Could you spell your last name for me?",
        "Thank you. And your e-mail address, please?",
        "Please tell me the booking number.", "Can you give me your address?", "What's the zip code?",
        "May I have your account number?",
        "Great. What is your date of birth?", "And what's your email?",
    ],
    "de": [
        "Wie ist Ihre Telefonnummer?", "Können Sie Ihren Namen bitte buchstabieren?", "Danke. Und Ihre E-Mail-Adresse?",
        "Nennen Sie mir bitte die Kundennummer.", "Wie lautet Ihre Postleitzahl?",
        "Könnten Sie mir Ihre Adresse geben?",
    ],
    "fr": [
        "Quel est votre numéro de téléphone ?", "Pouvez-vous épeler votre nom ?", "Merci. Et votre adresse e-mail ?",
        "Pourriez-vous me donner votre numéro de dossier ?",
    ],
    "es": [
        "¿Cuál es su número de teléfono?", "¿Puede deletrear su apellido?", "Gracias. ¿Y su correo electrónico?",
        "¿Me puede dar su dirección?",
    ],
}  # fmt: skip

NORMAL = {
    "en": [
        "How can I help you?",
        "What day would you like?",
        "Could you tell me what happened?",
        "",
        "Goodbye.",
        "For how many people?",
    ],
    "de": ["Wie kann ich Ihnen helfen?", "Für welchen Tag?", "Können Sie mir sagen, was passiert ist?"],
    "fr": ["Comment puis-je vous aider ?", "Pour quel jour ?", "Pouvez-vous me dire ce qui s'est passé ?"],
    "es": ["¿En qué puedo ayudarle?", "¿Para qué día?", "¿Puede decirme qué ha pasado?"],
    "hu": ["Mi a telefonszáma?", "Rendben?"],
}


@pytest.mark.parametrize(
    ("patience", "language", "asked"),
    [
        (patience, language, asked)
        for patience, table in ((Patience.SHORT, SHORT), (Patience.LONG, LONG), (Patience.NORMAL, NORMAL))
        for language, questions in table.items()
        for asked in questions
    ],
)
def test_a_question_says_how_long_its_answer_takes(patience: Patience, language: str, asked: str) -> None:
    assert patience_after(asked, language) is patience


@pytest.mark.parametrize(
    ("question", "answer", "wait"),
    [
        ("What is your phone number?", "it's five five five", 1.6),
        ("And your e-mail address?", "anna at example dot com", 0.5),
        ("And your e-mail address?", "anna dot", 1.6),
        ("Shall I book it?", "yes please", 0.2),
        ("Shall I book it?", "yes but please make it eight o'clock", 0.25),
        ("How can I help you?", "I lost my key", 0.25),
    ],
)
def test_agents_3701_numbers_and_addresses_are_waited_for_where_nothing_is_announced(
    question: str, answer: str, wait: float
) -> None:
    machine = TurnMachine()
    machine.handle(Expected(said=question), 0.0)
    said(machine, answer, 1.0, 2.0)
    assert machine.deadline == pytest.approx(2.0 + wait)


def test_what_the_brain_announces_outweighs_what_it_asked() -> None:
    machine = TurnMachine()
    machine.handle(Expected(Patience.NORMAL, said="What is your number?"), 0.0)
    said(machine, "a table for two", 1.0, 2.0)
    assert machine.deadline == pytest.approx(2.25)
