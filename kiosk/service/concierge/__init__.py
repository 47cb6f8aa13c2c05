"""The concierge: what staff on the phone may see of somebody, and how they make sure who calls."""
