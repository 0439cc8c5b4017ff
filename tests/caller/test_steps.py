"""What the caller is told to do."""

from pathlib import Path

import pytest

from switchroom.caller.steps import PlayFile, PressKeys, SayText, WaitSeconds, read_script, steps
from switchroom.errors import Invalid


def test_a_script_is_a_step_per_line(tmp_path: Path) -> None:
    (tmp_path / "order.wav").write_bytes(b"RIFF")
    script = tmp_path / "call.txt"
    script.write_text(
        "# the friendly caller\n\nsay A table for four, please.  # in English\nover Sorry!\nwav order.wav\n"
        "digits 2 #\ndigits 12#\nwait 1.5\n"
    )
    assert read_script(script) == (
        SayText("A table for four, please."),
        SayText("Sorry!", over=True),
        PlayFile(tmp_path / "order.wav"),
        PressKeys("2"),
        PressKeys("12#"),
        WaitSeconds(1.5),
    )


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("sing a song", "none of say"),
        ("say", "needs something"),
        ("digits 12x", "not keys"),
        ("wav nowhere.wav", "no file"),
        ("wait soon", "not a number"),
        ("wait 1e9", "between"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, complaint: str) -> None:
    script = tmp_path / "call.txt"
    script.write_text(f"say hello\n{line}\n")
    with pytest.raises(Invalid, match=f"line 2.*{complaint}"):
        read_script(script)


def test_a_script_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="cannot read"):
        read_script(tmp_path / "missing.txt")


def test_options_follow_the_script(tmp_path: Path) -> None:
    script = tmp_path / "call.txt"
    script.write_text("say first")
    wav = tmp_path / "a.wav"
    wav.write_bytes(b"")
    assert steps(["second"], [wav], ["3"], script) == (
        SayText("first"),
        SayText("second"),
        PlayFile(wav),
        PressKeys("3"),
    )
