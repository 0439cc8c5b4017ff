"""The engine: admission, one session per call with its ears, brain and mouth, and the clock that drives them."""
