"""The session: what SDP says, what is offered and what is answered."""
