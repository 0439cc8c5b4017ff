"""What a conversation is: who has the floor, what is said, what was heard. Pure."""
