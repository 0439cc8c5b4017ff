"""Peers run in a network of their own where this machine allows it, so that nothing outside hears or disturbs them."""

import ctypes
import fcntl
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_CLONE_NEWNET = 0x40000000
_SIOCSIFFLAGS = 0x8914
_IFF_UP = 0x1

_libc = ctypes.CDLL(None, use_errno=True)


@contextmanager
def own_network() -> Iterator[bool]:
    """Move this thread (and what it starts) to a network with nothing but loopback; say whether that worked."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        if _libc.unshare(_CLONE_NEWNET) != 0:
            yield False
            return
        try:
            _raise_loopback()
            yield True
        finally:
            assert _libc.setns(home, _CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
    finally:
        os.close(home)


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", _IFF_UP))


@pytest.fixture
def alone() -> Iterator[bool]:
    """A private network for one test; False where the machine does not allow one (the test then shares loopback)."""
    with own_network() as worked:
        yield worked


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a peer keeps its configuration, its log and its recordings."""
    return tmp_path
