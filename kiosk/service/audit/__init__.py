"""The trail: who did what to whom, and why."""
