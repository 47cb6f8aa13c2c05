"""Policies: what is asked of PINs, keys and staff, published in versions."""
