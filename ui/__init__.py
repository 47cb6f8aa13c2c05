"""The kiosk's face: every window, page and picture. Qt lives here and nowhere else."""
