"""What the conversation of one call is made of: put together by the session, used by the floor."""

from dataclasses import dataclass

from switchroom.calls.bridge import Bridge
from switchroom.calls.ears import Ears
from switchroom.calls.mind import Mind
from switchroom.calls.minutes import Minutes
from switchroom.calls.mouth import Mouth
from switchroom.calls.own_voice import OwnVoice
from switchroom.calls.reply import Rendered, Replier
from switchroom.calls.speculating import Speculating
from switchroom.calls.tongue import Tongue
from switchroom.calls.transfer import Transfers
from switchroom.calls.voicemail import Voicemail
from switchroom.calls.watch import Watch
from switchroom.conversation.turns import TurnMachine


@dataclass(frozen=True, slots=True)
class Parts:
    """See the module."""

    turns: TurnMachine
    ears: Ears
    mouth: Mouth
    own: OwnVoice
    mind: Mind
    replier: Replier
    ahead: Speculating
    minutes: Minutes
    tongue: Tongue
    transfers: Transfers
    voicemail: Voicemail
    watch: Watch
    bridge: Bridge
    farewell: Rendered
