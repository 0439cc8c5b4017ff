import pytest

from switchroom.errors import Invalid
from switchroom.roles.production import check, is_placeholder
from switchroom.settings import Settings

GOOD = "Zq8vN2xK5rT9wY3uB6pL1sD4fG7hJ0mC"


def _settings(**given: object) -> Settings:
    return Settings(_env_file=None, **{"production": True, "demo": False, "secret": GOOD, **given})  # type: ignore[arg-type]


def test_an_installation_that_is_made_for_it_starts() -> None:
    check(_settings())


def test_everything_is_allowed_to_somebody_who_tries_things() -> None:
    check(_settings(production=False, demo=True, secret="", log_personal=True))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"demo": True}, "SWITCHROOM_DEMO"),
        ({"secret": ""}, "SWITCHROOM_SECRET"),
        ({"secret": "change-me-change-me-change-me-change-me"}, "placeholder"),
        ({"log_personal": True}, "SWITCHROOM_LOG_PERSONAL"),
        ({"database_url": "postgresql://switchroom:password@db/switchroom"}, "DATABASE_URL"),
        ({"sip": {"strangers": "all"}}, "SWITCHROOM_SIP__STRANGERS"),
    ],
)
def test_what_is_for_trying_is_refused_by_name(given: dict[str, object], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        check(_settings(**given))


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(Invalid, match=r"SWITCHROOM_DEMO.*SWITCHROOM_SECRET"):
        check(_settings(demo=True, secret=""))


@pytest.mark.parametrize("secret", ["a" * 40, "0123" * 10, "ThisIsAnExampleSecretOfFortyLetters12345"])
def test_a_placeholder_is_known(secret: str) -> None:
    assert is_placeholder(secret)
