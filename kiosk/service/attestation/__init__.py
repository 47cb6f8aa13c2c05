"""Whether a registration really came from a security key that this organization trusts."""
