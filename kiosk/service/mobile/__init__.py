"""Phones that take part in an enrollment: codes to scan, and the pages that they open."""
