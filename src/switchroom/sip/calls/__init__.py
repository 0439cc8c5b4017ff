"""Calls, from INVITE to BYE, and what happens inside them."""
