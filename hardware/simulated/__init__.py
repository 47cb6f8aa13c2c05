"""A CTAP 2.1 authenticator of our own, at HID-report level: every byte of the real path below the USB cable."""
