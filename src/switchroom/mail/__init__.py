"""Mail to people: written in their language, kept until it is sent, sent beside whatever caused it."""
