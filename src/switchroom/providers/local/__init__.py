"""Speech without any account: a recogniser and a voice in worker processes of this machine."""
