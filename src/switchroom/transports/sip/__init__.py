"""Telephone calls over SIP and RTP: the sockets around the pure user agent in ``switchroom.sip``."""
