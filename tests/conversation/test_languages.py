"""What is known of each language, by phrases of real callers: which are whole turns, which accompany, which want the floor."""

import pytest

from switchroom.conversation.completeness import looks_complete, spoken_digits
from switchroom.conversation.languages import known, language_of
from switchroom.conversation.words import Weight, is_plain_answer, tokens, weigh

COMPLETE = {
    "de": [
        "ja", "nein", "okay", "Morgen.", "ein Tisch für zwei", "ich möchte einen Tisch für vier Personen am Freitag um sieben",
        "wann haben Sie geöffnet", "mein Name ist Maria Huber", "kann ich mit jemandem sprechen", "das ist alles",
        "ich möchte meine Reservierung absagen", "ja das ist es", "ja bin ich", "nein habe ich nicht",
        "haben Sie etwas Vegetarisches",
        "um halb acht", "am einundzwanzigsten", "danke", "ja gerne", "ich auch", "gegen acht Uhr",
        "können Sie das wiederholen", "nein danke", "Guten Tag", "bis wann",
    ],
    "fr": [
        "oui", "non", "d'accord", "demain", "une table pour deux",
        "je voudrais une table pour quatre personnes vendredi à sept heures",
        "à quelle heure vous ouvrez", "je m'appelle Marie Lopez", "je peux parler à quelqu'un", "c'est tout", "merci beaucoup",
        "annulez ma réservation s'il vous plaît", "vous avez des plats végétariens", "oui c'est ça", "oui je veux bien",
        "non merci", "moi aussi", "vers huit heures", "bonjour", "c'est pour moi", "sept heures trente",
        "zéro six douze trente quatre cinquante six soixante dix huit",
    ],
    "es": [
        "sí", "no", "vale", "mañana", "una mesa para dos", "quisiera una mesa para cuatro personas el viernes a las siete",
        "a qué hora abren", "me llamo María López", "puedo hablar con una persona", "eso es", "muchas gracias",
        "cancele mi reserva por favor", "hay algo vegetariano", "sí es", "no tengo", "creo que sí", "yo también",
        "sobre las ocho", "buenos días", "nada más", "a las siete y media", "seiscientos",
    ],
}  # fmt: skip

OPEN = {
    "de": [
        "", "äh", "ein Tisch für", "ich möchte", "ich hätte gerne", "mein Name ist", "und", "kann ich", "am", "ich suche",
        "die Nummer ist", "meine Adresse ist", "Maria Punkt", "wir sind", "um sieben oder", "weil", "einen Moment", "warten Sie",
        "was ist mit dem", "zwischen sieben und", "ja aber", "Doktor", "eins zwei drei", "null eins sieben sechs", "also...",
        "null eins sieben sechs dreiundzwanzig", "wir hätten gern einen", "es geht um", "ich wollte fragen ob", "ein Tisch,",
    ],
    "fr": [
        "", "euh", "une table pour", "je voudrais", "j'aimerais une", "je m'appelle", "et", "est-ce que", "sur la", "je cherche",
        "mon numéro est", "mon adresse c'est", "marie point", "nous sommes", "sept heures ou", "parce que", "un instant",
        "attendez",
        "pour le", "entre sept et", "oui mais", "zéro six", "zéro six douze trente quatre", "une table,", "alors...", "c'est pour",
        "je vous appelle", "je voulais savoir si", "à partir de", "peut-être",
    ],
    "es": [
        "", "eh", "una mesa para", "quisiera", "me gustaría", "mi nombre es", "y", "puedo", "en la", "estoy buscando",
        "mi número es", "mi dirección es", "maría punto", "somos", "a las siete o", "porque", "un momento", "espere",
        "entre las siete y", "sí pero", "seis uno dos", "cero cinco doce", "una mesa,", "bueno...", "es para mi", "quiero",
        "llamaba para", "quería saber si", "a partir de", "doctor",
    ],
}  # fmt: skip

WEIGHED = {
    "en": {
        Weight.NOTHING: ["", "um", "the"],
        Weight.HUM: ["mhm", "uh-huh"],
        Weight.NOD: ["yes, ok", "yeah", "okay okay", "I see", "of course"],
        Weight.WORDS: ["wait, listen", "no", "stop", "yes but", "hold on"],
    },
    "de": {
        Weight.NOTHING: ["", "äh", "die"],
        Weight.HUM: ["mhm", "aha", "hm hm"],
        Weight.NOD: ["ja, okay", "genau", "alles klar", "ach so", "ja genau", "verstehe", "in Ordnung", "ja, ja"],
        Weight.WORDS: ["warten Sie", "nein", "stopp", "ja aber", "Moment mal", "wie bitte", "ja morgen"],
    },
    "fr": {
        Weight.NOTHING: ["", "euh", "le"],
        Weight.HUM: ["mhm", "hum hum"],
        Weight.NOD: ["oui, d'accord", "voilà", "très bien", "je vois", "c'est ça", "tout à fait", "oui oui", "ah bon"],
        Weight.WORDS: ["attendez", "non", "stop", "oui mais", "une seconde", "pardon", "oui demain"],
    },
    "es": {
        Weight.NOTHING: ["", "eh", "la"],
        Weight.HUM: ["mhm", "ajá"],
        Weight.NOD: ["sí, vale", "claro", "muy bien", "de acuerdo", "eso es", "ya veo", "sí sí", "entiendo"],
        Weight.WORDS: ["espere", "no", "oiga", "sí pero", "un momento", "perdón", "sí mañana"],
    },
}

