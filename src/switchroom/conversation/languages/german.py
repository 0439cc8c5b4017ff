"""German."""

import re

from switchroom.conversation.language import Grammar, Language, Manner, Numbers, Questions, phrases, words

_TENS = "zwanzig|dreißig|dreissig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig"

LANGUAGE = Language(
    code="de",
    grammar=Grammar(
        open_words=words(
            "der die das den dem des ein eine einen einem einer eines mein meine meinen meinem meiner dein deine ihr ihre",
            "ihren ihrem ihrer unser unsere unseren sein seine kein keine keinen dieser diese dieses diesen diesem welche",
            "und oder aber sondern weil dass daß ob wenn falls damit obwohl denn als wie bis von vom zum zur zu mit ohne",
            "für gegen bei beim im in ins am auf aus nach über unter vor zwischen seit wegen um durch an gegenüber etwa",
            "ungefähr circa ich wir er sie es man bin ist sind war waren habe hab haben hat hatte möchte möchten will",
            "wollen würde würden kann können könnte könnten darf dürfen soll sollen muss müssen wird werden heiße heisse",
            "äh ähm öh hm hmm ehm also naja vielleicht eigentlich quasi sozusagen sehr ganz noch nur auch sogar herr frau",
            "doktor punkt unterstrich bindestrich minus schrägstrich doppel",
        ),
        open_phrases=phrases(
            "ich brauche, ich suche, ich hätte, ich hätte gern, ich hätte gerne, wir hätten gern, wir hätten gerne",
            "ich möchte gern, ich möchte gerne, ich würde gern, ich würde gerne, ich wollte fragen, ich rufe an",
            "mein name, mein name ist, die nummer, meine nummer, die adresse, meine adresse, moment, einen moment",
            "ein moment, einen augenblick, sekunde, eine sekunde, warten sie, lassen sie mich, ich glaube, ich denke",
            "ich meine, sagen wir, wie wäre, wie wäre es, wie wär's, was ist, das ist, das wäre, wir sind",
            "können sie, könnten sie, haben sie, gibt es, geht es, kann ich, kann man, zum beispiel, ein paar",
        ),
        closed_phrases=phrases(
            "ich auch, wir auch, so ist es, das ist es, ist es, es geht, das bin ich, ja bin ich, das will ich, noch an",
            "wie es ist, vor allem, hin und her, rufe ich an, ruf ich an, rufen sie mich an, fange ich an, nein noch nicht",
            "hört auf, hören sie auf, bis wann, ab wann, geht nicht mehr an, mach zu, macht zu, warum, das ist alles",
        ),
        short_answer=re.compile(
            r"(?:(?:ja|jo|nein|nee|doch|natürlich|klar|gerne|stimmt) )+(?:das |so )?"
            r"(?:bin|ist|sind|war|habe|hab|haben|hat|möchte|will|wollen|kann|können|könnte|soll|darf|muss|geht)"
            r"(?: (?:ich|wir|er|sie|es|das))?(?: (?:es|das|so|auch))?"
            r"|(?:bin|habe|hab|das bin|das habe|das kann|das will|das möchte|das stimmt) ich"
            r"|das (?:ist|war) (?:es|er|sie)"
        ),
    ),
    manner=Manner(
        hesitations=words("äh ähm öh öhm eh ehm hm hmm mm ah oh och tja em"),
        hums=phrases("mhm, mm hmm, mm hm, mmhmm, m hm, hm hm, hmhm, aha, ah ha, uh huh"),
        nods=phrases(
            "ja, jo, jawohl, genau, okay, ok, gut, klar, alles klar, na klar, richtig, stimmt, verstehe, ich verstehe",
            "verstanden, ach so, achso, super, prima, toll, schön, in ordnung, passt, natürlich, gerne, gern, sicher",
            "sehr gut, sehr schön, danke, ja bitte, ja genau, ja klar, ja gut, eben, ganz genau, selbstverständlich, aha okay",
        ),
        small=words("der die das den dem ein eine und in ist es ich zu so da dann also na aber oder mit"),
        yes_or_no=phrases(
            "ja, jo, jawohl, nein, nee, nö, doch, bitte, gerne, gern, danke, genau, richtig, stimmt, okay, ok, klar",
            "natürlich, sicher, passt, in ordnung, nein danke, ja bitte, auf keinen fall, auf jeden fall, das stimmt",
        ),
    ),
    numbers=Numbers(
        units=words("null eins ein zwo zwei drei vier fünf sechs sieben acht neun"),
        zeros=words("null"),
        pairs=re.compile(
            rf"(?:(?:ein|zwei|zwo|drei|vier|fünf|sechs|sieben|acht|neun) ?und ?)?(?:{_TENS})"
            r"|zehn|elf|zwölf|dreizehn|vierzehn|fünfzehn|sechzehn|siebzehn|achtzehn|neunzehn"
        ),
        repeats={"doppel": 2, "zweimal": 2, "dreimal": 3},
        powers={"hundert": 2, "tausend": 3},
        telephone=10,
    ),
    questions=Questions(
        long=re.compile(
            r"\b(?:\w*nummer|\w*ziffern?|\w*adresse|anschrift|e-?mail|mail|postleitzahl|plz|buchstabieren\w*|buchstabier\w*"
            r"|geburtsdatum|pin|code|iban|\w*kennung|nachricht)\b"
        ),
        yes_or_no=re.compile(
            r"(?:(?:und|also|dann|okay|ok|gut|super|danke|entschuldigung)[ ,]+)*"
            r"(?:ist|sind|war|waren|hat|haben|habe|wird|werden|möchten|möchtest|wollen|willst|würden|würde|kann|können|könnten"
            r"|darf|dürfen|soll|sollen|muss|müssen|passt|stimmt|geht|gibt|brauchen|kennen|wissen)\b"
        ),
        request=re.compile(
            r"\b(?:(?:können|könnten|würden|möchten|darf|dürfte|kann) (?:sie|du|ich|wir)"
            r"(?: (?:mir|uns|bitte|das|ihn|es|kurz|noch|einmal))* "
            r"(?:\w+ ){0,6}(?:sagen|nennen|geben|buchstabieren|wiederholen|mitteilen"
            r"|beschreiben|erklären|angeben|fragen|haben|verraten)"
            r"|wer|was|wann|wo|wie|warum|welche[rsnm]?|wofür|woher|wohin)\b"
        ),
        tag=re.compile(r"\b(?:richtig|korrekt|stimmt das|okay|ok|oder|ja oder nein|nicht wahr|in ordnung|recht)$"),
    ),
)
