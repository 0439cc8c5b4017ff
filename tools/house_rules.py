"""The rules of the house that no linter knows: size budgets, loose tasks, unbounded queues, broad excepts, vague names.

Run as ``python tools/house_rules.py src tests``; prints one line per finding and exits 1 if there is any.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

MIGRATIONS = Path("src/switchroom/storage/migrations/versions")
FILE_LINES = 400
FUNCTION_LINES = 40
METHODS = 15
ATTRIBUTES = 12
VAGUE_NAMES = {"utils", "util", "helpers", "common", "manager", "handler", "base", "core", "misc"}
BOUNDARIES = {  # the only places that may catch everything; each ends or restarts what it owns
    "src/switchroom/calls/session.py",
    "src/switchroom/calls/switchboard.py",
    "src/switchroom/calls/errands.py",
    "src/switchroom/fleet/post.py",
    "src/switchroom/calls/guard.py",
    "src/switchroom/calls/reply.py",
    "src/switchroom/hooks/deliverer.py",
    "src/switchroom/providers/mcp/connection.py",
    "src/switchroom/providers/opened.py",
    "src/switchroom/calls/text_reply.py",
    "src/switchroom/calls/text_session.py",
    "src/switchroom/providers/vendors/failures.py",
    "src/switchroom/providers/failover/pump.py",
}
WHOLE_HOUSE = {  # the only places that may look at every tenant's rows, and why each must
    "src/switchroom/accounts/api_keys.py": "whose a key is, is what it asks",
    "src/switchroom/accounts/audit.py": "it clears up for everybody",
    "src/switchroom/accounts/invitations.py": "whoever has the letter belongs to nobody yet",
    "src/switchroom/accounts/profile.py": "an e-mail address and a PIN are one person's in the whole installation",
    "src/switchroom/accounts/registration.py": "a tenant is made",
    "src/switchroom/accounts/resets.py": "whoever forgot a password says no tenant",
    "src/switchroom/accounts/revoked.py": "every token is looked at",
    "src/switchroom/accounts/second_steps.py": "logging in",
    "src/switchroom/accounts/service.py": "logging in",
    "src/switchroom/accounts/sessions.py": "whose a refresh token is, is what it asks",
    "src/switchroom/accounts/settings_book.py": "what is inherited comes from above",
    "src/switchroom/accounts/sip_accounts.py": "the phone book is the SIP port's",
    "src/switchroom/accounts/suspensions.py": "who is above suspends too",
    "src/switchroom/accounts/tenancy.py": "the tree itself",
    "src/switchroom/catalogue/mcp_servers.py": "the connections of all tenants are one process's",
    "src/switchroom/catalogue/outbound_calls.py": "what all calls cost is charged at once",
    "src/switchroom/catalogue/service.py": "whose a number is, is what a call asks",
    "src/switchroom/catalogue/trunks.py": "whose a trunk is, is what a call asks",
    "src/switchroom/fleet/leases.py": "the engine's tables",
    "src/switchroom/fleet/registry.py": "the engine's tables",
    "src/switchroom/history/closing.py": "a reader of the journal",
    "src/switchroom/history/deleting.py": "it resumes what was left in the middle for everybody",
    "src/switchroom/history/reader.py": "a reader of the journal",
    "src/switchroom/history/retention.py": "it clears up for everybody",
    "src/switchroom/hooks/deliverer.py": "a reader of the journal",
    "src/switchroom/hooks/fanout.py": "a reader of the journal",
    "src/switchroom/hooks/ledger.py": "a reader of the journal",
    "src/switchroom/hooks/retention.py": "it clears up for everybody",
    "src/switchroom/knowledge/library.py": "documents of all tenants wait for one model",
    "src/switchroom/mail/postman.py": "the post of all tenants is one queue",
    "src/switchroom/storage/backup/making.py": "a back-up has everything",
    "src/switchroom/storage/backup/restoring.py": "a back-up has everything",
    "src/switchroom/storage/journal.py": "the journal",
    "src/switchroom/storage/journal_readers.py": "how far those are who read for all tenants",
    "src/switchroom/catalogue/voice_models.py": "it counts what everybody used",
    "src/switchroom/storage/resealing.py": "every box is wrapped anew, whosever it is",
    "src/switchroom/storage/owned.py": "what the scope is made of",
    "src/switchroom/storage/revisions.py": "the schema",
    "src/switchroom/storage/scope.py": "what the scope is made of",
    "src/switchroom/usage/charging.py": "a tenant's calls are paid by those above it too",
    "src/switchroom/usage/credits.py": "a tenant's calls are paid by those above it too",
    "src/switchroom/usage/payers.py": "a tenant's calls are paid by those above it too",
    "src/switchroom/usage/price_lists.py": "price lists come from above",
}
EVERYBODYS = {"catalogue_version", "engines", "journal_cursors", "leases"}
"""Tables whose rows belong to no tenant: each is seen in every tenant's session, so a new one needs a good reason."""

Finding = tuple[int, str]
Function = ast.FunctionDef | ast.AsyncFunctionDef


def _body_lines(node: Function) -> int:
    first = node.body[0]
    docstring = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    start = (first.end_lineno or first.lineno) if docstring else node.lineno
    return (node.end_lineno or node.lineno) - start


