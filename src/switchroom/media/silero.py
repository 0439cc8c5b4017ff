"""Silero VAD v6 at 16 kHz as batched matrix products.

The network is small (0.3 million weights), so what a general runtime spends per node exceeds the arithmetic. Written
out, a batch of windows is a handful of dense products over preallocated float32 buffers:

    640 samples   64 of the window before, 512, and 64 mirrored at the end
    4 spectra     magnitude of a 256-point Fourier transform under a Hann window every 128 samples
    4 -> 4        128 channels, three taps, rectified
    4 -> 2 -> 1   64 channels, three taps, every second position, rectified, twice
    1             128 channels, rectified; then an LSTM of 128 cells, and one logistic unit on its rectified output

A window's samples n and 256 - n meet the same cosine and opposite sines, so the transform works on their sums and
differences: half the work. Weights are those of the published model (MIT, see ``silero_v6.LICENSE.txt``), written by
``tools/extract_silero.py``.
"""

from importlib.resources import files

import numpy as np
import numpy.typing as npt

from switchroom.media.voice_network import SETTLED, WINDOW, Lags, Rows, Windows

Floats = npt.NDArray[np.float32]

_CONTEXT = 64
_LENGTH = _CONTEXT + WINDOW + 64
_HOP = 128
_BINS = 129
_SPECTRA = 4
_CELLS = 128


def _fourier() -> tuple[Floats, Floats]:
    """Return what sums ``[128]`` (of samples n and 256 - n, n = 1..128) and differences ``[127]`` add to each bin."""
    n, k = np.arange(1, 129)[:, None], np.arange(_BINS)[None, :]
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * n / 256)
    hann[-1] /= 2  # sample 128 is its own mirror
    angle = 2 * np.pi * n * k / 256
    return (hann * np.cos(angle)).astype(np.float32), (hann * np.sin(angle))[:127].astype(np.float32)


class _Weights:
    """The published weights, laid out for products from the right."""

    def __init__(self) -> None:
        with files("switchroom.media").joinpath("silero_v6.npz").open("rb") as file, np.load(file) as stored:
            self.cosines, self.sines = _fourier()
            self.taps = [_taps(stored[f"encoder.{i}.reparam_conv.weight"]) for i in range(4)]
            self.biases = [stored[f"encoder.{i}.reparam_conv.bias"] for i in range(4)]
            gates = np.concatenate([stored["decoder.rnn.weight_ih"], stored["decoder.rnn.weight_hh"]], axis=1)
            offsets = stored["decoder.rnn.bias_ih"] + stored["decoder.rnn.bias_hh"]
            # The logistic function is 0.5 + 0.5 tanh(x / 2): halve what feeds it, and one tanh serves all four gates.
            # They are stored as take, keep, fresh, show; the three that are logistic shall lie together.
            order = np.arange(4 * _CELLS).reshape(4, _CELLS)[[0, 1, 3, 2]].reshape(-1)
            scale = np.repeat(np.array([0.5, 0.5, 0.5, 1.0], np.float32), _CELLS)
            self.gates = np.ascontiguousarray((gates[order] * scale[:, None]).T)
            self.offsets = offsets[order] * scale
            self.judge = np.ascontiguousarray(stored["decoder.decoder.2.weight"][0, :, 0])
            self.verdict = float(stored["decoder.decoder.2.bias"][0])


def _taps(kernel: Floats) -> Floats:
    """Return ``[3 * in, out]`` for a convolution kernel ``[out, in, 3]``."""
    return np.ascontiguousarray(kernel.transpose(2, 1, 0).reshape(-1, kernel.shape[0]))


class _Desk:
    """Buffers for ``size`` windows at once."""

    def __init__(self, size: int) -> None:
        self.samples = np.empty((size, _LENGTH), np.float32)
        self.sums = np.empty((size, _SPECTRA, 128), np.float32)
        self.differences = np.empty((size, _SPECTRA, 127), np.float32)
        self.real = np.empty((size, _SPECTRA, _BINS), np.float32)
        self.imaginary = np.empty((size, _SPECTRA, _BINS), np.float32)
        self.first = np.empty((size, 4 * 128), np.float32)
        self.second = np.empty((size, 2 * 64), np.float32)
        self.third = np.empty((size, 64), np.float32)
        self.entry = np.empty(
            (size, 2 * _CELLS), np.float32
        )  # what the cells read: the fourth layer, and their own last output
        self.gates = np.empty((size, 4 * _CELLS), np.float32)


