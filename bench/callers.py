"""The load: one process that makes all calls, speaks the dialogue into them and notes what it hears and when.

It is a telephone of the simplest kind (INVITE, ACK, BYE; RTP from a loop), so that it is cheap and shares nothing with the
engine it measures. Calls are spread over the 20 ms. The kernel says when a packet arrived, so the loop adds nothing to it.
"""

import contextlib
import json
import re
import resource
import secrets
import socket
import struct
import sys
import time
from dataclasses import dataclass, field
from typing import Final

from bench import dialogue
from bench.dialogue import Dialogue

_SLOTS = 20  # per 20 ms
_SLOT = 0.001
_RTP: Final = struct.Struct("!BBHII")
_STAMP: Final = struct.Struct("ll")
_FAINT = bytes(code for code in range(256) if ~code & 0x7F < 0x20)  # quieter than -36 dBFS
_QUIET = 40  # samples of silence at the end of a packet that are more than a zero crossing
_ANCILLARY = socket.CMSG_SPACE(_STAMP.size)
_TIMESTAMPNS = 35  # SO_TIMESTAMPNS, which the socket module does not name
_WAIT_FOR_BYE = 3.0


@dataclass
class Caller:
    """One call from the caller's side. Times are those of the wall clock."""

    number: int
    voice: str
    track: Dialogue
    rtp: socket.socket
    due: float  # when it dials
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    invited: float = 0.0
    answered: float = 0.0
    began: float = 0.0
    """When the first sample of the track was spoken."""
    ended: float = 0.0
    over: bool = False
    sounds: list[tuple[float, bool]] = field(default_factory=list)
    """When it began to hear something, or ceased to."""
    packets: int = 0
    longest_gap: float = 0.0
    last_packet: float = 0.0
    sent: int = 0
    late: float = 0.0
    """The latest packet we sent, in seconds after it was due."""
    target: tuple[str, int] = ("", 0)
    to: str = ""
    contact: str = ""

    def hear(self) -> None:
        """Take what has arrived."""
        receive = self.rtp.recvmsg
        while True:
            try:
                data, ancillary, _, _ = receive(2048, _ANCILLARY)
            except BlockingIOError:
                return
            except OSError:
                continue
            seconds, nanoseconds = _STAMP.unpack_from(ancillary[0][2])
            at = seconds + nanoseconds / 1e9
            if self.packets:
                self.longest_gap = max(self.longest_gap, at - self.last_packet)
            self.last_packet = at
            self.packets += 1
            self._listen(data[12:], at)

    def _listen(self, payload: bytes, at: float) -> None:
        """Note, to the sample, when sound begins and ends."""
        length = len(payload.rstrip(_FAINT))
        sounding = bool(self.sounds) and self.sounds[-1][1]
        if length and not sounding:
            before = len(payload) - len(payload.lstrip(_FAINT))
            self.sounds.append((at + before / 8000, True))
        if (sounding or length) and length < len(payload) - _QUIET:
            self.sounds.append((at + length / 8000, False))

    def speak(self, now: float) -> bool:
        """Send the packet that is due; return whether there was one left."""
        start = self.sent * 160
        payload = self.track.ulaw[start : start + 160]
        if not payload:
            return False
        second = 0x80 if self.sent == 0 else 0
        header = _RTP.pack(0x80, second, self.sent & 0xFFFF, start & 0xFFFFFFFF, self.number + 1)
        with contextlib.suppress(OSError):
            self.rtp.sendto(header + payload, self.target)
        self.late = max(self.late, now - (self.began + (self.sent + 1) * 0.02))
        self.sent += 1
        return True


