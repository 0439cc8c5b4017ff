"""Voice from a browser: a leg fed by socket messages, and the messages themselves. The socket is the web's part."""
