"""What a process does of the whole: a file per role, each opening only what its role needs.

all      everything in one process; the default, and all there is with SQLite
api      pages, API, conversations in writing
engine   signalling, media, conversations by voice, and the sockets of browsers that talk
worker   readers of the journal and what is done in the background
"""
