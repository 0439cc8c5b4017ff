"""A worker for tests that greets and then writes what is no frame."""

import os
import sys

from switchroom.providers.local.framing import Frame, pack

if __name__ == "__main__":
    os.write(1, pack(Frame({"hello": {}})))
    sys.stdin.buffer.read(8)
    os.write(1, b"Segmentation fault? " * 10)
    sys.stdin.buffer.read()
