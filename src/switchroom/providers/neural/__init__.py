"""Recognisers and voices from a folder of weights on this machine, by sherpa-onnx and faster-whisper, in worker processes."""
