"""The key agent: the only process that opens keys, and how the rest of the program speaks with it."""
