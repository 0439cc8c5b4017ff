"""Transactions, the dialogs above them, and the stack that both stand on."""
