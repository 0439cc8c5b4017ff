"""Messages: their grammar, their parts, how a reply is made, how a stream is cut into them."""
