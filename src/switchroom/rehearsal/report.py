"""What came of rehearsals, for people to read and for programs: a transcript with marks, JUnit, JSON."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from switchroom.events.catalogue import (
    CallEnded,
    Event,
    ProviderFailed,
    ReplyInterrupted,
    ReplyResumed,
    ReplySpoken,
    ToolFailed,
    ToolFinished,
    ToolStarted,
    TransferCompleted,
    TransferFailed,
    TransferRequested,
)
from switchroom.rehearsal.comparing import as_text
from switchroom.rehearsal.judging import latencies
from switchroom.rehearsal.record import ALWAYS
from switchroom.rehearsal.stage import Judged, Result

Timed = tuple[float, str]


@dataclass(frozen=True, slots=True)
class Held:
    """A rehearsal that was held, or a file that could not be; ``took`` is real seconds."""

    path: str
    name: str
    took: float
    result: Result | None = None
    unusable: str = ""

    @property
    def passed(self) -> bool:
        """Whether it was held and all is as expected."""
        return self.result is not None and self.result.passed


def headline(held: Held) -> str:
    """Return one line about it."""
    if held.result is None:
        return f"ERROR  {held.path}"
    seconds = held.result.record.ended or 0.0
    word = "ok    " if held.passed else "FAILED"
    return f"{word} {held.name}  ({held.path}: {seconds:.1f} s of call in {held.took:.2f} s)"


def details(held: Held) -> str:
    """Return what failed and the transcript with its marks."""
    if held.result is None:
        return "\n".join(f"  {line}" for line in held.unusable.splitlines())
    return "\n".join(transcript(held.result))


def transcript(result: Result) -> Iterator[str]:
    """Yield what was said and done, in order, with its times; what failed is marked."""
    lines = [
        *((act.at, f"caller  {act.text}") for act in result.record.acts),
        *(line for moment in result.record.moments for line in _told(moment.at, moment.event)),
        *((judged.at, _mark(judged, result)) for judged in result.findings),
    ]
    for at, text in sorted(lines, key=lambda line: line[0]):
        yield f"  {at:7.2f}  {text}"
    if result.problem:
        yield f"           X  {result.problem}"
    waits = [f"{seconds * 1000:.0f}" for seconds in latencies(result.record, ALWAYS).values()]
    if waits:
        yield f"           replies after {', '.join(waits)} ms"


def _told(at: float, event: Event) -> Iterator[Timed]:
    match event:
        case ReplySpoken(heard=heard, start=start):
            yield start, f"agent   {heard}"
        case ReplyInterrupted(heard=heard, unheard=unheard, start=start):
            yield start, f"agent   {heard} -- [{unheard}]"
        case ReplyResumed():
            yield at, "        (paused, goes on)"
        case CallEnded(reason=reason):
            yield at, f"        (the call ends: {reason})"
        case ProviderFailed(capability=capability, code=code):
            yield at, f"        ({capability} fails: {code})"
        case _:
            yield from _done(at, event)


def _done(at: float, event: Event) -> Iterator[Timed]:
    match event:
        case ToolStarted(tool=tool, arguments=arguments):
            yield at, f"        > {tool}({', '.join(f'{name}={as_text(value)}' for name, value in arguments.items())})"
        case ToolFinished(tool=tool, result=result, took=took):
            values = ", ".join(f"{name}={as_text(value)}" for name, value in result.items() if value not in ("", None))
            yield at, f"        < {tool} {took:.2f} s: {values}"
        case ToolFailed(tool=tool, code=code, took=took):
            yield at, f"        < {tool} {took:.2f} s: failed, {code}"
        case TransferRequested(target=target):
            yield at, f"        (to be handed over to {target})"
        case TransferFailed(reason=reason):
            yield at, f"        (not handed over: {reason})"
        case TransferCompleted():
            yield at, "        (handed over)"


def _mark(judged: Judged, result: Result) -> str:
    finding, line = judged.finding, result.piece.lines.get(judged.spot, 0)
    if finding.holds:
        return f"     ok  line {line}: {finding.expected}"
    if judged.soft:
        return f"      ~  line {line}: otherwise than {finding.expected}"
    return f"      X  line {line}: expected {finding.expected}\n                       but      {finding.actual}"


def problems(held: Held) -> list[str]:
    """Return everything that is not as it should be."""
    if held.result is None:
        return held.unusable.splitlines()
    result = held.result
    wrong = [judged for judged in result.findings if not (judged.finding.holds or judged.soft)]
    found = [
        f"{held.path}:{result.piece.lines.get(judged.spot, 0)}: expected {judged.finding.expected} but {judged.finding.actual}"
        for judged in wrong
    ]
    return [*([f"{held.path}: {result.problem}"] if result.problem else []), *found]


def junit(all_held: Sequence[Held]) -> str:
    """Return a JUnit report: a test case per file."""
    failures = sum(not held.passed and held.result is not None for held in all_held)
    errors = sum(held.result is None for held in all_held)
    total = sum(held.took for held in all_held)
    head = f'tests="{len(all_held)}" failures="{failures}" errors="{errors}" time="{total:.3f}"'
    cases = "\n".join(_case(held) for held in all_held)
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<testsuites {head}>\n'
        f'<testsuite name="rehearsals" {head}>\n{cases}\n</testsuite>\n</testsuites>\n'
    )


def _case(held: Held) -> str:
    case = f'<testcase classname="{_quoted(held.path)}" name="{_quoted(held.name)}" time="{held.took:.3f}">'
    wrong = problems(held)
    trouble = ""
    if wrong:
        kind = "error" if held.result is None else "failure"
        trouble = f'<{kind} message="{_quoted(wrong[0])}">{_quoted(chr(10).join(wrong))}</{kind}>'
    output = f"<system-out>{_quoted(details(held))}</system-out>"
    return f"{case}{trouble}{output}</testcase>"


def _quoted(text: str) -> str:
    return html.escape("".join(letter for letter in text if letter.isprintable() or letter == "\n"))


def as_json(held: Held) -> dict[str, object]:
    """Return everything about it as JSON."""
    result = held.result
    found: dict[str, object] = {
        "file": held.path,
        "rehearsal": held.name,
        "passed": held.passed,
        "took": round(held.took, 3),
        "problems": problems(held),
    }
    if result is None:
        return found
    return {
        **found,
        "seconds": round(result.record.ended or 0.0, 3),
        "latencies": {turn: round(seconds, 3) for turn, seconds in latencies(result.record, ALWAYS).items()},
        "expectations": [
            {
                "line": result.piece.lines.get(judged.spot, 0),
                "holds": judged.finding.holds,
                "compared": judged.soft,
                "expected": judged.finding.expected,
                "actual": judged.finding.actual,
            }
            for judged in result.findings
        ],
        "transcript": list(transcript(result)),
    }
