"""Accounts: registration, activation, sign-in, guests, aliases, site attributes, and the second factor."""
