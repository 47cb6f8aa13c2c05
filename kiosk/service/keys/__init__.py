"""The life of a key: in stock, issued, lost, replaced, returned, recalled."""
