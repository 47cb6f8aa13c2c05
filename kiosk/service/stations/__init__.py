"""Stations of the fleet: activated, configured, watched, revoked."""
