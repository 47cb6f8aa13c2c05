"""One module a kind of messenger; the catalog finds them."""
