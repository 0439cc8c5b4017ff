"""Recognisers, voices and models: what the engine's ports are carried out by."""
