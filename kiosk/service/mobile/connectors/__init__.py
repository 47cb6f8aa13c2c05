"""Services elsewhere that hand out the codes; each is one module."""
