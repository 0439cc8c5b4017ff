"""JsSIP in a headless Chromium with real audio: ICE, DTLS-SRTP and a codec of WebRTC, heard on both sides."""

import asyncio
from pathlib import Path

import pytest

from switchroom.media import opus
from switchroom.ports import Digit, HangUp, Held, Left, Resumed
from switchroom.sip.description.policy import Codec, MediaPolicy, Security
from tests.interop.jssip import NEEDED, JsSip, bundle
from tests.interop.sound import tone
from tests.interop.test_jssip_calls import TONE, Switch, registered, talking

__all__ = ["bundle"]

pytestmark = NEEDED

VOICE = 600.0


@pytest.fixture(scope="session")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the page's microphone hears."""
    return tone(VOICE, tmp_path_factory.mktemp("voice") / "voice.wav", seconds=6.0)


async def page_hears(page: JsSip, frequency: float = TONE) -> None:
    """Wait until the page hears a tone well above the noise."""
    while True:
        heard = await page.asks("hears")
        assert isinstance(heard, list)
        if abs(heard[0] - frequency) < 10 and heard[1] is not None and heard[1] > -50:
            return
        await asyncio.sleep(0.1)


async def both_hear(here: Switch, page: JsSip) -> None:
    await here.hears(VOICE)
    await page_hears(page)


@pytest.mark.parametrize("codec", ["opus", "G722", "PCMU", "PCMA"])
def test_a_page_and_the_switch_hear_each_other(bundle: Path, voice: Path, codec: Codec) -> None:
    if codec == "opus" and opus.library() is None:
        pytest.skip("libopus is not installed")

    async def story(here: Switch, page: JsSip) -> None:
        leg = await talking(here, page)
        await both_hear(here, page)
        media = leg.media()
        assert leg.codec == codec
        assert (media["encrypted"], media["srtp_refused"], media["strangers"], media["malformed"]) == (1.0, 0, 0, 0)
        await page.asks("leave")
        await here.heard(Left("hangup"))

    registered(bundle, story, voice, MediaPolicy((codec,)))


@pytest.mark.parametrize("security", ["never", "require"])
def test_a_page_is_heard_whatever_the_policy_says_of_srtp(bundle: Path, voice: Path, security: Security) -> None:
    async def story(here: Switch, page: JsSip) -> None:
        leg = await talking(here, page)
        await both_hear(here, page)
        await leg.do(HangUp())
        await page.said("ended by remote")

    registered(bundle, story, voice, MediaPolicy(("PCMU",), security=security))


def test_a_page_that_is_called_hears_and_is_heard(bundle: Path, voice: Path) -> None:
    async def story(here: Switch, page: JsSip) -> None:
        await page.asks("answering")
        leg = await here.dials()
        await both_hear(here, page)
        assert leg.media()["encrypted"] == 1.0
        await leg.do(HangUp())
        await page.said("ended by remote")

    registered(bundle, story, voice)


@pytest.mark.parametrize("codec", ["opus", "PCMU"])
def test_keys_of_a_page_come_in_its_media(bundle: Path, voice: Path, codec: Codec) -> None:
    if codec == "opus" and opus.library() is None:
        pytest.skip("libopus is not installed")

    async def story(here: Switch, page: JsSip) -> None:
        leg = await talking(here, page)
        await here.hears(VOICE)
        await page.asks("sound", "4#")
        await here.heard(Digit("4", "rfc4733"))
        await here.heard(Digit("#", "rfc4733"))
        await leg.do(HangUp())
        await page.said("ended by remote")

    registered(bundle, story, voice, MediaPolicy((codec,)))


@pytest.mark.parametrize("by_update", [False, True])
def test_after_hold_both_hear_each_other_again(bundle: Path, voice: Path, by_update: bool) -> None:
    async def story(here: Switch, page: JsSip) -> None:
        leg = await talking(here, page)
        await both_hear(here, page)
        assert await page.asks("hold", by_update) == "held"
        await here.heard(Held())
        assert await page.asks("resume", by_update) == "resumed"
        await here.heard(Resumed())
        await both_hear(here, page)
        assert leg.media()["encrypted"] == 1.0
        await page.asks("leave")
        await here.heard(Left("hangup"))

    registered(bundle, story, voice)


def test_the_sound_goes_on_after_a_restart_of_ice(bundle: Path, voice: Path) -> None:
    async def story(here: Switch, page: JsSip) -> None:
        leg = await talking(here, page)
        await both_hear(here, page)
        assert await page.asks("restart") == "restarted"
        await both_hear(here, page)
        assert await page.asks("state") == ["connected", "connected"]
        await leg.do(HangUp())
        await page.said("ended by remote")

    registered(bundle, story, voice)
