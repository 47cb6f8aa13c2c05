"""One enrollment: who it is, that it is they, and the credential that their key registers and proves."""
