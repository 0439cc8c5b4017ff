"""French. Telephone numbers are dictated in pairs of digits: "zéro six, douze, trente-quatre, ..."."""

import re

from switchroom.conversation.language import Grammar, Language, Manner, Numbers, Questions, phrases, words

_UNIT = "un|une|deux|trois|quatre|cinq|six|sept|huit|neuf"
_TEEN = "dix (?:sept|huit|neuf)|dix|onze|douze|treize|quatorze|quinze|seize"

LANGUAGE = Language(
    code="fr",
    grammar=Grammar(
        open_words=words(
            "le la les l un une des du de d au aux mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs ce cet",
            "cette ces et ou mais donc car parce que qu quand si comme puisque à en dans sur sous avec sans pour par chez",
            "vers entre depuis pendant avant après environ je j tu il elle on nous vous ils elles c'est c est suis sont",
            "sommes êtes ai j'ai avez avons ont étais était serait voudrais j'aimerais aimerais voulais veux voudrait peux",
            "peut pouvez pourrais pourriez dois euh heu hum ben bah alors très plus moins aussi même peut-être quelque quelques",
            "plusieurs chaque quel quelle monsieur madame docteur point tiret arobase double triple qui dont où n ne s m t",
        ),
        open_phrases=phrases(
            "je voudrais, je voulais, j'ai besoin, on voudrait, nous voudrions, je cherche, je vous appelle, j'appelle",
            "je m'appelle, mon nom, mon nom est, mon numéro, mon numéro est, le numéro, mon adresse, mon adresse est, mon mail",
            "c'est le, c'est pour, est ce que, est ce qu, il y a, est ce, qu'est ce, un instant, une seconde, un moment",
            "attendez, laissez moi, voyons, je crois, je pense, je veux dire, disons, par exemple, peut être, à partir",
            "au moins, vous avez, pouvez vous, pourriez vous, puis je, est il possible, c'est possible de, s'il y a",
        ),
        closed_phrases=phrases(
            "moi aussi, nous aussi, et vous, et toi, d'accord avec vous, c'est tout, bien sûr que oui, je ne sais plus",
            "non plus, en plus, de plus, c'est pour moi, pas plus, il y en a, allez y, c'est moi, on y va, et après",
            "la semaine d'après, le jour d'après, la veille au soir, comme ça, je suis pour, c'est plus, je n'en veux plus",
        ),
        short_answer=re.compile(
            r"(?:(?:oui|ouais|non|si|bien sûr|tout à fait) )+"
            r"(?:c'est|je (?:suis|veux|peux|voudrais|l'ai)|j'ai|on (?:a|est|veut|peut)"
            r"|nous (?:sommes|avons|voulons))|oui je (?:veux|peux)(?: bien)?|oui c'est (?:ça|moi)"
        ),
    ),
    manner=Manner(
        hesitations=words("euh heu hum hm hmm mm ah oh eh ben bah hein"),
        hums=phrases("mhm, mmh, mm hmm, mm hm, mmhmm, hum hum, hm hm, ah ah, aha"),
        nods=phrases(
            "oui, ouais, ok, okay, d'accord, très bien, bien, c'est bien, c'est bon, c'est ça, voilà, entendu, parfait",
            "exactement, exact, tout à fait, bien sûr, je vois, je comprends, compris, ça marche, merci, bon, super",
            "oui merci, ah bon, ah d'accord, effectivement, en effet, absolument, ça va, pas de problème, bien entendu",
        ),
        small=words("le la les un une des de du et à en je c'est ce il que mais ou alors on"),
        yes_or_no=phrases(
            "oui, ouais, non, si, merci, oui merci, non merci, s'il vous plaît, d'accord, ok, okay, bien sûr, tout à fait",
            "exactement, c'est ça, c'est bon, voilà, pas du tout, absolument, volontiers, avec plaisir, je veux bien",
        ),
    ),
    numbers=Numbers(
        units=words("zéro zero un une deux trois quatre cinq six sept huit neuf"),
        zeros=words("zéro zero"),
        pairs=re.compile(
            rf"quatre vingts?(?: (?:{_TEEN}|{_UNIT}))?|soixante(?: et)?(?: (?:{_TEEN}|{_UNIT}))?"
            rf"|(?:vingt|trente|quarante|cinquante|septante|huitante|octante|nonante)(?: et)?(?: (?:{_UNIT}))?|{_TEEN}"
        ),
        repeats={"double": 2, "triple": 3},
        powers={"cent": 2, "cents": 2, "mille": 3},
        telephone=10,
    ),
    questions=Questions(
        long=re.compile(
            r"\b(?:numéro|chiffres?|code|adresse|e-?mail|mail|courriel|épeler|épelez|date de naissance|référence|dossier|message)\b"
        ),
        yes_or_no=re.compile(
            r"(?:(?:et|alors|donc|ok|okay|bien|très bien|parfait|merci|d'accord|pardon)[ ,]+)*"
            r"(?:est ce (?:que|qu)|est-ce (?:que|qu)|avez|êtes|est|sont|voulez|souhaitez|préférez|désirez|puis|peut|pouvez"
            r"|pourriez|dois|faut|aimeriez|voudriez|vous (?:avez|êtes|voulez|souhaitez|préférez|désirez)"
            r"|c'est (?:bien|bon|ça|correct)|ça vous)\b"
        ),
        request=re.compile(
            r"\b(?:(?:pouvez|pourriez|voulez|voudriez|puis|peux)[ -](?:vous|tu|je|on)(?: (?:me|nous|m|vous|s'il vous plaît|bien))* "
            r"(?:dire|donner|épeler|répéter|indiquer|préciser|décrire|expliquer|communiquer|confirmer|avoir|laisser|rappeler)"
            r"|qui|quoi|quand|où|comment|pourquoi|combien|quel(?:le)?s?|qu'est)\b"
        ),
        tag=re.compile(
            r"\b(?:c'est (?:bien )?(?:ça|bon|correct|exact)|n'est[ -]ce pas|d'accord|correct|ça va|oui ou non)$"
        ),
    ),
)
