"""Session descriptions as values (RFC 8866): ``parse_sdp`` is total, ``str`` of a description is its text.

Attributes are kept as ordered pairs at the level where they stand, so that what this program does not know goes through
unharmed. Only the lines that matter to a call are kept: o, s, c, t, a and m.
"""

import re
from dataclasses import dataclass

Attributes = tuple[tuple[str, str | None], ...]

MAX_MEDIA = 32

_MEDIA = re.compile(r"([A-Za-z0-9\-_.]++) (\d{1,5})(?:/(\d{1,5}))? ([A-Za-z0-9/\-_.]++)((?: [^\s]++)++)")
_CONNECTION = re.compile(r"IN (IP[46]) ([^\s/]++)(?:/\d++){0,2}")
_ORIGIN = re.compile(r"[^\s]++ \d{1,20} \d{1,20} IN IP[46] [^\s]++")
_ATTRIBUTE = re.compile(r"[!-9;-~]++")


@dataclass(frozen=True, slots=True)
class SdpFault:
    """The text is no session description; ``reason`` says where it stopped being one."""

    reason: str


@dataclass(frozen=True, slots=True)
class Media:
    """One m-section. ``port`` 0 means refused or unused."""

    kind: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    connection: str | None = None
    attributes: Attributes = ()

    def first(self, name: str) -> str | None:
        """Return the first attribute of that name, "" if it has no value, None if there is none."""
        return first(self.attributes, name)

    def refused(self) -> "Media":
        """Return how an answer says no to this section (RFC 3264 §6)."""
        return Media(self.kind, 0, self.protocol, self.formats)

    def lines(self) -> list[str]:
        """Return the lines of this section."""
        lines = [f"m={self.kind} {self.port} {self.protocol} {' '.join(self.formats)}"]
        if self.connection is not None:
            lines.append(f"c={address(self.connection)}")
        return lines + _attribute_lines(self.attributes)


@dataclass(frozen=True, slots=True)
class SessionDescription:
    """A whole description. ``connection`` is a bare host; ``origin`` and ``times`` are the values of their lines."""

    origin: str
    media: tuple[Media, ...]
    connection: str | None = None
    name: str = "-"
    times: tuple[str, ...] = ("0 0",)
    attributes: Attributes = ()

    def __str__(self) -> str:
        lines = ["v=0", f"o={self.origin}", f"s={self.name}"]
        if self.connection is not None:
            lines.append(f"c={address(self.connection)}")
        lines += [f"t={time}" for time in self.times]
        lines += _attribute_lines(self.attributes)
        for media in self.media:
            lines += media.lines()
        return "\r\n".join(lines) + "\r\n"


def first(attributes: Attributes, name: str) -> str | None:
    """Return the first attribute of that name, "" if it has no value, None if there is none."""
    for key, value in attributes:
        if key == name:
            return value or ""
    return None


def address(host: str) -> str:
    """Return the nettype, addrtype and address of ``host``."""
    return f"IN {'IP6' if ':' in host else 'IP4'} {host}"


def _attribute_lines(attributes: Attributes) -> list[str]:
    return [f"a={name}" if value is None else f"a={name}:{value}" for name, value in attributes]


class _Reader:
    """Collects the lines of a description; an m-line opens a section that takes the lines after it."""

    def __init__(self) -> None:
        self.origin = ""
        self.name = "-"
        self.connection: str | None = None
        self.times: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.sections: list[tuple[re.Match[str], list[str], list[tuple[str, str | None]]]] = []

    def take(self, kind: str, value: str) -> str | None:
        """Take one line; return what is wrong with it."""
        match kind:
            case "m":
                return self._open(value)
            case "c":
                return self._connect(value)
            case "a":
                return self._attribute(value)
            case "o":
                self.origin = value
                return None if _ORIGIN.fullmatch(value) else "Bad o= line"
            case "s":
                self.name = value or "-"
            case "t":
                self.times.append(value)
        return None

    def _open(self, value: str) -> str | None:
        match = _MEDIA.fullmatch(value)
        if match is None or int(match.group(2)) > 65535 or len(self.sections) >= MAX_MEDIA:
            return "Bad m= line"
        self.sections.append((match, [], []))
        return None

    def _connect(self, value: str) -> str | None:
        match = _CONNECTION.fullmatch(value)
        if match is None:
            return "Bad c= line"
        if self.sections:
            self.sections[-1][1].append(match.group(2))
        else:
            self.connection = match.group(2)
        return None

    def _attribute(self, line: str) -> str | None:
        name, colon, value = line.partition(":")
        if _ATTRIBUTE.fullmatch(name) is None:
            return "Bad a= line"
        attributes = self.sections[-1][2] if self.sections else self.attributes
        attributes.append((name, value if colon else None))
        return None

    def result(self) -> SessionDescription:
        media = tuple(
            Media(
                match.group(1).lower(),
                int(match.group(2)),
                match.group(4),
                tuple(match.group(5).split()),
                connections[0] if connections else None,
                tuple(attributes),
            )
            for match, connections, attributes in self.sections
        )
        times = tuple(self.times) or ("0 0",)
        return SessionDescription(self.origin, media, self.connection, self.name, times, tuple(self.attributes))


def parse_sdp(text: str) -> SessionDescription | SdpFault:
    """Parse a description. Line ends may be CRLF or LF; lines of unknown type are passed over."""
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    if lines[0].rstrip() != "v=0":
        return SdpFault("No v=0 line")
    reader = _Reader()
    for line in lines[1:]:
        if line[1:2] != "=":
            return SdpFault("Bad line")
        if (wrong := reader.take(line[0], line[2:].rstrip())) is not None:
            return SdpFault(wrong)
    return reader.result() if reader.origin else SdpFault("No o= line")
