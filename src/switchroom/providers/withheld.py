"""Modules that a library imports and must not bring into the process: empty ones stand in for them.

PyAV's wheel carries FFmpeg built with GPL encoders; the models of livekit.local_inference may be used inside LiveKit
Agents only. The libraries that import them do so for uses that are not ours, so an empty module is enough; what would
use one after all fails and says so.
"""

import sys
from types import ModuleType


def withhold(*names: str) -> None:
    """Have each of ``names`` be an empty module, unless it is loaded already."""
    for name in names:
        if name not in sys.modules:
            sys.modules[name] = _Withheld(name)


class _Withheld(ModuleType):
    """Stands in for a module that is not to be loaded."""

    __path__: list[str] = []  # noqa: RUF012 - what makes a module a package

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (_Refusing,), {"__module__": self.__name__})


class _Refusing:
    def __new__(cls, *_: object, **__: object) -> "_Refusing":
        raise RuntimeError(f"{cls.__module__}.{cls.__name__} is not loaded in this process: have the vendor send PCM")
