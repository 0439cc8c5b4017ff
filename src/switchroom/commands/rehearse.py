"""``switchroom rehearse``: hold rehearsals one after the other and say what came of them."""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from switchroom.commands.rehearse_installed import finder, from_call
from switchroom.commands.rehearse_means import held
from switchroom.errors import SwitchroomError
from switchroom.observability import set_up
from switchroom.rehearsal.cast import Cast
from switchroom.rehearsal.reading import load, schema
from switchroom.rehearsal.report import Held, as_json, details, headline, junit
from switchroom.settings import Settings
from switchroom.virtual_time import run, run_real

PASSED, FAILED, UNUSABLE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Wishes:
    """What to rehearse and how to tell of it. ``only`` is part of a rehearsal's name or file."""

    files: tuple[str, ...]
    only: str = ""
    junit: Path | None = None
    as_json: bool = False
    verbose: bool = False
    real: bool = False


def hold(wishes: Wishes, say: Callable[[str], None], settings: Settings) -> int:
    """Hold them; return the exit status. ``settings`` tell where agents and models are that a file names."""
    set_up("console", "critical")
    cast = Cast(finder(settings))
    told = (lambda _: None) if wishes.as_json else say
    all_held: list[Held] = []
    for path in found(wishes.files):
        one = _hold(path, cast, wishes, settings)
        if one is not None:
            all_held.append(one)
            told(headline(one))
            if wishes.verbose or not one.passed:
                told(details(one))
    if not all_held:
        say(_nothing(wishes))
        return UNUSABLE
    if wishes.junit is not None:
        wishes.junit.parent.mkdir(parents=True, exist_ok=True)
        wishes.junit.write_text(junit(all_held), encoding="utf-8")
    if wishes.as_json:
        say(json.dumps([as_json(one) for one in all_held], indent=1))
    told(_summary(all_held))
    if any(one.result is None for one in all_held):
        return UNUSABLE
    return PASSED if all(one.passed for one in all_held) else FAILED


def _nothing(wishes: Wishes) -> str:
    if not wishes.files:
        return "Name what to rehearse: files, folders or patterns, such as examples/rehearsals"
    return f"There is nothing to rehearse in {', '.join(wishes.files)}" + f" with {wishes.only!r}" * bool(wishes.only)


def print_schema(say: Callable[[str], None]) -> int:
    """Say what rehearsal files may hold, as JSON Schema."""
    say(json.dumps(schema(), indent=1))
    return PASSED


def print_call(settings: Settings, call: str, say: Callable[[str], None], *, anonymise: bool) -> int:
    """Say a call as a rehearsal; return the exit status."""
    set_up("console", "critical")
    try:
        say(asyncio.run(from_call(settings, call, anonymise=anonymise)).rstrip())
    except SwitchroomError as error:
        say(str(error))
        return UNUSABLE
    return PASSED


def found(files: Sequence[str]) -> list[Path]:
    """Return the files meant by names, patterns and folders, each once; a name of no file stays, to be complained of."""
    paths: list[Path] = []
    for name in files:
        if Path(name).is_dir():
            paths += sorted(Path(name).rglob("*.yaml"))
        else:
            whole = Path(name)
            root = Path(whole.anchor or ".")
            paths += sorted(root.glob(str(whole.relative_to(whole.anchor)))) or [whole]
    return list(dict.fromkeys(paths))


def _hold(path: Path, cast: Cast, wishes: Wishes, settings: Settings) -> Held | None:
    """Hold the rehearsal in ``path``; None if it is not wanted."""
    began, only = time.perf_counter(), wishes.only
    try:
        piece = load(path)
        if only.lower() not in f"{path} {piece.rehearsal.rehearsal}".lower():
            return None
        in_time = run_real if wishes.real else run
        result = in_time(held(piece, asyncio.run(cast.part(piece.rehearsal, piece.path)), settings, real=wishes.real))
        return Held(str(path), piece.rehearsal.rehearsal, time.perf_counter() - began, result)
    except SwitchroomError as error:
        if only.lower() not in str(path).lower():
            return None
        return Held(str(path), path.stem, time.perf_counter() - began, unusable=str(error))


def _summary(all_held: Sequence[Held]) -> str:
    failed = sum(not one.passed for one in all_held)
    took = sum(one.took for one in all_held)
    calls = sum(one.result.record.ended or 0.0 for one in all_held if one.result is not None)
    what = "all as expected" if not failed else f"{failed} not as expected"
    return f"{len(all_held)} rehearsals, {what}: {calls:.0f} s of calls in {took:.1f} s"
