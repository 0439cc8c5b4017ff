"""A flow that others run as a part of themselves is not published so that they break."""

from pathlib import Path

from switchroom.identity import UserId
from tests.virtual_time import run_real
from tests.web.site import site

OUTER = """
flow: outer
home: menu
slots: {who: {kind: name}}
nodes:
  start: {type: start, greeting: Hello, next: ask}
  ask: {type: sub_flow, flow: asking, given: {who: who}, results: {who: who}, next: menu}
  menu: {type: classify, prompts: ["Well?"], routes: {bye: bye}, lost: bye}
  bye: {type: hang_up, text: Bye}
intents: {bye: [goodbye]}
"""
ASKING = """
flow: asking
home: menu
slots: {SLOT: {kind: name}}
nodes:
  start: {type: start, greeting: Hello, next: name}
  name: {type: ask, slot: SLOT, prompts: ["Who are you?"], next: return}
  menu: {type: classify, prompts: ["Well?"], routes: {bye: bye}, lost: bye}
  bye: {type: hang_up, text: Bye}
intents: {bye: [goodbye]}
"""


def test_a_part_that_would_break_who_runs_it_is_refused_with_their_names(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            flows, tenant, us = here.services.flows, here.account.tenant.id, UserId("usr_1")
            for name, text in (("asking", ASKING.replace("SLOT", "who")), ("outer", OUTER)):
                await flows.create(tenant, name, text, us)
                published = await client.post(f"/api/v1/flows/{name}/publish", json={})
                assert published.status_code < 300, published.text
            await flows.change(tenant, "asking", ASKING.replace("SLOT", "caller"), us)
            refused = await client.post("/api/v1/flows/asking/publish", json={})
            assert refused.status_code == 422
            assert "'outer' runs 'asking'" in refused.json()["detail"]
            assert (await flows.get(tenant, "asking")).published == 1
            polite = ASKING.replace("SLOT", "who").replace("Who are you?", "Who is it, please?")
            await flows.change(tenant, "asking", polite, us)
            assert (await client.post("/api/v1/flows/asking/publish", json={})).status_code < 300

    run_real(story())
