"""One module a kind of directory; the catalog finds them."""
