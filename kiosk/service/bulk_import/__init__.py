"""The migration of people: batches of any size, taken in by the block, with a result for each record."""
