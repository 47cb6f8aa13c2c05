"""One page per question: each renders a state and emits events."""
