"""The commands: each module composes hardware, kiosk and ui for one of them, and holds no logic of its own."""
