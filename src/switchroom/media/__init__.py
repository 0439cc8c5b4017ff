"""Audio as values: frames, codecs, RTP, jitter, mixing, voice activity, and the tick that moves them all."""