DIGITS = {
    ("de", "vier sieben zwei neun"): 4,
    ("de", "siebenundvierzig neunundzwanzig"): 4,
    ("de", "sieben und vierzig"): 2,
    ("de", "doppel vier sieben"): 3,
    ("de", "null eins sieben sechs dreiundzwanzig fünfundvierzig elf"): 10,
    ("de", "4729"): 4,
    ("fr", "zéro six douze trente quatre cinquante six soixante dix huit"): 10,
    ("fr", "quatre vingt dix neuf"): 2,
    ("fr", "quatre vingts"): 2,
    ("fr", "vingt et un quarante"): 4,
    ("fr", "06 12 34 56 78"): 10,
    ("es", "seis uno dos treinta y cuatro cincuenta y seis setenta y ocho"): 9,
    ("es", "veintiuno dieciséis"): 4,
    ("es", "doble cero siete"): 3,
}

PLAIN_ANSWERS = {
    "en": (["yes please", "no thank you", "um yes", "that's right"], ["yes but at eight", "no I said seven"]),
    "de": (["ja bitte", "nein danke", "äh ja", "das stimmt"], ["ja aber um acht", "nein ich sagte sieben"]),
    "fr": (["oui merci", "non merci", "euh oui", "c'est ça"], ["oui mais à huit heures", "non j'ai dit sept"]),
    "es": (["sí por favor", "no gracias", "eh sí", "eso es"], ["sí pero a las ocho", "no he dicho siete"]),
}


def _pairs(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(language, text) for language, texts in table.items() for text in texts]


@pytest.mark.parametrize(("language", "text"), _pairs(COMPLETE))
def test_these_could_be_a_whole_turn(language: str, text: str) -> None:
    assert looks_complete(text, language)


@pytest.mark.parametrize(("language", "text"), _pairs(OPEN))
def test_these_call_for_more(language: str, text: str) -> None:
    assert not looks_complete(text, language)


@pytest.mark.parametrize(
    ("language", "weight", "text"),
    [(language, w, text) for language, by in WEIGHED.items() for w, texts in by.items() for text in texts],
)
def test_bolna_223_who_agrees_is_told_from_who_objects_by_words_not_by_their_number(
    language: str, weight: Weight, text: str
) -> None:
    assert weigh(text, language, final=True) is weight


@pytest.mark.parametrize(("language", "text"), DIGITS)
def test_digits_are_counted_as_they_are_dictated(language: str, text: str) -> None:
    assert spoken_digits(tokens(text), language) == DIGITS[language, text]


@pytest.mark.parametrize("language", PLAIN_ANSWERS)
def test_a_plain_answer_is_a_yes_or_no_and_nothing_else(language: str) -> None:
    plain, more = PLAIN_ANSWERS[language]
    assert all(is_plain_answer(text, language) for text in plain)
    assert not any(is_plain_answer(text, language) for text in more)


def test_a_file_in_the_folder_is_a_language_and_regions_share_it() -> None:
    assert set(known()) >= {"en", "de", "fr", "es"}
    assert all(language.code == code and language.grammar for code, language in known().items())
    assert language_of("de-AT") is language_of("de_DE") is language_of("de")


@pytest.mark.parametrize("code", sorted(known()))
def test_every_list_is_written_as_transcripts_are_compared(code: str) -> None:
    manner, grammar = language_of(code).manner, language_of(code).grammar
    assert grammar is not None
    for phrase in manner.hums | manner.nods | manner.yes_or_no | grammar.closed_phrases | grammar.open_phrases:
        assert " ".join(tokens(phrase)) == phrase
    assert not grammar.open_phrases & grammar.closed_phrases
    assert not (manner.hums | manner.nods) & manner.small


def test_of_an_unknown_language_nothing_is_known_so_silence_alone_decides() -> None:
    assert not looks_complete("egy asztalt két személyre", "hu")
    assert weigh("persze", "hu", final=True) is Weight.WORDS
    assert not is_plain_answer("igen", "hu")
