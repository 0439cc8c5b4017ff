"""What each codec costs a call: RTP, its codec and the jitter buffer, without sockets.

The caller's side of the dialogue goes out of one sender and into one receiver, so a call-second is 50 packets each way. For
wideband codecs it is brought to 16 kHz beforehand; that its upper band is empty changes nothing for G.722 and little for Opus.
"""

import argparse
import os
import time
from itertools import pairwise

import numpy as np

from bench.dialogue import make
from bench.figures import Figures, calibrate, gathered, share, show
from switchroom.media import opus
from switchroom.media.band import encode
from switchroom.media.codec import Codec
from switchroom.media.frame import TICK, Encoding, Samples
from switchroom.media.g711 import decode_ulaw
from switchroom.media.resample import resample
from switchroom.media.rtp import RtpPacket
from switchroom.transports.sip.media.receiver import Receiver
from switchroom.transports.sip.media.sender import Sender
from switchroom.transports.sip.media.terms import Terms

_SECONDS = 40
_PAYLOAD = 96
_RATE = 8000


def costs(codec: Codec, speech: Samples) -> tuple[float, float]:
    """Return milliseconds of CPU per call-second (the median second), and bits a second without headers."""
    terms = Terms(("192.0.2.1", 4000), codec, _PAYLOAD)
    encoding: Encoding = codec.encoding
    sender, receiver = Sender(terms), Receiver(terms, print)
    sender.aim(terms, encoding)
    samples = resample(speech, _RATE, encoding.rate)
    spoken = [encode(encoding, frame) for frame in samples.reshape(-1, encoding.rate // 50)]
    marks, octets = [time.process_time_ns()], 0
    for tick, payload in enumerate(spoken):
        packet = RtpPacket.parse(sender.next(payload) or b"")
        assert isinstance(packet, RtpPacket)
        receiver.take(packet, tick * TICK, tick * TICK)
        receiver.pop(tick * TICK)
        octets += len(packet.payload)
        if tick % 50 == 49:
            marks.append(time.process_time_ns())
    seconds = [(after - before) / 1e6 for before, after in pairwise(marks)]
    return share(seconds, 0.5), octets * 8 / len(seconds)


def measure() -> Figures:
    """Measure every codec that this machine has."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    before = calibrate()
    speech = decode_ulaw(np.frombuffer(make("slt").ulaw, np.uint8)[: _SECONDS * _RATE])
    found: list[tuple[str, float, str]] = []
    for codec in Codec:
        if codec is Codec.OPUS and opus.library() is None:
            continue
        cost, bits = costs(codec, speech)
        found.append((f"{codec.label}_per_call_second", cost, f"ms CPU, {bits / 1000:.0f} kbit/s"))
    found.append(("calibration", (before + calibrate()) / 2, "ms CPU"))
    return Figures("wire", {"seconds": _SECONDS}, gathered(found))


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    show(measure(), as_json=parser.parse_args().json)


if __name__ == "__main__":
    main()
