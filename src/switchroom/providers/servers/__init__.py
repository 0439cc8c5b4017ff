"""Voices of servers that one runs oneself: Piper and Chatterbox, each a program of its own behind HTTP."""
