import smtplib

from obstore.store import S3Store
from sqlalchemy import text

from switchroom.storage.db import Database
from switchroom.storage.revisions import age
from switchroom.storage.scope import WHOLE_HOUSE
from tests.servers.postgresql import Postgresql
from tests.servers.redis import Redis
from tests.servers.s3 import ACCESS_KEY, REGION, S3, SECRET_KEY
from tests.servers.smtp import Smtp
from tests.virtual_time import run_real


def test_every_database_of_the_server_is_new_and_migrated(postgresql: Postgresql) -> None:
    async def main() -> None:
        first, second = Database(postgresql.create()), Database(postgresql.create())
        async with first.transaction(WHOLE_HOUSE) as session:
            await session.execute(text("INSERT INTO journal_cursors (reader, number) VALUES ('mine', 1)"))
        async with second.snapshot(WHOLE_HOUSE) as session:
            assert await session.scalar(text("SELECT count(*) FROM journal_cursors")) == 0
        assert await age(second) == "current"
        await first.close()
        await second.close()

    run_real(main())


def test_redis_begins_empty_and_answers(redis: Redis) -> None:
    assert redis.command("DBSIZE") == "0"
    redis.command("SET", "here", "1")
    assert redis.command("GET", "here") == "1"


def test_redis_was_emptied_after_the_test_before(redis: Redis) -> None:
    assert redis.command("DBSIZE") == "0"


def test_a_bucket_takes_and_gives(s3: S3) -> None:
    store = S3Store(
        s3.bucket(),
        endpoint=s3.endpoint,
        region=REGION,
        access_key_id=ACCESS_KEY,
        secret_access_key=SECRET_KEY,
        client_options={"allow_http": True},
    )
    store.put("a/b", b"hello")
    assert store.get("a/b").bytes() == b"hello"


def test_the_mail_server_keeps_what_it_is_given(smtp: Smtp) -> None:
    with smtplib.SMTP(smtp.host, smtp.port) as client:
        client.sendmail("us@example.com", ["you@example.com"], "Subject: Hello\r\n\r\nCome in.\r\n")
    [mail] = smtp.mails
    assert (mail.recipients, mail.message["Subject"], mail.text.strip()) == (["you@example.com"], "Hello", "Come in.")
