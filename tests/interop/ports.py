"""Ports that are free now, so that runs beside each other do not collide."""

import random
import socket
from contextlib import ExitStack

_FIRST, _LAST = 10_000, 32_000  # below what the system hands out by itself


def free_block(size: int) -> int:
    """Return the first of ``size`` consecutive ports that neither UDP nor TCP uses on loopback."""
    for _ in range(200):
        first = random.randrange(_FIRST, _LAST - size) & ~1
        if _all_free(first, size):
            return first
    raise AssertionError(f"no {size} free ports in a row on this machine")


def _all_free(first: int, size: int) -> bool:
    with ExitStack() as held:
        for port in range(first, first + size):
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                probe = held.enter_context(socket.socket(socket.AF_INET, kind))
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    return False
    return True