class Exchange:
    """The INVITEs, ACKs and BYEs of all calls over one socket."""

    def __init__(self, server: tuple[str, int], callers: list[Caller]) -> None:
        self._server = server
        self._callers = {caller.id: caller for caller in callers}
        self._socket = _bound()
        self._port: int = self._socket.getsockname()[1]

    def invite(self, caller: Caller) -> None:
        """Call."""
        media = caller.rtp.getsockname()[1]
        sdp = (
            f"v=0\r\no=- {caller.number} 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {media} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=ptime:20\r\na=sendrecv\r\n"
        )
        lines = [f"Contact: <sip:bench@127.0.0.1:{self._port}>", "Content-Type: application/sdp"]
        self._send(caller, "INVITE", 1, lines, sdp)

    def bye(self, caller: Caller) -> None:
        """Hang up."""
        self._send(caller, "BYE", 2, [])

    def read(self) -> list[Caller]:
        """Take what has arrived; return those who were answered just now."""
        answered: list[Caller] = []
        while True:
            try:
                data, source = self._socket.recvfrom(8192)
            except BlockingIOError:
                return answered
            except OSError:
                continue
            text = data.decode("utf-8", "replace")
            caller = self._callers.get(_header(text, "Call-ID"))
            if caller is not None and self._take(caller, text, source):
                answered.append(caller)

    def _take(self, caller: Caller, text: str, source: tuple[str, int]) -> bool:
        if text.startswith("BYE "):
            kept = [line for line in text.split("\r\n") if re.match(r"(Via|From|To|Call-ID|CSeq|v|f|t|i):", line, re.I)]
            self._socket.sendto("\r\n".join(["SIP/2.0 200 OK", *kept, "Content-Length: 0", "", ""]).encode(), source)
            caller.over = True
            return False
        status, method = text[8:11], _header(text, "CSeq").partition(" ")[2]
        if method == "BYE" and status >= "200":
            caller.over = True
        if method != "INVITE" or status < "200":
            return False
        if status != "200":
            caller.over = True
            return False
        caller.to, caller.contact = _header(text, "To"), _header(text, "Contact")
        media = re.search(r"^m=audio (\d+)", text, re.MULTILINE)
        caller.target = ("127.0.0.1", int(media[1]) if media else 9)
        self._send(caller, "ACK", 1, [])
        fresh = not caller.answered
        caller.answered = caller.answered or time.time()
        return fresh

    def _send(self, caller: Caller, method: str, number: int, lines: list[str], body: str = "") -> None:
        host, port = self._server
        first = f"sip:{caller.voice}@{host}:{port}"
        found = re.search(r"<(.*?)>", caller.contact)
        message = [
            f"{method} {found[1] if found else first} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self._port};branch=z9hG4bK{caller.id}{method};rport",
            f"From: <sip:bench-{caller.number}@127.0.0.1>;tag={caller.id}",
            f"To: {caller.to or f'<{first}>'}",
            f"Call-ID: {caller.id}",
            f"CSeq: {number} {method}",
            "Max-Forwards: 70",
            *lines,
            f"Content-Length: {len(body)}",
        ]
        self._socket.sendto("\r\n".join([*message, "", body]).encode(), self._server)


class Load:
    """Runs all calls to their end."""

    def __init__(self, callers: list[Caller], exchange: Exchange) -> None:
        self._waiting = sorted(callers, key=lambda caller: caller.due)
        self._exchange = exchange
        self._ringing: list[Caller] = []
        self._talking: list[list[Caller]] = [[] for _ in range(_SLOTS)]
        self._leaving: list[Caller] = []

    def run(self) -> None:
        """Return when every call is over."""
        slot, start = 0, time.time()
        while self._waiting or self._ringing or self._leaving or any(self._talking):
            slot += 1
            due = start + slot * _SLOT
            now = time.time()
            if due > now:
                time.sleep(due - now)
                now = time.time()
            self._dial(now)
            self._talking[slot % _SLOTS] += self._begin(due)
            for caller in list(self._talking[slot % _SLOTS]):
                self._talk(caller, now, slot % _SLOTS)
            if slot % _SLOTS == 0:
                self._leave(now)

    def _dial(self, now: float) -> None:
        while self._waiting and self._waiting[0].due <= now:
            caller = self._waiting.pop(0)
            caller.invited = now
            self._exchange.invite(caller)
            self._ringing.append(caller)

    def _begin(self, due: float) -> list[Caller]:
        answered = self._exchange.read()
        for caller in answered:
            self._ringing.remove(caller)
            caller.began = due - 0.02  # the first packet is complete now
        self._ringing = [caller for caller in self._ringing if not caller.over]
        return answered

    def _talk(self, caller: Caller, now: float, slot: int) -> None:
        caller.hear()
        if caller.over or not caller.speak(now):
            caller.ended = now
            self._talking[slot].remove(caller)
            self._leaving.append(caller)
            if not caller.over:
                self._exchange.bye(caller)

    def _leave(self, now: float) -> None:
        for caller in list(self._leaving):
            caller.hear()
            if caller.over or now - caller.ended > _WAIT_FOR_BYE:
                caller.rtp.close()
                self._leaving.remove(caller)


def _bound() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, _TIMESTAMPNS, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    made.setblocking(False)
    made.bind(("127.0.0.1", 0))
    return made


def _header(text: str, name: str) -> str:
    found = re.search(rf"^{name}\s*:\s*(.*?)\r?$", text, re.MULTILINE | re.IGNORECASE)
    return found[1] if found else ""


def main() -> None:
    """Arguments as one JSON object: port, calls, spread, seconds. Prints one JSON object."""
    given = json.loads(sys.argv[1])
    tracks = {voice: dialogue.make(voice).cut(given["seconds"]) for voice in dialogue.VOICES}
    start = time.time() + 0.2
    callers: list[Caller] = []
    for number in range(given["calls"]):
        voice = dialogue.VOICES[number % len(dialogue.VOICES)]
        due = start + given["spread"] * number / given["calls"] + number * 7 % _SLOTS * _SLOT  # any part of a tick
        callers.append(Caller(number, voice, tracks[voice], _bound(), due))
    Load(callers, Exchange(("127.0.0.1", given["port"]), callers)).run()
    hidden = {"track", "rtp", "to", "contact", "target"}
    shown = [{key: value for key, value in vars(caller).items() if key not in hidden} for caller in callers]
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"callers": shown, "cpu": used.ru_utime + used.ru_stime}))


if __name__ == "__main__":
    main()
