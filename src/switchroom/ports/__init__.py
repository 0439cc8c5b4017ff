"""What the engine needs from the world, as Protocols and the frozen records they exchange.

The engine, the transports, the providers and the storage are siblings: none imports another. They meet here, and
``main.py`` joins them. What a thing can do is a record it carries, never an ``isinstance``, never a surprise in mid-call.
"""

from collections.abc import Callable

from switchroom.events.catalogue import Event
from switchroom.ports.brain import (
    Brain,
    CallerSaid,
    CallerSilent,
    CallerTyped,
    CallerUnheard,
    CallOpened,
    EndCall,
    Expecting,
    LanguageModel,
    Patience,
    Prompt,
    ReplyPart,
    Say,
    ToolAnswered,
    ToolCalled,
    Utterance,
)
from switchroom.ports.errands import Errands, Outcome, Value, Values
from switchroom.ports.leg import (
    Answer,
    CallOffer,
    Capability,
    Digit,
    HangUp,
    Held,
    Interrupted,
    Left,
    Leg,
    LegCommand,
    Party,
    PartyChanged,
    RefusalReason,
    Refuse,
    Resumed,
    Ring,
    SendDigits,
    Signal,
    Transfer,
    TransferOutcome,
    TransferProgress,
    Transferred,
    Typed,
)
from switchroom.ports.plan import CallDetails, CallPlan, Directory
from switchroom.ports.speech import Heard, HearingFailed, Hints, Listening, SpeechToText, TextToSpeech, Voice
from switchroom.sip.context import FACTS, CallContext

Publish = Callable[[Event], None]
"""Where events go."""

__all__ = [
    "FACTS",
    "Answer",
    "Brain",
    "CallContext",
    "CallDetails",
    "CallOffer",
    "CallOpened",
    "CallPlan",
    "CallerSaid",
    "CallerSilent",
    "CallerTyped",
    "CallerUnheard",
    "Capability",
    "Digit",
    "Directory",
    "EndCall",
    "Errands",
    "Expecting",
    "HangUp",
    "Heard",
    "HearingFailed",
    "Held",
    "Hints",
    "Interrupted",
    "LanguageModel",
    "Left",
    "Leg",
    "LegCommand",
    "Listening",
    "Outcome",
    "Party",
    "PartyChanged",
    "Patience",
    "Prompt",
    "Publish",
    "RefusalReason",
    "Refuse",
    "ReplyPart",
    "Resumed",
    "Ring",
    "Say",
    "SendDigits",
    "Signal",
    "SpeechToText",
    "TextToSpeech",
    "ToolAnswered",
    "ToolCalled",
    "Transfer",
    "TransferOutcome",
    "TransferProgress",
    "Transferred",
    "Typed",
    "Utterance",
    "Value",
    "Values",
    "Voice",
]
