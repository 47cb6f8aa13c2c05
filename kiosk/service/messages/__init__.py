"""What the service writes to people: a durable outbox, its worker, mail and SMS gateways, templates."""
