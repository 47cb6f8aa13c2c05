"""The parts that pages and the shell are made of."""
