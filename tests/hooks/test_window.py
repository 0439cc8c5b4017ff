from switchroom.hooks.window import MOST, Window


def test_an_endpoint_that_uses_up_what_it_has_is_given_twice_as_many_up_to_a_limit() -> None:
    window = Window(8)
    sizes = []
    for _ in range(7):
        window.looked(window.size, 0)
        sizes.append(window.size)
    assert sizes == [16, 32, 64, 128, 256, MOST, MOST]


def test_a_slow_one_gets_back_to_what_it_takes_at_once() -> None:
    window = Window(8)
    for _ in range(5):
        window.looked(window.size, 0)
    for _ in range(6):
        window.looked(3, 200)
    assert window.size == 8


def test_an_idle_one_stays_as_it_is() -> None:
    window = Window(8)
    window.looked(8, 0)
    window.looked(0, 0)
    window.looked(2, 8)
    assert window.size == 16
