"""What to do with a turn: graphs of dialogue, understanding without a language model, and the brain that walks them."""
