"""Staff: their keys, what they may do, and their word for it."""
