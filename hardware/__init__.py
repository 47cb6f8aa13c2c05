"""The security key: everything between the enrollment and the USB cable."""