def _functions(tree: ast.AST) -> Iterator[Finding]:
    for node in ast.walk(tree):
        if isinstance(node, Function) and (lines := _body_lines(node)) > FUNCTION_LINES:
            yield node.lineno, f"function {node.name} has {lines} lines (limit {FUNCTION_LINES})"


def _classes(tree: ast.AST) -> Iterator[Finding]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef):
            continue
        methods = [item for item in node.body if isinstance(item, Function)]
        public = [item.name for item in methods if not item.name.startswith("_")]
        if len(public) > METHODS:
            yield node.lineno, f"class {node.name} has {len(public)} public methods (limit {METHODS})"
        attributes = {
            target.attr
            for method in methods
            for item in ast.walk(method)
            if isinstance(item, ast.Attribute) and isinstance(item.ctx, ast.Store)
            for target in [item]
            if isinstance(target.value, ast.Name) and target.value.id == "self"
        }
        if len(attributes) > ATTRIBUTES:
            yield node.lineno, f"class {node.name} has {len(attributes)} attributes (limit {ATTRIBUTES})"


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _calls(tree: ast.AST, path: str) -> Iterator[Finding]:
    if not path.startswith("src/"):
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = _dotted(node.func)
        if name in {"asyncio.Queue", "Queue", "queue.Queue", "SimpleQueue"} and not node.args and not node.keywords:
            yield node.lineno, f"{name} without a size"
        if name.endswith((".create_task", ".ensure_future")) and name.startswith(("asyncio.", "loop.")):
            yield node.lineno, f"{name}: tasks live on a TaskGroup"


def _excepts(tree: ast.AST, path: str) -> Iterator[Finding]:
    if path in BOUNDARIES or not path.startswith("src/"):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and _dotted(node.type or ast.Name("Exception")) in {
            "Exception",
            "BaseException",
        }:
            yield node.lineno, "a broad except outside the named boundaries"


def _yields(tree: ast.AST) -> Iterator[Finding]:
    """PEP 789: no yield inside a task group or a timeout in an async generator."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.AsyncFunctionDef) or any(
            "contextmanager" in _dotted(d) for d in function.decorator_list
        ):
            continue
        for block in ast.walk(function):
            if isinstance(block, ast.AsyncWith) and any(
                isinstance(item.context_expr, ast.Call)
                and _dotted(item.context_expr.func) in {"asyncio.TaskGroup", "asyncio.timeout", "asyncio.timeout_at"}
                for item in block.items
            ):
                for inner in ast.walk(block):
                    if isinstance(inner, ast.Yield):
                        yield inner.lineno, "yield inside a task group or timeout (PEP 789)"


def _scopes(tree: ast.AST, path: str) -> Iterator[Finding]:
    if path in WHOLE_HOUSE or not path.startswith("src/"):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any(name.name == "WHOLE_HOUSE" for name in node.names):
            yield node.lineno, "every tenant's rows: pass the tenant, or add this file to WHOLE_HOUSE with its reason"


def _owners(tree: ast.AST, path: str) -> Iterator[Finding]:
    if not path.startswith("src/"):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(_dotted(parent) == "Base" for parent in node.bases):
            said = {_dotted(item.target) for item in node.body if isinstance(item, ast.AnnAssign)}
            if "tenant_id" not in said and _table(node) not in EVERYBODYS:
                yield (
                    node.lineno,
                    f"table {_table(node)} has no tenant_id: whose are its rows? Or name it in EVERYBODYS",
                )


def _table(node: ast.ClassDef) -> str:
    for item in node.body:
        if isinstance(item, ast.Assign) and _dotted(item.targets[0]) == "__tablename__":
            return (
                item.value.value if isinstance(item.value, ast.Constant) and isinstance(item.value.value, str) else ""
            )
    return ""


def findings(path: Path) -> Iterator[Finding]:
    """Check one file."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    lines = text.count("\n")
    if lines > FILE_LINES:
        yield 1, f"file has {lines} lines (limit {FILE_LINES})"
    if path.stem in VAGUE_NAMES:
        yield 1, f"module name {path.stem!r} says nothing; use a noun of the domain"
    yield from _functions(tree)
    yield from _classes(tree)
    yield from _calls(tree, str(path))
    yield from _excepts(tree, str(path))
    yield from _yields(tree)
    yield from _scopes(tree, str(path))
    yield from _owners(tree, str(path))


def misnumbered(scripts: Path) -> Iterator[str]:
    """Check that migrations follow one another by the numbers in their names: two branches may both have taken the next."""
    before = "None"
    for number, path in enumerate(sorted(scripts.glob("[0-9]*.py")), 1):
        name, text = f'"{number:04}"', path.read_text(encoding="utf-8")
        if (
            path.name[:4] != f"{number:04}"
            or f"revision = {name}" not in text
            or f"down_revision = {before}" not in text
        ):
            yield f"{path}:1: this migration should be {name} after {before}: renumber it"
        before = name


def main(folders: list[str]) -> int:
    """Check every Python file below ``folders``; migrations are generated, and only their numbers are looked at."""
    count = 0
    for message in misnumbered(MIGRATIONS):
        print(message)
        count += 1
    for folder in folders:
        for path in sorted(Path(folder).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            for line, message in findings(path):
                print(f"{path}:{line}: {message}")
                count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
