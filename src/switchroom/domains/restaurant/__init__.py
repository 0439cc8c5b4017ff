"""A restaurant: opening hours, tables, reservations, and messages for the people who run it."""
