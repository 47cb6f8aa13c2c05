"""Whether this replica lives, and whether a load balancer should send it requests."""
