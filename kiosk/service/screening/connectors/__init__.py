"""One module for each kind of checker."""
