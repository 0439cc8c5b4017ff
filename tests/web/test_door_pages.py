"""What the links of our mails lead to works without a script."""

import re
from pathlib import Path

from switchroom.accounts.invitations import Guest
from tests.virtual_time import run_real
from tests.web.site import EMAIL, PASSWORD, site
from tests.web.test_people import texts, tokens


def test_an_invitation_is_accepted_on_a_page(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client(accept="text/html") as client:
            me = here.account.user
            await here.services.people.invitations.create(me.tenant, Guest("bo@example.com", "<Bo>", "agent"), me.id)
            (token,) = await tokens(here)
            form = await client.get("/invitation", params={"token": token})
            assert "&lt;Bo&gt;" in form.text
            assert "bo@example.com" in form.text
            said = {"token": token, "name": "Bo", "password": "short"}
            short = await client.post("/invitation", data=said)
            assert (short.status_code, "at least 8" in short.text) == (422, True)
            done = await client.post("/invitation", data=said | {"password": "a long password"})
            assert (done.status_code, done.headers["location"]) == (303, "/calls")
            assert (await client.get("/calls")).status_code == 200
            again = await client.get("/invitation", params={"token": token})
            assert (again.status_code, "good no longer" in again.text) == (403, True)

    run_real(story())


def test_a_forgotten_password_is_replaced_on_pages(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client(accept="text/html") as client:
            assert "/forgot-password" in (await client.get("/login")).text
            pages = [await client.post("/forgot-password", data={"email": email}) for email in (EMAIL, "x@example.com")]
            assert {(page.status_code, page.text) for page in pages} == {(200, pages[0].text)}
            (token,) = await tokens(here)
            form = await client.get("/password-reset", params={"token": token})
            found = re.search(r'name="token" value="([^"]+)"', form.text)
            assert found is not None
            assert found[1] == token
            done = await client.post("/password-reset", data={"token": token, "password": "another password"})
            assert "Your new password counts" in done.text
            gone = await client.post("/password-reset", data={"token": token, "password": "another password"})
            assert (gone.status_code, "good no longer" in gone.text) == (403, True)
            (changed,) = [text for text in await texts(here) if "was changed" in text]
            assert "signed out everywhere" in changed
            old = await client.post("/login", data={"email": EMAIL, "password": PASSWORD})
            assert old.status_code == 401

    run_real(story())
