"""Screening: whether somebody may become a guest, asked of checkers that the settings name."""
