"""What sipp says and expects, in a few words: scenarios are put together here and written as the XML that sipp reads.

    script = Script()
    script.send(request("INVITE", 1, body=sdp()))
    script.hear(180, optional=True)
    script.taken()
    script.send(request("ACK", 1, inside=True), repeat=False)
    script.send(request("BYE", 2, inside=True))
    script.hear(200)
    await sipp(folder, script.save(folder), switch.target)

Words in brackets are sipp's own: it puts its addresses, numbers and what it heard last in their place.
"""

from pathlib import Path
from xml.sax.saxutils import quoteattr

VIA = "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]"
CALLER = '"sipp" <sip:sipp@[local_ip]:[local_port]>;tag=[pid]-[call_number]'
CONTACT = "Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>"
DIALLED = "sip:demo@[remote_ip]:[remote_port]"
LAST = ("[last_Via:]", "[last_From:]", "[last_Call-ID:]", "[last_CSeq:]")


def via_of(number: int) -> str:
    """Return a Via that is the same for all messages of one transaction: an INVITE again, its CANCEL, its ACK when refused."""
    return f"Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-of-{number}"


def sdp(
    *attributes: str,
    version: int = 1,
    connection: str = "[media_ip]",
    port: str = "[media_port]",
    formats: str = "0 8 101",
) -> str:
    """Describe one line of audio; ``attributes`` are the lines after the usual ones."""
    lines = [
        "v=0",
        f"o=sipp 1 {version} IN IP4 127.0.0.1",
        "s=-",
        f"c=IN IP{6 if '::' in connection else 4} {connection}",
        "t=0 0",
        f"m=audio {port} RTP/AVP {formats}",
        "a=rtpmap:101 telephone-event/8000",
        *attributes,
    ]
    return "\n".join(lines)


def request(method: str, number: int, *lines: str, body: str = "", inside: bool = False, via: str = VIA) -> str:
    """Return a request of the caller; ``inside``: of the call that stands, else one that begins it."""
    uri = "[next_url]" if inside else DIALLED
    head = [
        f"{method} {uri} SIP/2.0",
        via,
        f"From: {CALLER}",
        f"To: <{DIALLED}>" + ("[peer_tag_param]" if inside else ""),
        "Call-ID: [call_id]",
        f"CSeq: {number} {method}",
        *(["[routes]"] if inside else []),
        CONTACT,
        "Max-Forwards: 70",
        *lines,
    ]
    return _whole(head, body)


def reply(status: str, *lines: str, body: str = "") -> str:
    """Return the called side's response to what came last; ``status`` as in ``486 Busy Here``."""
    to = "[last_To:]" if status.startswith("100") else "[last_To:];tag=[pid]-[call_number]"
    contact = "Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>"
    return _whole([f"SIP/2.0 {status}", *LAST, to, contact, *lines], body)


def in_call(status: str, *lines: str) -> str:
    """Return a response to a request inside the call."""
    return _whole([f"SIP/2.0 {status}", *LAST, "[last_To:]", *lines], "")


def _whole(head: list[str], body: str) -> str:
    tail = ["Content-Type: application/sdp", "Content-Length: [len]", "", body] if body else ["Content-Length: 0", ""]
    return "\n".join([*head, *tail])


