"""One kiosk at work: the session, its two lanes, the journal and the way to the service."""
