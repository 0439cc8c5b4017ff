"""The flite synthesiser, called in its shared library (Debian's ``libflite1``).

It calls back with every piece of a sentence as soon as that piece exists, and stops when told so. It hangs state on
the voice, so one sentence is spoken at a time in a process; the workers are the processes.
"""

import ctypes
from collections.abc import Callable

import numpy as np

from switchroom.media.frame import Samples

VOICES = ("slt", "rms", "awb", "kal16", "kal")
"""In the order in which one is chosen when none is asked for."""

Give = Callable[[Samples, int], bool]
"""Takes a piece and its sampling rate; False: enough, stop."""

_STOP, _GO_ON = -1, 0


class _Wave(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_char_p),
        ("sample_rate", ctypes.c_int),
        ("num_samples", ctypes.c_int),
        ("num_channels", ctypes.c_int),
        ("samples", ctypes.POINTER(ctypes.c_short)),
    )


class _Voice(ctypes.Structure):
    _fields_ = (("name", ctypes.c_char_p), ("features", ctypes.c_void_p))


class _Streaming(ctypes.Structure):
    pass


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(_Wave), ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.POINTER(_Streaming)
)
_Streaming._fields_ = (
    ("min_buffsize", ctypes.c_int),
    ("asc", _Callback),
    ("utt", ctypes.c_void_p),
    ("item", ctypes.c_void_p),
    ("userdata", ctypes.c_void_p),
)


class Flite:
    """The library and the voices that were asked for so far. Raises OSError if there is no library."""

    name = "flite"

    def __init__(self) -> None:
        self._library = ctypes.CDLL("libflite.so.1")
        self._library.new_audio_streaming_info.restype = ctypes.POINTER(_Streaming)
        self._library.audio_streaming_info_val.restype = ctypes.c_void_p
        self._library.audio_streaming_info_val.argtypes = [ctypes.POINTER(_Streaming)]
        self._library.feat_set.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
        self._library.flite_feat_set_float.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_float]
        self._library.flite_text_to_wave.restype = ctypes.POINTER(_Wave)
        self._library.flite_text_to_wave.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
        self._library.delete_wave.argtypes = [ctypes.c_void_p]
        self._library.flite_init()
        self._voices: dict[str, ctypes.c_void_p] = {}
        self._give: Give = lambda _samples, _rate: False
        self._callback = _Callback(self._called_back)  # the library keeps only its address

    def choose(self, name: str) -> str:
        """Return the voice to use for ``name``: that one if it exists, else the best there is. Raises OSError."""
        for candidate in (name, *VOICES):
            if candidate in VOICES and self._load(candidate):
                return candidate
        raise OSError("flite has no voice: install libflite1")

    def say(self, text: str, voice: str, speed: float, give: Give) -> None:
        """Speak ``text``, handing each piece to ``give``."""
        loaded = self._voices[voice]
        self._give = give
        features = ctypes.cast(loaded, ctypes.POINTER(_Voice)).contents.features
        self._library.flite_feat_set_float(features, b"duration_stretch", 1 / speed)
        wave = self._library.flite_text_to_wave(text.encode("ascii", "ignore"), loaded)
        self._library.delete_wave(wave)

    def _load(self, name: str) -> bool:
        if name in self._voices:
            return True
        try:
            library = ctypes.CDLL(f"libflite_cmu_us_{name}.so.1")
        except OSError:
            return False
        register = getattr(library, f"register_cmu_us_{name}")
        register.restype = ctypes.c_void_p
        register.argtypes = [ctypes.c_char_p]
        voice = ctypes.c_void_p(register(None))
        streaming = self._library.new_audio_streaming_info()
        streaming.contents.asc = self._callback
        features = ctypes.cast(voice, ctypes.POINTER(_Voice)).contents.features
        self._library.feat_set(features, b"streaming_info", self._library.audio_streaming_info_val(streaming))
        self._voices[name] = voice
        return True

    def _called_back(self, wave: "ctypes._Pointer[_Wave]", start: int, size: int, _last: int, _info: object) -> int:
        if size <= 0:
            return _GO_ON
        piece = np.ctypeslib.as_array(wave.contents.samples, (start + size,))[start:].astype(np.int16)
        return _GO_ON if self._give(piece, wave.contents.sample_rate) else _STOP
