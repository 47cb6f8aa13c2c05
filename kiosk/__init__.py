"""The kiosk: the enrollment itself, the station that runs it and the service behind it."""
