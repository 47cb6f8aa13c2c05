"""Where people are looked up, and how what somebody typed is matched to exactly one of them."""
