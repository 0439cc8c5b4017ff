"""SIP as values: messages, transactions, dialogs, registrations, and the user agent that composes them; no I/O anywhere."""
