"""What a message belongs to, read off its bytes without parsing it: enough to hear it while its source is flooded.

A response names the transaction by the branch of its first Via (RFC 3261 §17.1.3), a request the dialog by its Call-ID (§12.2.2).
Both are names that only those know who were told them. A wrong guess costs a message its hearing, or us a parse, and no more.
"""

import re

_LOOKED_AT = 8192
_BRANCH = re.compile(rb"\n(?:via|v)[ \t]*:[^\r\n]*?;[ \t]*branch[ \t]*=[ \t]*([^;,\s]+)", re.IGNORECASE)
_CALL_ID = re.compile(rb"\n(?:call-id|i)[ \t]*:[ \t]*(\S+)", re.IGNORECASE)


def branch_of(response: bytes) -> str:
    """Return the branch that a response answers, "" for a request or if none is found."""
    if not response.startswith(b"SIP/"):
        return ""
    return _found(_BRANCH, response)


def call_id_of(message: bytes) -> str:
    """Return the Call-ID, "" if none is found."""
    return _found(_CALL_ID, message)


def _found(pattern: re.Pattern[bytes], message: bytes) -> str:
    found = pattern.search(message, 0, _LOOKED_AT)
    return "" if found is None else found.group(1).decode("utf-8", "replace")
