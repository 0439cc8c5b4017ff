"""Sockets, connections and addresses that SIP travels by, and who is kept off them."""
