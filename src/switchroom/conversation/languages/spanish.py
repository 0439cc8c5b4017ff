"""Spanish. Recognisers leave accents out at will, so frequent words stand here with and without."""

import re

from switchroom.conversation.language import Grammar, Language, Manner, Numbers, Questions, phrases, words

_UNIT = "uno|un|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve"

LANGUAGE = Language(
    code="es",
    grammar=Grammar(
        open_words=words(
            "el la los las un una unos unas lo mi mis tu tus su sus nuestro nuestra nuestros este esta estos estas ese esa",
            "aquel y e o u pero porque que si cuando como aunque donde mientras de del a al en con sin para por sobre entre",
            "hasta desde hacia según ante tras durante unas alrededor yo me nos se es son soy somos era eran está estan están",
            "estoy estamos hay había tengo tiene tenemos quiero queremos quería queria quisiera quisiéramos necesito puedo",
            "puede podemos podría podria podrían debo hace he ha han eh em este mmm pues bueno-y muy más menos también tan",
            "cada algún alguna algunos señor señora doctor doctora punto guion guión arroba doble triple entonces cuyo cual",
        ),
        open_phrases=phrases(
            "me gustaría, me gustaria, nos gustaría, nos gustaria, mi nombre, mi nombre es, me llamo, mi número, mi numero",
            "mi número es, mi numero es, el número, el numero, mi dirección, mi direccion, mi correo, estoy buscando, busco",
            "llamo para, llamaba para, un momento, un segundo, espere, espera, a ver, déjeme, dejeme, déjeme ver, creo",
            "creo que, pienso que, o sea, es decir, digamos, por ejemplo, por lo menos, al menos, a partir, cerca de",
            "qué tal, que tal si, es posible, sería posible, seria posible, me puede, me podría, me podria, tienen, tiene",
        ),
        closed_phrases=phrases(
            "yo también, yo tambien, nosotros también, a mí también, creo que sí, creo que si, creo que no, claro que sí",
            "claro que si, que sí, que si, y usted, para qué, para que, así es, asi es, eso es, lo que es, no hay más",
            "no quiero más, nada más, nada mas, qué más, no lo sé, ya está, ya esta, sí hay, no hay, como está, cómo está",
        ),
        short_answer=re.compile(
            r"(?:(?:sí|si|no|claro|bueno|por supuesto) )+(?:lo |la |sí |si )?"
            r"(?:es|soy|somos|son|está|esta|estoy|tengo|tenemos|quiero|queremos|puedo|podemos|hay|he|era)"
        ),
    ),
    manner=Manner(
        hesitations=words("eh em mmm mm hm hmm ah oh uy ay este"),
        hums=phrases("mhm, ajá, aja, mm hmm, mm hm, mmhmm, hm hm, uh huh, aha"),
        nods=phrases(
            "sí, si, vale, claro, ok, okay, de acuerdo, muy bien, bien, bueno, perfecto, exacto, exactamente, eso es, eso",
            "ya, ya veo, entiendo, entendido, por supuesto, correcto, así es, asi es, gracias, genial, estupendo",
            "desde luego, claro que sí, claro que si, está bien, esta bien, cierto, comprendo, listo, dale",
        ),
        small=words("el la los las un una y o de a en que es lo yo se pero pues entonces"),
        yes_or_no=phrases(
            "sí, si, no, vale, claro, claro que sí, claro que si, por favor, gracias, no gracias, de acuerdo, ok, okay",
            "exacto, correcto, eso es, por supuesto, está bien, esta bien, perfecto, para nada, así es, asi es",
        ),
    ),
    numbers=Numbers(
        units=words("cero uno un una dos tres cuatro cinco seis siete ocho nueve"),
        zeros=words("cero"),
        pairs=re.compile(
            rf"(?:treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa)(?: y (?:{_UNIT}))?"
            r"|veint(?:e|i(?:uno|ún|dós|dos|trés|tres|cuatro|cinco|séis|seis|siete|ocho|nueve))"
            r"|diez|once|doce|trece|catorce|quince|dieci(?:séis|seis|siete|ocho|nueve)"
        ),
        repeats={"doble": 2, "triple": 3},
        powers={"cien": 2, "ciento": 2, "cientos": 2, "mil": 3},
        telephone=9,
    ),
    questions=Questions(
        long=re.compile(
            r"\b(?:número|numero|dígitos|digitos|código|codigo|dirección|direccion|correo|e-?mail|deletre\w*|fecha de nacimiento"
            r"|referencia|tarjeta|mensaje|teléfono|telefono)\b"
        ),
        yes_or_no=re.compile(
            r"(?:(?:y|entonces|bueno|bien|vale|ok|perfecto|gracias|perdón|perdon|muy bien)[ ,]+)*"
            r"(?:es|son|está|esta|están|hay|tiene|tienen|quiere|quieren|desea|desean|prefiere|puede|puedo|podría|podria|podemos"
            r"|le gustaría|le gustaria|le parece|le va|le viene|ha|han|va|necesita|sabe|conoce|debo)\b"
        ),
        request=re.compile(
            r"\b(?:(?:me |nos )?(?:puede|puedes|podría|podria|podrías|quiere)(?: (?:usted|por favor))* "
            r"(?:decir|dar|deletrear|repetir|indicar|describir|explicar|confirmar|dejar|facilitar)\w*"
            r"|quién|quien|qué|cuándo|cuando|dónde|donde|cómo|por qué|cuál|cual|cuáles|cuánt[oa]s?|cuant[oa]s?)\b"
        ),
        tag=re.compile(
            r"\b(?:es (?:correcto|así|asi|cierto)|correcto|verdad|vale|no|de acuerdo|sí o no|está bien|esta bien)$"
        ),
    ),
)
