"""One module a kind of relying party; the catalog finds them."""
