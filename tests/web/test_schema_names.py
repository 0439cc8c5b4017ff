from switchroom.web.routes import routed


def test_every_schema_has_a_name_of_its_own() -> None:
    names = routed().openapi()["components"]["schemas"]
    assert [name for name in names if name.startswith("switchroom__")] == []
