"""Figures for monitoring: what this replica did, and how much waits in the database."""
