"""What is said nearer counts before what is said further up."""

from switchroom.inheritance import inherited


def test_the_nearest_word_counts_field_by_field() -> None:
    chain = ({"name": "Dental"}, {"name": "North", "colour": "red"}, {"limit": 0})
    assert inherited(chain, "name") == (0, "Dental")
    assert inherited(chain, "colour") == (1, "red")
    assert inherited(chain, "limit") == (2, 0)
    assert inherited(chain, "domain") is None
