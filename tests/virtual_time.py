"""The event loops of the tests: virtual time, and real time for sockets and processes."""

from switchroom.virtual_time import VirtualTimeLoop, WouldHang, run, run_real

__all__ = ["VirtualTimeLoop", "WouldHang", "run", "run_real"]