class SileroNetwork:
    """The network for up to ``rows`` rows."""

    lags = Lags()

    def __init__(self, rows: int) -> None:
        self._weights = _Weights()
        self._context = np.zeros((rows, _CONTEXT), np.float32)
        self._output = np.zeros((rows, _CELLS), np.float32)
        self._cell = np.zeros((rows, _CELLS), np.float32)
        self._desk = _Desk(rows)
        self._rest = self._settle()

    def grow(self, rows: int) -> None:
        """Make room for ``rows`` rows."""
        more = ((0, rows - len(self._cell)), (0, 0))
        self._context = np.pad(self._context, more)
        self._output = np.pad(self._output, more)
        self._cell = np.pad(self._cell, more)
        self._desk = _Desk(rows)

    def reset(self, rows: Rows) -> None:
        """Forget what these rows said; the last samples are kept."""
        self._output[rows], self._cell[rows] = self._rest

    def _settle(self) -> tuple[Floats, Floats]:
        """Return the memory of a network that has heard silence for three seconds. From nothing at all it is deaf at first."""
        first, silence = np.zeros(1, np.intp), np.zeros((1, WINDOW), np.float32)
        for _ in range(SETTLED):
            self.probabilities(silence, first)
        rest = self._output[0].copy(), self._cell[0].copy()
        self._output[:], self._cell[:] = rest
        return rest

    def probabilities(self, windows: Windows, rows: Rows) -> Floats:
        """Return the probability of speech for each window."""
        count = len(windows)
        samples = self._desk.samples[:count]
        samples[:, :_CONTEXT] = self._context[rows]
        samples[:, _CONTEXT:-64] = windows
        samples[:, -64:] = windows[:, -2:-66:-1]
        self._context[rows] = windows[:, -_CONTEXT:]
        self._spectra(count)
        self._encode(count)
        return self._decode(count, rows)

    def _spectra(self, count: int) -> None:
        desk, weights = self._desk, self._weights
        samples = desk.samples[:count]
        for t in range(_SPECTRA):
            ahead = samples[:, t * _HOP + 1 : t * _HOP + 129]
            behind = samples[:, t * _HOP + 255 : t * _HOP + 127 : -1]
            np.add(ahead, behind, out=desk.sums[:count, t])
            np.subtract(ahead[:, :127], behind[:, :127], out=desk.differences[:count, t])
        real = desk.real[:count].reshape(-1, _BINS)
        imaginary = desk.imaginary[:count].reshape(-1, _BINS)
        np.matmul(desk.sums[:count].reshape(-1, 128), weights.cosines, out=real)
        np.matmul(desk.differences[:count].reshape(-1, 127), weights.sines, out=imaginary)
        np.multiply(real, real, out=real)
        np.multiply(imaginary, imaginary, out=imaginary)
        np.add(real, imaginary, out=real)
        np.sqrt(real, out=real)

    def _encode(self, count: int) -> None:
        desk, weights = self._desk, self._weights
        spectra = desk.real[:count].reshape(count, -1)
        taps, first = weights.taps[0], desk.first[:count]
        np.matmul(
            spectra[:, : 2 * _BINS], taps[_BINS:], out=first[:, :128]
        )  # the tap before the first spectrum meets nothing
        np.matmul(spectra[:, : 3 * _BINS], taps, out=first[:, 128:256])
        np.matmul(spectra[:, _BINS:], taps, out=first[:, 256:384])
        np.matmul(spectra[:, 2 * _BINS :], taps[: 2 * _BINS], out=first[:, 384:])
        _rectify(first.reshape(-1, 128), weights.biases[0])
        taps, second = weights.taps[1], desk.second[:count]
        np.matmul(first[:, :256], taps[128:], out=second[:, :64])
        np.matmul(first[:, 128:], taps, out=second[:, 64:])
        _rectify(second.reshape(-1, 64), weights.biases[1])
        third = np.matmul(second, weights.taps[2][64:], out=desk.third[:count])
        _rectify(third, weights.biases[2])
        fourth = np.matmul(third, weights.taps[3][64:128], out=desk.entry[:count, :_CELLS])
        _rectify(fourth, weights.biases[3])

    def _decode(self, count: int, rows: Rows) -> Floats:
        desk, weights = self._desk, self._weights
        desk.entry[:count, _CELLS:] = self._output[rows]
        gates = np.matmul(desk.entry[:count], weights.gates, out=desk.gates[:count])
        gates += weights.offsets
        np.tanh(gates, out=gates)
        logistic = gates[:, : 3 * _CELLS]
        logistic *= 0.5
        logistic += 0.5
        take, keep, show, fresh = (gates[:, i * _CELLS : (i + 1) * _CELLS] for i in range(4))
        cell = self._cell[rows]
        cell *= keep
        take *= fresh
        cell += take
        self._cell[rows] = cell
        output = np.tanh(cell, out=cell)
        output *= show
        self._output[rows] = output
        np.maximum(output, 0, out=output)
        logit = output @ weights.judge + weights.verdict
        return np.asarray(0.5 + 0.5 * np.tanh(0.5 * logit), np.float32)


def _rectify(values: Floats, bias: Floats) -> None:
    np.add(values, bias, out=values)
    np.maximum(values, 0, out=values)
