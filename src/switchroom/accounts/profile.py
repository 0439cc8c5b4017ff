"""What people change about themselves: how they are called, and the password, for which they show the old one."""

from switchroom.accounts.endings import Endings
from switchroom.accounts.post import Post
from switchroom.accounts.service import Accounts, User, as_user, user_row
from switchroom.errors import Denied, Invalid
from switchroom.identity import UserId
from switchroom.mail.letters import Language
from switchroom.storage.db import Database
from switchroom.storage.scope import WHOLE_HOUSE


class Profile:
    """Changes a user on their own behalf."""

    def __init__(self, database: Database, accounts: Accounts, endings: Endings, post: Post) -> None:
        self._database = database
        self._accounts = accounts
        self._endings = endings
        self._post = post

    async def rename(self, user: UserId, name: str) -> User:
        """Change how somebody is called. Raises Invalid."""
        if not 1 <= len(name.strip()) <= 200:
            raise Invalid("name: 1 to 200 characters")
        async with self._database.transaction(WHOLE_HOUSE) as session:
            row = await user_row(session, user)
            row.name = name.strip()
            return as_user(row)

    async def set_password(self, user: User, old: str, new: str, language: Language, *, address: str) -> User:
        """Replace a password and end all sessions. Raises Denied if ``old`` is wrong, Limited as at a login, Invalid."""
        try:
            await self._accounts.log_in(user.email, old, address=address)
        except Denied as error:
            raise Denied("the old password is wrong", code="wrong_password") from error
        return await self.replace_password(user.id, new, language)

    async def replace_password(self, user: UserId, new: str, language: Language = "en") -> User:
        """Give somebody another password, end all their sessions, and tell them by mail. Raises Invalid."""
        hashed = await self._accounts.passwords.hash(new)
        async with self._database.transaction(WHOLE_HOUSE) as session:
            row = await user_row(session, user)
            row.password_hash = hashed
            await self._endings.user(session, row, "password")
            await self._post.put(session, row, "password_changed", language, "/login")
            return as_user(row)
