"""A transcript in writing: plain, or as subtitles of the recording, whose clock it shares (WebVTT, SRT)."""

from collections.abc import Mapping, Sequence
from typing import Literal

from switchroom.history.service import Line

Format = Literal["json", "text", "vtt", "srt"]

KINDS: Mapping[Format, str] = {
    "json": "application/json",
    "text": "text/plain",
    "vtt": "text/vtt",
    "srt": "application/x-subrip",
}

TRANSCRIPT: dict[int | str, dict[str, object]] = {
    200: {"content": {kind: {} for name, kind in KINDS.items() if name != "json"}, "description": "what was said"},
    401: {"description": "nobody is signed in"},
    403: {"description": "the asker may not do this"},
    404: {"description": "there is no such call, or it is somebody else's"},
}

_SHORTEST = 0.5  # a subtitle nobody could read helps nobody


def preferred(accept: str) -> Format:
    """Return the format that a client takes first, by the order of its header; JSON if it names none of ours."""
    for part in accept.split(","):
        kind = part.partition(";")[0].strip().lower()
        for name, ours in KINDS.items():
            if kind == ours:
                return name
    return "json"


def written(lines: Sequence[Line], wanted: Format) -> str:
    """Return the transcript as text of that format."""
    match wanted:
        case "vtt":
            cues = (f"{_span(line, '.')}\n<v {line.who}>{_escaped(line.text)}\n" for line in lines)
            return "\n".join(["WEBVTT\n", *cues])
        case "srt":
            numbered = enumerate(lines, 1)
            return "\n".join(f"{at}\n{_span(line, ',')}\n{line.who}: {_one_line(line.text)}\n" for at, line in numbered)
        case _:
            return "".join(f"[{_clock(line.start, '.')[3:8]}] {line.who}: {_one_line(line.text)}\n" for line in lines)


def _span(line: Line, point: str) -> str:
    return f"{_clock(line.start, point)} --> {_clock(max(line.end, line.start + _SHORTEST), point)}"


def _clock(seconds: float, point: str) -> str:
    whole = max(round(seconds * 1000), 0)
    hours, minutes, rest = whole // 3_600_000, whole // 60_000 % 60, whole % 60_000
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}{point}{rest % 1000:03}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _escaped(text: str) -> str:
    return _one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
