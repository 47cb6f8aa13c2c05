"""Migrations of the database, run by `kiosk.service.store.upgrade`."""