class Script:
    """The steps of one call, in order."""

    def __init__(self) -> None:
        self._steps: list[str] = []
        self._found = 0

    def send(self, message: str, *, repeat: bool = True) -> None:
        """Say this; ``repeat``: again and again until it is answered."""
        indented = "\n".join(f"      {line}" for line in message.split("\n"))
        again = ' retrans="500"' if repeat else ""
        self._steps.append(f"  <send{again}>\n    <![CDATA[\n{indented}\n\n    ]]>\n  </send>")

    def hear(self, what: int | str, *expressions: str, optional: bool = False, absent: str = "") -> None:
        """Expect a status or a method; the message holds every one of ``expressions``, and not ``absent``."""
        kind = f'response="{what}"' if isinstance(what, int) else f'request="{what}"'
        self._hear(kind, expressions, optional=optional, absent=absent)

    def keep(self, what: int | str, *headers: str) -> list[str]:
        """Expect a status or a method; return the words that stand for these headers of it from now on."""
        kind = f'response="{what}"' if isinstance(what, int) else f'request="{what}"'
        numbers = range(self._found + 1, self._found + 1 + len(headers))
        self._found += len(headers)
        actions = "".join(
            f'<ereg regexp="[^ ].*" search_in="hdr" header="{name}:" check_it="true" assign_to="{number}"/>'
            for name, number in zip(headers, numbers, strict=True)
        )
        self._steps.append(f"  <recv {kind}><action>{actions}</action></recv>")
        return [f"[${number}]" for number in numbers]

    def hear_all(self, method: str, answer: str, expression: str, *, last: str) -> None:
        """Expect requests that all hold ``expression``, and answer each, until one holds ``last``."""
        check = self._check(expression, "check_it")
        self._found += 1
        end, again = self._found, 1000 + self._found
        ending = f'<ereg regexp={quoteattr(last)} search_in="msg" assign_to="{end}"/>'
        self._steps.append(f'  <label id="{again}"/>')
        branch = f'next="{end}" test="{end}"'
        self._steps.append(f'  <recv request="{method}" {branch}><action>{check}{ending}</action></recv>')
        self.send(answer, repeat=False)
        self._steps[-1] = self._steps[-1].replace("<send", f'<send next="{again}"', 1)
        self._steps.append(f'  <label id="{end}"/>')
        self.send(answer, repeat=False)

    def taken(self, *expressions: str) -> None:
        """Expect the 200 that makes a call, and remember the way in it."""
        self._hear('response="200" rrs="true"', expressions)

    def _hear(self, kind: str, expressions: tuple[str, ...], *, optional: bool = False, absent: str = "") -> None:
        maybe = ' optional="true"' if optional else ""
        checks = [self._check(expression, "check_it") for expression in expressions]
        checks += [self._check(absent, "check_it_inverse")] if absent else []
        action = f"<action>{''.join(checks)}</action>" if checks else ""
        self._steps.append(f"  <recv {kind}{maybe}>{action}</recv>")

    def pause(self, seconds: float) -> None:
        """Do nothing."""
        self._steps.append(f'  <pause milliseconds="{int(seconds * 1000)}"/>')

    def do(self, command: str) -> None:
        """Let sipp do something of its own, such as ``rtp_stream="tone.ul"``."""
        self._steps.append(f"  <nop><action><exec {command}/></action></nop>")

    # --- what most calls have in common ---

    def call(self, *lines: str, body: str | None = None) -> None:
        """Begin a call and have it answered."""
        self.send(request("INVITE", 1, *lines, body=sdp() if body is None else body))
        self.answered(1)

    def answered(self, number: int, *expressions: str) -> None:
        """Be answered with 200 and acknowledge."""
        for status in (100, 180, 183):
            self.hear(status, optional=True)
        self.taken(*expressions)
        self.send(request("ACK", number, inside=True), repeat=False)

    def refused(self, status: int, number: int, *expressions: str) -> None:
        """Have an INVITE that went by ``via_of(number)`` refused."""
        self.hear(100, optional=True)
        self.hear(status, *expressions)
        ack = request("ACK", number, via=via_of(number)).replace(f"To: <{DIALLED}>", f"To: <{DIALLED}>[peer_tag_param]")
        self.send(ack, repeat=False)

    def challenged(self, status: int, number: int) -> None:
        """Be asked for a password; ``[authentication username=... password=...]`` in what follows is the answer."""
        self.hear(100, optional=True)
        self._hear(f'response="{status}" auth="true"', ())
        ack = request("ACK", number, via=via_of(number)).replace(f"To: <{DIALLED}>", f"To: <{DIALLED}>[peer_tag_param]")
        self.send(ack, repeat=False)

    def proved(self, method: str, user: str, password: str, *expressions: str) -> None:
        """Expect a request that answers our challenge rightly."""
        checks = "".join(self._check(expression, "check_it") for expression in expressions)
        self._found += 1
        number = self._found
        verify = f'<verifyauth assign_to="{number}" username="{user}" password="{password}"/>'
        self._steps += [
            f'  <recv request="{method}"><action>{checks}{verify}</action></recv>',
            f'  <nop next="{number}" test="{number}"/>',
            '  <nop><action><error message="the proof is wrong"/></action></nop>',
            f'  <label id="{number}"/>',
        ]

    def hang_up(self, number: int) -> None:
        """End the call."""
        self.send(request("BYE", number, inside=True))
        self.hear(200)

    def save(self, folder: Path, name: str = "scenario") -> Path:
        """Write it for sipp."""
        used = ",".join(str(number) for number in range(1, self._found + 1))
        reference = f'  <Reference variables="{used}"/>' if used else ""
        text = "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', f'<scenario name="{name}">', *self._steps])
        path = folder / f"{name}.xml"
        path.write_text(f"{text}\n{reference}\n</scenario>\n")
        return path

    def _check(self, expression: str, how: str) -> str:
        self._found += 1
        return f'<ereg regexp={quoteattr(expression)} search_in="msg" {how}="true" assign_to="{self._found}"/>'
