"""Voice models and profiles over HTTP, and counters that count every event once."""

from dataclasses import replace
from pathlib import Path

from switchroom.catalogue.voice_models import VoiceModels, VoiceModelUsage, month_of
from switchroom.catalogue.voice_profiles import VoiceProfileForm
from switchroom.events.catalogue import UsageMetered
from switchroom.identity import CallId, EventId, TenantId
from switchroom.storage.journal import Journal
from tests.storage.stories import TENANT, migrated
from tests.virtual_time import run_real
from tests.web.site import NOW, site

MAY, JUNE = 1_779_000_000.0, 1_781_000_000.0


def metered(number: int, used: dict[str, dict[str, float]], tenant: TenantId = TENANT, at: float = MAY) -> UsageMetered:
    event = EventId(f"evt_{tenant}_{number}")
    return UsageMetered(id=event, tenant=tenant, call=CallId("c"), sequence=number, at=at, used=used)


def test_every_event_counts_once_however_often_it_is_read(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            journal = Journal(database)
            first, second = VoiceModelUsage(journal), VoiceModelUsage(journal)
            for one in range(600):
                await_this = metered(one, {"stt_seconds": {"nova": 0.5, "": 1.0}, "call_seconds": {"": 1.0}})
                await journal.write([await_this])
            await first.catch_up()
            await second.catch_up()
            await journal.write([metered(1000, {"llm_tokens_in": {"fast": 7}}, at=JUNE)])
            await journal.write([metered(1, {"stt_seconds": {"nova": 9.0}}, TenantId("other"))])
            await second.catch_up()
            await first.catch_up()
            models = VoiceModels(database)
            assert await models.used(TENANT, month_of(MAY)) == {
                "nova": {"stt_seconds": 300.0},
                "local": {"stt_seconds": 600.0},
            }
            assert await models.used(TENANT, month_of(JUNE)) == {"fast": {"llm_tokens_in": 7.0}}
            assert await models.used(TenantId("other"), month_of(MAY)) == {"nova": {"stt_seconds": 9.0}}

    run_real(main())


def test_what_there_is_is_listed_with_what_was_used_and_can_be_switched_off(tmp_path: Path) -> None:
    (tmp_path / "providers.yaml").write_text(
        "models: {fast: {kind: scripted}}\nvoices: {warm: {kind: scripted}}\n", encoding="utf-8"
    )

    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            tenant = here.account.tenant.id
            await here.journal.write([metered(1, {"tts_characters": {"warm": 40}}, tenant, NOW)])
            await VoiceModelUsage(here.journal).catch_up()
            listed = {
                (one["section"], one["name"]): one for one in (await client.get("/api/v1/voice-models")).json()["items"]
            }
            assert set(listed) == {
                ("recognisers", "local"),
                ("models", "fast"),
                ("voices", "local"),
                ("voices", "warm"),
            }
            assert listed["voices", "warm"]["used"] == {"tts_characters": 40.0}
            assert listed["models", "fast"]["used"] == {"llm_tokens_in": 0.0, "llm_tokens_out": 0.0}
            off = await client.patch("/api/v1/voice-models/models/fast", json={"enabled": False, "label": "Quick"})
            assert (off.json()["enabled"], off.json()["label"]) == (False, "Quick")
            refused = await client.patch("/api/v1/agents/Receptionist", json={"models": ["fast"]})
            assert (refused.status_code, refused.json()["code"]) == (422, "voice_model_off")
            assert (await client.patch("/api/v1/voice-models/models/none", json={})).status_code == 404

    run_real(story())


def test_a_voice_profile_is_made_changed_and_removed(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            made = await client.post("/api/v1/voice-profiles", json={"name": "warm", "voice": "slt"})
            assert (made.status_code, made.json()["form"]["speed"]) == (201, 1.0)
            assert (await client.post("/api/v1/voice-profiles", json={"name": "warm"})).status_code == 409
            changed = await client.patch("/api/v1/voice-profiles/warm", json={"speed": 0.9})
            assert (changed.json()["form"]["speed"], changed.json()["form"]["voice"]) == (0.9, "slt")
            assert (await client.patch("/api/v1/voice-profiles/warm", json={"speed": 9})).status_code == 422
            async with here.as_user(await here.stranger()) as stranger:
                assert (await stranger.get("/api/v1/voice-profiles/warm")).status_code == 404
            assert (await client.delete("/api/v1/voice-profiles/warm")).status_code == 204

    run_real(story())


def test_an_agent_refers_to_a_voice_profile_by_name_which_then_stays(tmp_path: Path) -> None:
    agent = "/api/v1/agents/Receptionist"

    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            lost = await client.post("/api/v1/voice-profiles", json={"name": "lost", "provider": "sonic"})
            assert (lost.status_code, lost.json()["code"]) == (422, "providers")
            made = (await client.post("/api/v1/voice-profiles", json={"name": "warm", "voice": "slt"})).json()
            changed = await client.patch(agent, json={"voice_profile": "warm"})
            assert (changed.status_code, changed.json()["voice_profile"]) == (200, made["id"])
            refused = await client.patch(agent, json={"voice_profile": "cold"})
            assert (refused.status_code, refused.json()["code"]) == (422, "voice_profile_missing")
            kept = await client.delete("/api/v1/voice-profiles/warm")
            assert (kept.status_code, kept.json()["code"]) == (409, "in_use")
            assert "Receptionist" in kept.json()["detail"]
            assert (await client.patch(agent, json={"voice_profile": ""})).status_code == 200
            assert (await client.delete("/api/v1/voice-profiles/warm")).status_code == 204

    run_real(story())


def test_a_voice_profile_is_listened_to_where_there_is_a_voice(tmp_path: Path) -> None:
    asked: list[tuple[str, str]] = []

    async def speak(_tenant: TenantId, profile: VoiceProfileForm, text: str) -> bytes:
        asked.append((profile.name, text))
        return b"RIFF"

    async def story() -> None:
        where = "/api/v1/voice-profiles/warm/listen"
        async with site(tmp_path) as here:
            async with here.as_user() as client:
                await client.post("/api/v1/voice-profiles", json={"name": "warm"})
                nowhere = await client.post(where)
                assert (nowhere.status_code, nowhere.json()["code"]) == (503, "not_running")
                assert "ask an engine" in nowhere.json()["detail"]
            here.services = replace(here.services, listen=speak)
            async with here.as_user() as client:
                heard = await client.post(where, json={"text": " Good morning. "})
                assert (heard.status_code, heard.headers["content-type"], heard.content) == (200, "audio/wav", b"RIFF")
                assert (await client.post(where)).status_code == 200
                assert (await client.post(where, json={"text": "a" * 201})).status_code == 422
            async with here.as_user(await here.stranger()) as stranger:
                assert (await stranger.post(where)).status_code == 404
        assert asked == [("warm", "Good morning."), ("warm", "")]

    run_real(story())
