"""What people come to the console for, done in a browser."""

import re

import pytest
from playwright.async_api import expect

from tests.console.house import House, visiting
from tests.end_to_end.chromium import needs_chromium
from tests.virtual_time import run_real

pytestmark = [pytest.mark.peer, needs_chromium]


def test_who_signs_in_gets_where_they_wanted_to_go(house: House) -> None:
    async def story() -> None:
        async with visiting(house) as on:
            await on.page.goto(f"{house.url}/console/calls?show=live")
            await expect(on.page).to_have_url(re.compile(r"/console/sign-in\?next="))
            await on.shoot("sign-in")
            await on.page.get_by_label("E-mail").fill(house.email)
            await on.page.locator("input[type=password]").fill("wrong")
            await on.page.keyboard.press("Enter")
            await expect(on.page.get_by_role("alert")).to_contain_text("wrong")
            await on.page.locator("input[type=password]").fill(house.password)
            await on.page.keyboard.press("Enter")
            await expect(on.page).to_have_url(re.compile(r"/console/calls\?show=live$"))
            await expect(on.page.get_by_role("heading", level=1)).to_have_text("Calls")
            await on.page.get_by_role("button", name="Account of").click()
            await on.page.get_by_role("menuitem", name="Sign out").click()
            await expect(on.page).to_have_url(re.compile("/console/sign-in$"))
            await on.page.goto(f"{house.url}/console/")
            await expect(on.page.get_by_label("E-mail")).to_be_visible()

    run_real(story())


def test_a_call_is_found_read_and_heard(house: House) -> None:
    async def story() -> None:
        async with visiting(house) as on:
            await on.sign_in()
            await expect(on.page.get_by_text("Answer rate").first).to_be_visible()
            await on.settled()
            await on.shoot("overview")
            await on.page.get_by_role("link", name="Calls").click()
            await on.page.get_by_role("table").get_by_role("link").last.click()
            await on.settled()
            await on.shoot("call")
            line = on.page.get_by_role("button", name=re.compile("How can I help you"))
            await expect(line).to_be_visible()
            audio = on.page.locator("audio")
            await on.page.wait_for_function("document.querySelector('audio').readyState >= 1")
            await on.page.get_by_role("button", name=re.compile(r"Caller · 0:0\d")).click()
            await on.page.wait_for_function("document.querySelector('audio').currentTime > 2")
            await expect(on.page.locator("[data-now]")).to_have_count(1)
            await audio.evaluate("audio => audio.pause()")
            await on.page.get_by_role("button", name="Events").click()
            await expect(on.page.get_by_text("call.connected")).to_be_visible()

    run_real(story())


def test_a_trunk_is_made_asked_and_removed(house: House) -> None:
    async def story() -> None:
        async with visiting(house) as on:
            await on.sign_in("trunks")
            await on.page.get_by_role("button", name="Add a trunk").click()
            form = on.page.get_by_role("dialog")
            await form.get_by_label("Name").fill("Nobody there")
            await form.get_by_label("Call through").fill("no address at all")
            await form.get_by_role("button", name="Add a trunk").click()
            await expect(form.get_by_role("alert")).to_contain_text("no SIP address")
            await on.shoot("trunk-refused")
            await form.get_by_label("Call through").fill("sip:127.0.0.1:9")
            await form.get_by_role("button", name="Add a trunk").click()
            await expect(form).to_be_hidden()
            await on.page.get_by_role("button", name="Test Nobody there").click()
            told = on.page.get_by_role("dialog")
            await expect(told).to_contain_text("Nobody there does not answer")
            await on.shoot("trunk-tested")
            await told.get_by_role("button", name="Close").click()
            await on.page.get_by_role("link", name="Nobody there").click()
            await on.page.get_by_role("button", name="Remove").click()
            await on.page.get_by_role("dialog").get_by_role("button", name="Remove").click()
            await expect(on.page.get_by_text("There are no trunks")).to_be_visible()

    run_real(story())


def test_a_key_is_shown_once(house: House) -> None:
    async def story() -> None:
        async with visiting(house) as on:
            await on.sign_in("keys")
            await on.page.get_by_role("button", name="Make a key").click()
            form = on.page.get_by_role("dialog")
            await form.get_by_label("Name").fill("The wallboard")
            await form.get_by_role("button", name="Make a key").click()
            await expect(form).to_be_hidden()
            secret = on.page.locator("pre", has_text=re.compile("^sk_"))
            await expect(secret).to_be_visible()
            await on.page.reload()
            await expect(on.page.get_by_role("row", name="The wallboard")).to_be_visible()
            await expect(secret).to_have_count(0)
            await on.page.get_by_role("button", name="Revoke The wallboard").click()
            await on.page.get_by_role("dialog").get_by_role("button", name="Revoke", exact=True).click()
            await expect(on.page.get_by_role("row", name="The wallboard")).to_contain_text("revoked")

    run_real(story())


def test_a_brand_is_tried_kept_and_not_lost_by_leaving(house: House) -> None:
    async def story() -> None:
        async with visiting(house) as on:
            await on.sign_in("settings")
            form = on.page.get_by_role("region", name="Brand")
            await form.get_by_label("Name").fill("North Voice")
            await on.page.get_by_role("link", name="Calls").click()
            await expect(on.page.get_by_role("dialog")).to_contain_text("Leave without saving?")
            await on.page.get_by_role("dialog").get_by_role("button", name="Stay").click()
            await form.get_by_role("button", name="Save").click()
            await expect(form.get_by_role("button", name="Save")).to_be_disabled()
            await expect(form.get_by_label("Name")).to_have_value("North Voice")
            await on.shoot("branded")
            await form.get_by_label("Name").fill("")
            await form.get_by_role("button", name="Save").click()
            await expect(form.get_by_role("button", name="Save")).to_be_disabled()

    run_real(story())


def test_somebody_is_invited_and_the_invitation_taken_back(house: House) -> None:
    async def story() -> None:
        async with visiting(house) as on:
            await on.sign_in("people?show=invitations")
            await on.page.get_by_role("button", name="Invite somebody").click()
            form = on.page.get_by_role("dialog")
            await form.get_by_label("E-mail address").fill("bo@example.com")
            await form.get_by_role("button", name="Invite somebody").click()
            await expect(form).to_be_hidden()
            row = on.page.get_by_role("row", name="bo@example.com")
            await expect(row).to_contain_text("open")
            await row.get_by_role("button", name="Take back").click()
            await expect(row).to_contain_text("taken back")

    run_real(story())
