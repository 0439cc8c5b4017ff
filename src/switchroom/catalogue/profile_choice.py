"""Which voice profile an agent means, and which agents mean one: looked up in the transaction that depends on the answer.

An agent is given a profile by name or id and keeps the id, so that a profile may be renamed.
"""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.catalogue.model import AgentRow, VoiceProfileRow
from switchroom.errors import Invalid
from switchroom.identity import TenantId


async def chosen_profile(session: AsyncSession, tenant: TenantId, which: str) -> str:
    """Return the id of the tenant's profile of that name or id, "" for none. Raises Invalid, naming those that there are."""
    if not which:
        return ""
    mine = select(VoiceProfileRow).where(VoiceProfileRow.tenant_id == tenant).with_for_update(read=True)
    row = await session.scalar(mine.where((VoiceProfileRow.id == which) | (VoiceProfileRow.name == which)))
    if row is not None:
        return row.id
    names = await session.scalars(select(VoiceProfileRow.name).where(VoiceProfileRow.tenant_id == tenant).limit(20))
    known = ", ".join(sorted(names)) or "none"
    message = f"voice_profile: there is no {which!r}; there are: {known}. Make it at /api/v1/voice-profiles, or choose another"
    raise Invalid(message, code="voice_profile_missing")


async def agents_with(session: AsyncSession, tenant: TenantId, profile: str) -> list[str]:
    """Return the names of the agents that speak by a profile, or would if their draft were published."""
    agents = await session.scalars(select(AgentRow).where(AgentRow.tenant_id == tenant).order_by(AgentRow.name))
    return [row.name for row in agents if profile in (row.voice_profile, row.draft.get("voice_profile"))]
