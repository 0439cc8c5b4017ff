"""Trunks as records, and what is decided from them."""
