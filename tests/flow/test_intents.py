"""How well callers are understood who say what no example says."""

from datetime import datetime
from pathlib import Path

from switchroom.flow.file import load
from switchroom.flow.graph import Flow
from switchroom.flow.intents import Intents
from switchroom.flow.slots import read

EXAMPLE = Path(__file__).parents[2] / "examples" / "restaurant.yaml"
FLOW: Flow = load(EXAMPLE)
INTENTS = Intents({name: intent.examples for name, intent in FLOW.intents.items()})
NOW = datetime(2026, 11, 24, 15, 0)  # noqa: DTZ001
AT_MENU = {"book", "change", "cancel", "thanks", *FLOW.everywhere}
SLOTS = [FLOW.slots[name] for name in ("party", "day", "time", "name")]

TUNED = [  # thresholds and weights were chosen on these
    ("book", "hello i was wondering if you have a table for three tonight"),
    ("book", "hi we would love to have dinner on saturday"),
    ("book", "could you squeeze in two people at eight"),
    ("book", "i want a reservation for friday"),
    ("book", "can you put me down for four at seven"),
    ("book", "is there a free table tomorrow evening"),
    ("book", "i would like to reserve"),
    ("book", "table for two please"),
    ("book", "we need a table tonight for six of us"),
    ("book", "good evening i'd like to reserve a table for tomorrow"),
    ("book", "book me a table"),
    ("book", "make a booking"),
    ("book", "do you have space for five on sunday at one"),
    ("change", "i'd like to move my reservation"),
    ("change", "could we change our booking to saturday"),
    ("change", "i booked a table and need a different time"),
    ("change", "can i change the time of my reservation"),
    ("change", "our table needs to be moved to eight thirty"),
    ("change", "i need to reschedule my reservation"),
    ("change", "please change my table to six people"),
    ("cancel", "i would like to cancel my booking for tomorrow"),
    ("cancel", "cancel the table please"),
    ("cancel", "we have to cancel our reservation tonight"),
    ("cancel", "sorry but we can't come tomorrow"),
    ("cancel", "can you cancel my reservation"),
    ("hours", "what time are you open until"),
    ("hours", "when do you open tomorrow"),
    ("hours", "are you open on mondays"),
    ("hours", "how long are you open tonight"),
    ("hours", "tell me your opening times"),
    ("hours", "do you close on sundays"),
    ("menu", "do you serve vegetarian food"),
    ("menu", "what food do you have"),
    ("menu", "is there anything vegan on the menu"),
    ("menu", "what's on your menu today"),
    ("menu", "do you have gluten free dishes"),
    ("address", "what's your address please"),
    ("address", "where exactly is your restaurant"),
    ("address", "can i park at the restaurant"),
    ("person", "i'd like to speak to someone"),
    ("person", "can i talk to a real person please"),
    ("person", "let me talk to the manager"),
    ("person", "i would like to leave a message"),
    ("person", "human please"),
    ("repeat", "could you repeat that please"),
    ("repeat", "say again"),
    ("repeat", "sorry can you say that again"),
    ("start_over", "i want to start over"),
    ("start_over", "start from the beginning"),
    ("never_mind", "oh never mind"),
    ("never_mind", "forget that"),
    ("goodbye", "okay bye"),
    ("goodbye", "thank you very much goodbye"),
    ("goodbye", "that is all"),
    ("goodbye", "no that's everything"),
    ("thanks", "thanks very much"),
]

HELD_OUT = [  # these came after: 29 of 37 were right at first sight, 1 wrong, 7 not understood
    ("book", "hi there do you take reservations for tonight"),
    ("book", "we are looking for a table for dinner on thursday"),
    ("book", "could i book for seven o'clock tomorrow"),
    ("book", "reserve a table for five please"),
    ("book", "i'd like to come by on saturday with three friends"),
    ("book", "have you got any room this evening"),
    ("book", "me and my husband would like a table"),
    ("book", "can i get a booking for wednesday"),
    ("change", "i have to change the reservation i made"),
    ("change", "can we come at eight instead of seven"),
    ("change", "there will be more of us than we said when we booked"),
    ("change", "could you move us to another day"),
    ("change", "i need to update my booking"),
    ("cancel", "unfortunately we are not able to come tonight"),
    ("cancel", "i don't need the table any more"),
    ("cancel", "take my reservation off please"),
    ("cancel", "i want to call off my reservation"),
    ("hours", "do you open on sunday"),
    ("hours", "what are the hours today"),
    ("hours", "until what time is the kitchen open"),
    ("hours", "are you guys open right now"),
    ("menu", "what dishes do you have"),
    ("menu", "do you have a children's menu"),
    ("menu", "my wife is allergic to nuts"),
    ("menu", "can you tell me what's on the menu"),
    ("address", "how do we get to the restaurant"),
    ("address", "what street are you on"),
    ("person", "is there a human i could talk to"),
    ("person", "get me the manager"),
    ("person", "please put me through to someone"),
    ("repeat", "what was that"),
    ("repeat", "can you say it again"),
    ("start_over", "let's begin again"),
    ("never_mind", "just forget about that"),
    ("goodbye", "goodbye then"),
    ("goodbye", "that will be all thank you"),
    ("thanks", "many thanks"),
]

FOREIGN = [
    "the weather is nice",
    "my cat is called whiskers",
    "blue",
    "how old are you",
    "what is two plus two",
    "can you sing",
    "the quick brown fox",
    "i like trains",
    "hm",
    "and then he said",
]


def _guess(said: str) -> str:
    guess = INTENTS.guess(read(said, SLOTS, NOW).shape, AT_MENU)
    return guess.intent if guess.sure or guess.intent != "goodbye" else ""  # hanging up wants certainty


def test_paraphrases_are_mostly_understood_and_hardly_ever_wrongly() -> None:
    guesses = [(intent, said, _guess(said)) for intent, said in (*TUNED, *HELD_OUT)]
    wrong = [entry for entry in guesses if entry[2] not in {entry[0], ""}]
    missed = [entry for entry in guesses if entry[2] == ""]
    assert len(wrong) <= 0.05 * len(guesses), wrong
    assert len(wrong) + len(missed) <= 0.15 * len(guesses), (wrong, missed)


def test_what_has_nothing_to_do_with_it_is_hardly_ever_taken_for_an_intent() -> None:
    taken = [(said, guess) for said in FOREIGN if (guess := _guess(said))]
    assert len(taken) <= 1, taken


def test_every_example_is_its_own_intent() -> None:
    wrong = [
        (name, example, guess.intent)
        for name, intent in FLOW.intents.items()
        for example in intent.examples
        if (guess := INTENTS.guess(example, set(FLOW.intents))).intent != name or not guess.sure
    ]
    assert wrong == []


def test_only_intents_that_are_open_here_are_guessed() -> None:
    assert INTENTS.guess("goodbye", {"goodbye", "book"}).intent == "goodbye"
    assert INTENTS.guess("goodbye", {"book"}).intent == ""
    assert INTENTS.guess("", AT_MENU).intent == ""
