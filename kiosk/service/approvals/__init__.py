"""What staff are asked to approve, and what comes of it."""
