"""A voice profile heard before a caller hears it: one sentence, by the providers of this process.

It costs what a sentence of a call costs and is not metered, so a tenant has one at a time, of few words, and for a few seconds.
"""

import asyncio
from contextlib import aclosing

from switchroom.catalogue.voice_profiles import VoiceProfileForm
from switchroom.conversation.waiting import waiting
from switchroom.errors import Limited, Unavailable
from switchroom.identity import TenantId
from switchroom.media.frame import RATE
from switchroom.media.wav import header
from switchroom.ports import Voice, untold
from switchroom.providing import Providers, Wanted

PATIENCE = 10.0
"""Seconds until the whole sentence must be there."""

LONGEST = 60 * RATE * 2
"""Bytes of speech; the rest is left out."""

_USUAL = str(VoiceProfileForm.model_fields["sample"].default)


class VoiceTrials:
    """Speaks for whoever makes a profile."""

    def __init__(self, providers: Providers) -> None:
        self._providers = providers
        self._busy: set[TenantId] = set()

    async def listen(self, tenant: TenantId, profile: VoiceProfileForm, text: str = "") -> bytes:
        """Return a WAV file of ``text``, else of the profile's sample. Raises Limited, Unavailable. Safe to cancel."""
        if tenant in self._busy:
            raise Limited("a voice is being listened to already: wait until it has spoken", retry_after=PATIENCE)
        self._busy.add(tenant)
        try:
            async with asyncio.timeout(PATIENCE):
                spoken = await self._spoken(tenant, profile, text or sample_of(profile))
        except TimeoutError as error:
            message = (
                f"the voice provider {profile.provider!r} took more than {PATIENCE:.0f} s: try again, or a shorter text"
            )
            raise Unavailable(message, code="voice_slow") from error
        finally:
            self._busy.discard(tenant)
        return header(RATE, 1, len(spoken)) + spoken

    async def _spoken(self, tenant: TenantId, profile: VoiceProfileForm, text: str) -> bytes:
        (working,) = await self._providers.opened.voices((profile.provider,))
        if working.choice.name != profile.provider:  # another one would take over in a call; here it would be a lie
            message = f"the voice provider {profile.provider!r} does not work in this process: see the providers file"
            raise Unavailable(message, code="voice_missing")
        names = {f"{profile.provider}:{profile.language.lower()}": profile.voice} if profile.voice else {}
        wanted = Wanted(tenant, voices=(profile.provider,), voice_names=names)
        tts = (await self._providers.speech(wanted))(untold).tts
        if tts is None:
            raise Unavailable("this process has no voice: ask an engine", code="not_running")
        found = bytearray()
        async with aclosing(tts.speak(text, Voice(profile.voice, profile.speed, profile.language))) as pieces:
            async for piece in pieces:
                found += piece.astype("<i2").tobytes()
                if len(found) >= LONGEST:
                    break
        return bytes(found[:LONGEST])


def sample_of(profile: VoiceProfileForm) -> str:
    """Return what the profile says of itself; a sentence of its language where that is not the usual sample's."""
    if profile.sample and (profile.sample != _USUAL or profile.language.startswith("en")):
        return profile.sample
    return waiting(profile.language).patience or profile.sample or _USUAL
