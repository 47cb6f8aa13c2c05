"""One enrollment as data: a pure, total function from state and event to state and effects."""
