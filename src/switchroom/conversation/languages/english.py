"""English."""

import re

from switchroom.conversation.language import Grammar, Language, Manner, Numbers, Questions, phrases, words

_AUXILIARIES = (
    "am|is|are|was|were|do|does|did|have|has|had|can|could|will|would|should|may|might|must|don't|isn't|aren't"
)

LANGUAGE = Language(
    code="en",
    grammar=Grammar(
        open_words=words(
            "a an the this these those my your our their his her its and or but so because if whether which",
            "whose when where while than to of for with without at on in into from by about around between under",
            "over per until till before after since is are was were am be been isn't aren't i i'm i'd i'll i've",
            "we we're we'd we'll he's she's it's they they're there's do does did don't have has had would could",
            "should can will may might must um umm uh uhm er erm hmm like maybe actually basically well also not",
            "very some any each every dot underscore dash hyphen slash double triple mister mr mrs ms doctor dr",
        ),
        open_phrases=phrases(
            "i want, i need, i'd like, i would like, we'd like, we would like, i was wondering, i'm looking, i'm calling",
            "can i get, can i have, could i get, could i have, may i have, can we get, can we have, can you, could you",
            "what about, how about, let me, let me see, let me think, let me check, one moment, one second",
            "just a moment, just a second, hold on, hang on, you know, i mean, i think, i guess, the twenty, the thirty",
            "kind of, sort of, a couple, at least, my name, the name, last name, first name, i am",
            "my number, my address, my email, the number, the address, it starts, it begins, that's spelled, spelled",
        ),
        closed_phrases=phrases(
            "log in, log on, sign in, check in, come in, fill in, get in, come on, go on, later on, from now on, go over",
            "it's over, start over, all over, the day after, the week after, the day before, the week before, think so",
            "hope so, if so, or so, very well, as well, what for, i'm not, not well, go with, come with, do i, do we",
        ),
        short_answer=re.compile(
            r"(?:(?:yes|yeah|yep|no|nope|oh|well|of course|sure) )+(?:i|we|you|he|she|it|they|that|there) "
            rf"(?:{_AUXILIARIES})(?: not)?"
            r"|(?:i|we|they) (?:do|did|can|don't)|(?:it|that|he|she) (?:is|was|does|isn't)(?: not)?"
        ),
    ),
    manner=Manner(
        hesitations=words("um umm uh uhm er erm hm hmm mm ah oh eh"),
        hums=phrases("mhm, mm hmm, mm hm, mmhmm, mm mm, uh huh, uhhuh, aha, ah ha, huh, hm hm"),
        nods=phrases(
            "yes, yeah, yep, yup, ya, okay, ok, right, alright, all right, sure, fine, good, great, cool, i see, got it",
            "gotcha, of course, true, exactly, very good, very well, that's right, that's fine, oh okay, oh yes, oh i see",
            "yes please, sounds good, thanks",
        ),
        small=words("the a an and to of in it is that but so or i at"),
        yes_or_no=phrases(
            "yes, yeah, yep, yup, no, nope, nah, sure, okay, ok, please, thanks, thank you, correct, right, that's right",
            "of course, exactly, fine, it is, i do, i don't, not really, no thank you, absolutely, definitely, i am",
        ),
    ),
    numbers=Numbers(
        units=words("zero oh o nought one two three four five six seven eight nine"),
        zeros=words("zero oh o nought"),
        pairs=re.compile(
            r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?: (?:one|two|three|four|five|six|seven|eight|nine))?"
            r"|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
        ),
        repeats={"double": 2, "triple": 3},
        powers={"hundred": 2, "thousand": 3},
    ),
    questions=Questions(
        long=re.compile(
            r"\b(?:(?:phone|telephone|mobile|cell|account|card|order|reference|booking|customer|policy|serial|id) ?(?:number|code)?"
            r"|number|digits|code|pin|e-?mail|address|postcode|post ?code|zip(?: code)?|spell|spelling|date of birth|message)\b"
        ),
        yes_or_no=re.compile(
            r"(?:(?:and|so|then|okay|ok|great|alright|well|perfect|thanks|thank you|sorry)[ ,]+)*"
            r"(?:do|does|did|is|are|was|were|have|has|had|can|could|will|would|should|shall|may|am|isn't|aren't|don't|won't)\b"
        ),
        request=re.compile(
            r"\b(?:(?:can|could|would|will|may|might|do) (?:you|i|we)(?: please| kindly)* "
            r"(?:tell|give|spell|repeat|say|describe|explain|read|provide|enter|confirm|have|get|ask|share|know|mind)"
            r"|who|what|which|when|where|why|how)\b"
        ),
        tag=re.compile(
            r"\b(?:(?:is|was) (?:that|this|it) (?:right|correct|okay|ok|all right|fine)|right|correct|okay|ok|yes or no|isn't it)$"
        ),
    ),
)
